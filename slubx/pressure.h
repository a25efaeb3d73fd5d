/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pressure.h - memory is short: empty slabs go back. Floor 9.
 */
#ifndef _SLUBX_PRESSURE_H
#define _SLUBX_PRESSURE_H

int slubx_pressure_init(void);
void slubx_pressure_exit(void);
unsigned long slubx_pressure_count(int nid);
unsigned long slubx_pressure_release(int nid, unsigned long wanted);

#endif /* _SLUBX_PRESSURE_H */
