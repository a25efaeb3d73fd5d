#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that read files as text, from the top of the tree.

    check-text.py spdx | tree | docs [KERNEL-SOURCE]

spdx  the first three lines name the licence
tree  no machine's path, no registry's host, no word that says "not finished",
      no large file
docs  a path or link that README.md or Documentation/ mentions is there; in
      KERNEL-SOURCE it may be too (docs also speak of SLUB's own files)
"""

import glob
import os
import re
import subprocess
import sys

TOO_BIG = 200 * 1024

# Formats that cannot carry a comment, or need none.
NO_SPDX = re.compile(r"(^|/)(COPYING|LICENSES/.*|[^/]*\.(json|txt|svg|png|trace))$")

# Written in pieces, or this file would be its own first finding.
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|farm)/|/tmp/" "bash")
HOST = re.compile(r"https?://[\w.-]*(?:deb" r"ian|npm" r"js|py" r"pi)\.\w+")
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")

DOCS = re.compile(r"^(README\.md|Documentation/.*\.(rst|md))$")
EXTENSIONS = r"(?:c|h|S|sh|py|rst|md|mk|config)"
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
DOC_ROLE = re.compile(r":doc:`(?:[^`<]*<)?([^`>]+)>?`")
TICKED = re.compile(rf"`+([\w./-]+(?:/|\.{EXTENSIONS}))`+")
KERNEL_DIRS = ("", "mm", "include", "include/linux", "lib", "kernel", "scripts",
               "Documentation", "Documentation/mm", "tools/vm", "tools/testing")


def tracked():
    out = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "-co",
                          "--exclude-standard"], check=True, capture_output=True)
    names = sorted({os.fsdecode(n) for n in out.stdout.split(b"\0") if n})
    return [n for n in names if os.path.isfile(n)]


def lines_of(name):
    with open(name, encoding="utf-8", errors="replace") as f:
        return f.read().splitlines()


def spdx(names):
    for name in names:
        head = lines_of(name)[:3]
        if head and not NO_SPDX.search(name) and \
                not any("SPDX-License-Identifier:" in line for line in head):
            yield f"{name}:1: no SPDX-License-Identifier"


def tree(names):
    for name in names:
        size = os.path.getsize(name)
        if size > TOO_BIG:
            yield f"{name}: {size} bytes, more than {TOO_BIG}"
            continue
        for number, line in enumerate(lines_of(name), 1):
            for what, pattern in (("a machine's path", MACHINE),
                                  ("a registry's host", HOST),
                                  ("a word for unfinished", UNFINISHED)):
                if pattern.search(line):
                    yield f"{name}:{number}: {what}: {line.strip()}"


def mentions(text, tops):
    """(kind, target) of everything in a line that claims to be a file."""
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            yield "link", target
    for target in DOC_ROLE.findall(text):
        yield "link", target + ".rst"
    for target in TICKED.findall(text):
        yield "path", target
    # Paths of ours in commands and drawings, ticked or not.
    for target in re.findall(rf"(?<![\w/.<-])((?:{tops})/[\w./-]+\.{EXTENSIONS})\b", text):
        yield "path", target


def is_there(kind, target, doc, names, kernel):
    beside = os.path.normpath(os.path.join(os.path.dirname(doc), target))
    if target.startswith("/") and kind == "path":
        return True     # /proc, /sys: the running system's
    if os.path.exists(beside) or os.path.exists(target):
        return True
    if kind == "link":
        return False
    if target.startswith("build/"):
        return True     # made, not kept
    tail = "/" + target.rstrip("/")
    if any(n.endswith(tail) or tail + "/" in "/" + n for n in names):
        return True
    return bool(kernel) and any(
        glob.glob(os.path.join(kernel, d, target)) for d in KERNEL_DIRS)


def docs(names, kernel=None):
    tops = "|".join(sorted({re.escape(n.split("/")[0]) for n in names if "/" in n}))
    for doc in filter(DOCS.match, names):
        for number, line in enumerate(lines_of(doc), 1):
            for kind, target in sorted(set(mentions(line, tops))):
                if not is_there(kind, target, doc, names, kernel):
                    yield f"{doc}:{number}: {target} is not there"


def main(check, *args):
    names = tracked()
    findings = list({"spdx": spdx, "tree": tree, "docs": docs}[check](names, *args))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("spdx", "tree", "docs"):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
