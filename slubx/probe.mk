# SPDX-License-Identifier: GPL-2.0
#
# probe.mk - flags for whatever includes slubx's headers: what slubx is built
# with, and answers of the kernel's headers to questions that no macro answers.

CONFIG_SLUBX_HARDENED ?= y
CONFIG_SLUBX_RANDOM ?= y
CONFIG_SLUBX_CPU_PARTIAL ?= y
CONFIG_SLUBX_DEBUG ?= y

CONFIG_SLUBX_RANDOM_KMALLOC ?= n

slubx-option = $(if $(filter y,$(CONFIG_SLUBX_$(1))),-DCONFIG_SLUBX_$(1)=1)
slubx-options := $(foreach o,HARDENED RANDOM CPU_PARTIAL DEBUG RANDOM_KMALLOC,$(call slubx-option,$(o)))

# $(call slubx-probe,NAME,header below include/,word): is the word there?
slubx-probe = $(if $(shell grep -sw '$(3)' $(srctree)/include/$(2)),-DSLUBX_HAVE_$(1))

slubx-probes := $(call slubx-probe,ACCOUNT_RECLAIMED,linux/swap.h,mm_account_reclaimed_pages)
slubx-probes += $(call slubx-probe,WQ_PERCPU,linux/workqueue.h,WQ_PERCPU)
slubx-probes += $(call slubx-probe,SHRINKER_ALLOC,linux/shrinker.h,shrinker_alloc)
