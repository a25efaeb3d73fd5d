#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Compare C files with what clang-format (.clang-format) would make of them.

    check-format.py FILE...

A line counts as equal when only the gaps inside it differ: tab-aligned struct
fields, table columns and trailing comments are the author's to align (see
.clang-format). So is the indent of two things that clang-format 14 gets wrong:
the rungs of an `a ?: b ?: c` ladder and comment lines beside code; and empty
lines of a macro have none. Line breaks, indentation, braces and spaces that must be
there are checked.
"""

import difflib
import re
import subprocess
import sys

GAP = re.compile(r"[ \t]+")


def fold(lines):
    """Lines with inner gaps of one space and, where it is free, no indent."""
    folded, before = [], ""
    for line in lines:
        body = line.lstrip(" \t")
        free = before.endswith("?:") or body.startswith(("/*", "* ", "\\"))
        indent = "" if free else line[: len(line) - len(body)]
        folded.append(indent + GAP.sub(" ", body))
        before = line.rstrip()
    return folded


def formatted(path):
    out = subprocess.run(["clang-format", "--style=file", path],
                         check=True, capture_output=True, text=True)
    return out.stdout


def compare(path):
    with open(path) as f:
        have = f.read().splitlines()
    want = formatted(path).splitlines()
    matcher = difflib.SequenceMatcher(None, fold(have), fold(want), autojunk=False)
    for tag, i, end, j, wend in matcher.get_opcodes():
        if tag != "equal":
            yield i + 1, have[i:end], want[j:wend]


def main(paths):
    places = 0
    for path in paths:
        for line, have, want in compare(path):
            places += 1
            print(f"{path}:{line}:")
            print("\n".join(["  -" + x for x in have] + ["  +" + x for x in want]))
    print(f"{places} places in {len(paths)} files")
    return 1 if places else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
