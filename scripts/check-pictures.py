#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Are these the pictures of a run, and do their numbers add up?

    check-pictures.py DIR

Reads DIR/flame.svg and DIR/map.svg, says in a line what each shows, and fails if one
is missing, is no XML, is empty or contradicts itself.
"""

import os
import re
import sys
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def fail(text):
    sys.exit("slubx: " + text)


def read(path):
    try:
        return ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError) as error:
        fail("%s: %s" % (path, error))


def flame(root):
    """The bytes of each frame's callees are no more than its own."""
    frames = []
    for g in root.iter(SVG + "g"):
        frames.append((int(g.get("data-d")), int(g.get("data-b")), g.get("data-n")))
    if not frames or frames[0][0] != 0 or not frames[0][1]:
        fail("the flame graph shows nothing")
    total, caches, open_frames = frames[0][1], 0, []
    for depth, size, name in frames:        # callers come before what they called
        del open_frames[depth:]
        if open_frames:
            open_frames[-1][1] += size
            if open_frames[-1][1] > open_frames[-1][0]:
                fail("the flame graph has too much below " + name)
        open_frames.append([size, 0])
        caches += size if depth == 1 else 0
    if caches != total:
        fail("the flame graph's caches have %d bytes of %d" % (caches, total))
    return "%d bytes in use, %d caches, %d frames" % (
        total, sum(f[0] == 1 for f in frames), len(frames))


def squares(root):
    """(x, kind) of each cell."""
    cells = []
    for path in root.iter(SVG + "path"):
        for x, _ in re.findall(r"M(\d+) (\d+)h[^M]*z", path.get("d")):
            cells.append((int(x), path.get("class")))
    return cells


def map_(root):
    """What the text says is what is drawn, in the map before and in that after."""
    said = {}
    for e in root.iter(SVG + "text"):
        m = re.match(r"(before|after): (\d+) slabs, \S+, \d+% of (\d+) objects", e.text or "")
        if m:
            said[m[1]] = (int(e.get("x")), int(m[2]), int(m[3]))
    if set(said) != {"before", "after"}:
        fail("the map does not say what it shows")
    cells, line, counts = squares(root), [], []
    for side in ("before", "after"):
        left, slabs, objects = said[side]
        own = [c for c in cells
               if (c[0] >= said["after"][0]) == (side == "after")]
        used = sum(c[1] == "used" for c in own)
        if not objects or len(own) != objects:
            fail("the map says %d objects and shows %d" % (objects, len(own)))
        counts.append((used, slabs))
        line.append("%s %d slabs, %d of %d objects in use" % (side, slabs, used, objects))
    (used, slabs), (used_after, slabs_after) = counts
    if used != used_after or slabs <= slabs_after:
        fail("shrinking lost objects, or gave no slab back: " + "; ".join(line))
    return "; ".join(line)


def main(directory):
    for name, look in (("flame.svg", flame), ("map.svg", map_)):
        path = os.path.join(directory, name)
        print("%s: %s" % (os.path.relpath(path), look(read(path))))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
