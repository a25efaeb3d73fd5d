/* SPDX-License-Identifier: GPL-2.0 */
/* The inline fast paths of slubx/cpu.h call it from here, too. */
#include "../slubx/cx16.S"
