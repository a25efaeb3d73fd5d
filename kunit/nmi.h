/* SPDX-License-Identifier: GPL-2.0 */
/*
 * nmi.h - a real NMI at a chosen cpu, on machines where a module can send one.
 */
#ifndef _SLUBX_KUNIT_NMI_H
#define _SLUBX_KUNIT_NMI_H

#include <linux/errno.h>
#include <linux/types.h>

#if defined(CONFIG_X86_64) && defined(CONFIG_X86_LOCAL_APIC) && \
	!defined(CONFIG_UML)

#include <asm/apic.h>
#include <asm/nmi.h>

#define SLUBX_NMI_NAME "slubx_kunit"

/* @claims: is this NMI ours? Called on every cpu, for every local NMI. */
#define slubx_nmi_listen(claims)                                      \
	({                                                            \
		slubx_nmi_claims = (claims);                          \
		register_nmi_handler(NMI_LOCAL, slubx_nmi_handler, 0, \
				     SLUBX_NMI_NAME);                 \
	})

static bool (*slubx_nmi_claims)(void);

static int slubx_nmi_handler(unsigned int type, struct pt_regs *regs)
{
	return slubx_nmi_claims() ? NMI_HANDLED : NMI_DONE;
}

static inline void slubx_nmi_deafen(void)
{
	unregister_nmi_handler(NMI_LOCAL, SLUBX_NMI_NAME);
}

static inline void slubx_nmi_send(int cpu)
{
	apic->send_IPI_mask(cpumask_of(cpu), NMI_VECTOR);
}

#else

static inline int slubx_nmi_listen(bool (*claims)(void))
{
	return -EOPNOTSUPP;
}

static inline void slubx_nmi_deafen(void)
{
}

static inline void slubx_nmi_send(int cpu)
{
}

#endif

#endif /* _SLUBX_KUNIT_NMI_H */
