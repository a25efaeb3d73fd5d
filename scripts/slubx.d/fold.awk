# SPDX-License-Identifier: GPL-2.0
#
# fold.awk - adds up objects of one cache and one stack. Functions only; frames come
# the innermost first, and go out the outermost first.

# What slubx and the recording do themselves tells nothing.
function is_ours(frame) {
	return frame ~ / \[slubx\]$/
}

# "name+0x10/0x20 [module]" without the place in the function. Code that has gone, as
# what runs while a module loads, has no name.
function bare(frame) {
	if (frame ~ /^0x/)
		return "(gone)"
	sub(/\+0x[0-9a-f]+\/0x[0-9a-f]+/, "", frame)
	gsub(/[;\t]/, " ", frame)
	return frame
}

# FRAME[1..n], the innermost first: "outer;...;inner". All ours: the caller is ours.
function joined(frame, n, first, k, out) {
	for (first = 1; first < n && is_ours(frame[first]); first++)
		continue
	for (k = n; k >= first; k--)
		out = out (out == "" ? "" : ";") bare(frame[k])
	return out == "" ? "(unknown)" : out
}

# OLDEST in seconds, or "-".
function fold(cache, frames, objects, bytes, oldest, key) {
	key = cache "\t" frames
	if (!(key in FOLD_OBJECTS))
		FOLD_OLDEST[key] = oldest
	FOLD_OBJECTS[key] += objects
	FOLD_BYTES[key] += bytes
	if (oldest != "-" && oldest > FOLD_OLDEST[key])
		FOLD_OLDEST[key] = oldest
}

function print_folded(key) {
	for (key in FOLD_OBJECTS)
		if (FOLD_OBJECTS[key] > 0)
			print integer(FOLD_BYTES[key]) "\t" integer(FOLD_OBJECTS[key]) \
				"\t" FOLD_OLDEST[key] "\t" key | "sort -k 4"
	close("sort -k 4")
}
