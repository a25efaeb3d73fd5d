#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Add up tally files: one line "LABEL PASSED FAILED" a run.

Prints each run and, last and alone on its line, "N passed, N failed". Exits 1 if
anything failed or nothing ran.
"""

import os
import sys


def main(paths):
    passed = failed = 0
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                label, good, bad = line.split()
                print("  %-28s %5s passed, %s failed" % (label, good, bad))
                passed += int(good)
                failed += int(bad)
    # Part of a larger run has no closing line of its own.
    part = "subtotal: " if os.environ.get("SLUBX_TALLY") not in (None, "", *paths) else ""
    print("%s%d passed, %d failed" % (part, passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
