# SPDX-License-Identifier: GPL-2.0
#
# names.awk - the names of the caches that are wanted, one a line, as slubxinfo has
# them.

BEGIN {
	read_caches()
	for (i = 1; i <= CACHES; i++)
		print NAME[i]
}
