# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# probe.sh - user space is reached: that is all a probe asks.
echo success
