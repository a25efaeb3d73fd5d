#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Every exported function of the public header tells its caller's side.

    check-kerneldoc.py FILE...

A function that is declared in include/slubx/slubx.h and exported by a .c file
needs a kernel-doc comment, at its definition or in the header, with `Context:`
(may it sleep, from where may it be called) and, unless it returns void, `Return:`.
Whether a comment is well-formed is for the kernel's own scripts/kernel-doc.
"""

import re
import sys

HEADER = "include/slubx/slubx.h"
EXPORT = re.compile(r"^EXPORT_SYMBOL\w*\((\w+)", re.M)
COMMENT = re.compile(r"/\*\*\n \* (\w+)(?:\(\))?\s*[-:](.*?)\*/", re.S)
PROTOTYPE = re.compile(r"^(?!#|\s|/|typedef)([^;{}()=]*?)\b(\w+)\s*\(", re.M)


def is_void(declaration):
    return re.search(r"\bvoid\s*$", declaration) is not None


def lacks(comment, void):
    """The names of the sections that are missing from a comment."""
    wanted = ["Context"] if void else ["Context", "Return"]
    return [w for w in wanted if not re.search(rf"^ \* {w}s?:", comment, re.M)]


def main(paths):
    texts = {path: open(path).read() for path in paths}
    comments = {name: body for text in texts.values()
                for name, body in COMMENT.findall(text)}
    public = {name: is_void(head) for path, text in texts.items()
              if path.endswith(HEADER) for head, name in PROTOTYPE.findall(text)}
    bad = checked = 0
    for path, text in texts.items():
        for name in EXPORT.findall(text):
            if name not in public:
                continue
            checked += 1
            missing = (lacks(comments[name], public[name]) if name in comments
                       else ["kernel-doc comment"])
            for what in missing:
                bad += 1
                print(f"{path}: {name}() has no {what}")
    print(f"{checked} exported functions of the public header, {bad} findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
