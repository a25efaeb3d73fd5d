# SPDX-License-Identifier: GPL-2.0
#
# key.awk - is the key to sort by one of those there are?

BEGIN {
	if (ENVIRON["SLUBX_KEY"] !~ /^(alloc|free|fast)$/)
		sort_value(ENVIRON["SLUBX_KEY"], 0)
	exit FAILED
}
