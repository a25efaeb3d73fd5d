# SPDX-License-Identifier: GPL-2.0
#
# leaks.awk MARK STACKS - lines of BYTES, OBJECTS, OLDEST, CACHE, FRAMES: those of
# STACKS, less what MARK has by the same stack, and none older than SLUBX_AGE_MAX.

BEGIN {
	FS = OFS = "\t"
	age_max = ENVIRON["SLUBX_AGE_MAX"]
}

FILENAME == ARGV[1] {
	bytes[$4, $5] = $1
	objects[$4, $5] = $2
	next
}

$2 > objects[$4, $5] + 0 {
	$1 = integer($1 - bytes[$4, $5])
	$2 = integer($2 - objects[$4, $5])
	if (age_max != "" && $3 != "-" && $3 > age_max + 0)
		$3 = sprintf("%.3f", age_max)
	print
}
