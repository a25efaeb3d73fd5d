// SPDX-License-Identifier: GPL-2.0
/*
 * trace.c - the events of trace.h are made here.
 *
 * Floor 0.
 */
#define CREATE_TRACE_POINTS
#include "trace.h"

EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_alloc);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_free);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_large_alloc);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_large_free);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_slab_new);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_slab_free);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_alloc_slow);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_free_slow);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_cpu_flush);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_partial_add);
EXPORT_TRACEPOINT_SYMBOL_GPL(slubx_partial_remove);
