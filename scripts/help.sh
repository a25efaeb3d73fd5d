#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# help.sh - what `make help` prints.

. "$(dirname "$0")/lib.sh"
. "$TOP/scripts/kernels.sh"

cat <<END
slubx - an alternate slab allocator as a loadable module

  make              build the modules (for this machine's kernel if its headers
                    are here, else for Debian's)
  make run          boot Debian's own kernel in QEMU and see slubx at work
  make test         every test in QEMU: on a KUnit kernel, then on Debian's own
  make test-matrix  the same on every kernel and flavour
  make shell        a shell in the virtual machine, slubx loaded (leave: exit)
  make icount       the bench module under QEMU's instruction counter
  make pictures     a flame graph and a map of slubx at work, in build/pictures
  make check        static checks
  make install      modules_install for KDIR
  make clean        remove build/ (downloads and kernels stay in the cache)

  KERNEL=           ${KERNELS} ${STOCKS}, or all
                    (default "6.1 stock", where stock is stock-6.1)
  FLAVOUR=          $(flavours | tr '\n' ' ')   (default plain)
  KDIR=             kernel build directory for make and make install
  ACCEL=            auto, tcg, kvm     (auto proves KVM once before it trusts it)
  CPU=              QEMU CPU model                       (default qemu64,+cx16)
  SLUBX_CACHE=      downloads and test kernels        (now ${CACHE/#$HOME/\~})
  V=1               show the compiler's commands

What a verb needs is installed with apt when it is missing; it says so first.
END
