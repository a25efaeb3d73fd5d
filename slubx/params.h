/* SPDX-License-Identifier: GPL-2.0 */
/*
 * params.h - the module's parameters. Floor 11.
 */
#ifndef _SLUBX_PARAMS_H
#define _SLUBX_PARAMS_H

int slubx_params_apply(void);

#endif /* _SLUBX_PARAMS_H */
