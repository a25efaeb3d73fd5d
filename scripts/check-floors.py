#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prove that calls and includes go down only.

    check-floors.py SLUBX-DIR OBJECT-DIR

SLUBX-DIR/FLOORS ranks the files. OBJECT-DIR holds their built objects; nm tells
who uses whose symbols, so a call through a macro or a bare prototype is seen too.
Static functions stay inside their file and need no rank.
"""

import os
import re
import subprocess
import sys

# slubx is made of its own caches, percpu memory and pages, not of these. (vmalloc()
# is for clients that ask for it: slubx_kvmalloc().)
HOST_ALLOCATOR = re.compile(r"__?k[mvz]*alloc|kv?[mz]alloc|kmem_cache_|kstrdup"
                            r"|kasprintf|kmemdup")
VERSION_WORD = re.compile(r"\b(LINUX_VERSION_CODE|KERNEL_VERSION)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]', re.M)


def read_floors(path):
    """Name as written -> (rank, floor); the rank counts over the whole file."""
    ranks = {}
    for line in open(path):
        floor, *names = line.split("#")[0].split() or [None]
        for name in names:
            if name in ranks:
                sys.exit(f"FLOORS: {name} is listed twice")
            ranks[name] = (len(ranks), floor)
    return ranks


def place(ranks, name):
    """A name with its extension wins over the bare stem."""
    return ranks.get(name) or ranks.get(os.path.splitext(name)[0])


def sources(top):
    for folder, _, files in os.walk(top):
        for name in sorted(files):
            if name.endswith((".c", ".h", ".S")):
                yield os.path.relpath(os.path.join(folder, name), top)


def check_rank(ranks, user, used, what):
    mine, theirs = place(ranks, user), place(ranks, used)
    if mine and theirs and theirs[0] > mine[0]:
        yield f"{user} (floor {mine[1]}) {what} {used} (floor {theirs[1]})"


def resolve(name, user, known):
    """The file of ours that an include names, the way the compiler looks."""
    beside = os.path.normpath(os.path.join(os.path.dirname(user), name))
    return next((p for p in (beside, name, "include/" + name) if p in known), None)


def check_text(top, ranks, known):
    for user in known:
        text = open(os.path.join(top, user)).read()
        if not place(ranks, user):
            yield f"{user} has no line in FLOORS"
        if VERSION_WORD.search(text) and user != "compat.h":
            yield f"{user} asks for the kernel's version; compat.h alone may"
        for name in INCLUDE.findall(text):
            used = resolve(name, user, known)
            if used:
                yield from check_rank(ranks, user, used, "includes")


def symbols(path):
    """(defined, used): the global names of one object."""
    defined, used = set(), set()
    out = subprocess.run(["nm", "-P", path], check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        name, kind = line.split()[:2]
        if kind in "Uw":
            used.add(name)
        elif kind.isupper():
            defined.add(name)
    return defined, used


def check_objects(objects, ranks, known):
    table = {}
    for source in known:
        if source.endswith((".c", ".S")):
            path = os.path.join(objects, source[:-2] + ".o")
            if not os.path.exists(path):
                yield f"{source} was not built, so nothing is proven of it"
                continue
            table[source] = symbols(path)
    owner = {name: src for src, (defined, _) in table.items() for name in defined}
    for user, (_, used) in table.items():
        for name in sorted(filter(HOST_ALLOCATOR.match, used - owner.keys())):
            yield f"{user} uses {name}: slubx's memory is not the host's kmalloc()"
        for name in sorted(used & owner.keys()):
            yield from check_rank(ranks, user, owner[name], f"uses {name} of")


def main(top, objects):
    ranks = read_floors(os.path.join(top, "FLOORS"))
    known = sorted(sources(top))
    findings = [*check_text(top, ranks, known), *check_objects(objects, ranks, known)]
    for finding in findings:
        print(finding)
    print(f"{len(known)} files on {len({f for _, f in ranks.values()})} floors")
    return 1 if findings or not known else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
