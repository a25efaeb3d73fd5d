#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which functions and macros of the kernel's slab interface has slubx a twin of?

    api-coverage.py KERNEL-SOURCE [-v]

Reads include/linux/slab.h of KERNEL-SOURCE, and of other headers what belongs to
it: kfree_rcu() and its kin, mempool's slab helpers, kstrdup() and kmemdup(). A
name has a twin if a header of slubx has it with slubx_ (SLUBX_) in front. A name
without one must be in the list that ends Documentation/differences.rst, titled as
REASONS says, `*` there standing for any part of a name; and a name with one
must not be. Fails if a name is neither or both. -v lists them all.
"""

import fnmatch
import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OURS = "slubx/include/slubx"
DIFFERENCES = "Documentation/differences.rst"
REASONS = "Not there, and why"

# Headers, and which of their names belong to the slab interface.
HEADERS = (
    ("slab.h", r".*"),
    ("rcupdate.h", r"kv?free_.*rcu.*|kv?free_rcu.*"),
    ("rcutree.h", r"kv?free_.*rcu.*"),
    ("rcutiny.h", r"kv?free_.*rcu.*"),
    ("mempool.h", r"mempool_.*(slab|kv?malloc|kv?free).*"),
    ("string.h", r"k(str|strn|v?mem)dup\w*|v?memdup_\w+|kfree_const"),
    ("mm.h", r"kv?(malloc|zalloc|calloc|realloc|free)\w*|mem_dump_obj"),
)

# Words before a "(" that are no function's name.
ATTRIBUTE = re.compile(
    r"__attribute__|__(alloc|realloc)_size|__printf|__aligned|__cleanup|"
    r"_*typeof\w*|sizeof|_Generic|static_assert|BUILD_BUG_ON\w*|if|return|while|"
    r"DECL_\w+|PASS_\w+|EXPORT_\w+|__section|__bf_shf|BIT")

# What guards and configures a header is nobody's interface.
PLUMBING = re.compile(r"_?_?LINUX_\w*|_LINUX_\w*|_+ASSUME\w*|__assume_\w+|\w+_H_?_?")


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"//[^\n]*", " ", text)
    text = re.sub(r'"(\\.|[^"\\])*"', '""', text)
    return text.replace("\\\n", " ")


def without_bodies(text):
    """The text at the top level; a body becomes ";"."""
    out, depth = [], 0
    for char in text:
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                out.append(";")
        elif not depth:
            out.append(char)
    return "".join(out)


def macros(text):
    for line in text.split("\n"):
        found = re.match(r"\s*#\s*define\s+(\w+)", line)
        if found:
            yield found.group(1)


def enumerators(text):
    """Members of enums, as flags are declared since 6.9."""
    for body in re.findall(r"\benum\b[^{;()]*\{([^}]*)\}", text):
        for member in re.sub(r"\([^)]*\)", "", body).split(","):
            found = re.match(r"\s*(\w+)", member)
            if found:
                yield found.group(1)


def function_of(declaration):
    """The name before the first "(" that opens a list of parameters."""
    if re.match(r"\s*(typedef|struct\s+\w+\s*$|enum|union)\b", declaration):
        return None
    free = re.match(r"\s*DEFINE_(FREE|GUARD|CLASS)\s*\(\s*(\w+)", declaration)
    if free:
        return f"DEFINE_{free.group(1)}({free.group(2)})"
    for found in re.finditer(r"(\w+)\s*\(", declaration):
        if not ATTRIBUTE.fullmatch(found.group(1)):
            return found.group(1)
    return None


def functions(text):
    lines = [l for l in text.split("\n") if not l.lstrip().startswith("#")]
    for declaration in without_bodies("\n".join(lines)).split(";"):
        name = function_of(declaration)
        if name:
            yield name


def names_of(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = without_comments(f.read())
    except OSError:
        return []
    found = [*macros(text), *enumerators(text), *functions(text)]
    return [n for n in dict.fromkeys(found) if not PLUMBING.fullmatch(n)]


def kernels_names(source):
    """Each name once, with its header. foo_noprof() is foo()'s body."""
    names = {}
    for header, wanted in HEADERS:
        for name in names_of(os.path.join(source, "include/linux", header)):
            if re.fullmatch(wanted, name):
                names.setdefault(name, header)
    return {n: h for n, h in names.items()
            if not (n.endswith("_noprof") and n[:-len("_noprof")] in names)}


def our_names():
    folder = os.path.join(TOP, OURS)
    return {n for f in os.listdir(folder) for n in names_of(os.path.join(folder, f))}


def twins_of(name):
    """What a twin of @name would be called."""
    special = re.fullmatch(r"(DEFINE_\w+\()(.*)", name)
    if special:
        return {f"{special.group(1)}slubx_{special.group(2)}"}
    rest = name.lstrip("_")
    front = name[:len(name) - len(rest)]
    found = {f"{front}slubx_{rest}", f"{front}SLUBX_{rest}"}
    if rest.startswith("SLAB_"):
        found.add(f"{front}SLUBX_{rest[len('SLAB_'):]}")
    return found


def reasons():
    """The patterns of the list: what stands between `` where no text is indented."""
    with open(os.path.join(TOP, DIFFERENCES), encoding="utf-8") as f:
        text = f.read()
    _, _, text = text.partition(f"\n{REASONS}\n")
    return [p for line in text.split("\n") if line.startswith("``")
            for p in re.findall(r"``([^`]+)``", line)]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    theirs, ours, table = kernels_names(sys.argv[1]), our_names(), reasons()
    if not theirs:
        sys.exit(f"{sys.argv[1]}: no include/linux/slab.h there")
    bad = twins = explained = 0
    for name, header in theirs.items():
        twin = bool(twins_of(name) & ours)
        reason = [p for p in table if fnmatch.fnmatchcase(name, p)]
        twins += twin
        explained += not twin and bool(reason)
        if twin == bool(reason):
            bad += 1
            what = "a twin and a reason not to have one" if twin else "no twin"
            print(f"include/linux/{header}: {name}: {what}")
        elif "-v" in sys.argv:
            print(f"include/linux/{header}: {name}: {'twin' if twin else reason[0]}")
    print(f"{len(theirs)} names: {twins} with a twin, {explained} explained, {bad} not")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
