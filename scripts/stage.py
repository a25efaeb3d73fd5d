#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Mirror the tree's sources into DEST, where kbuild may write beside them.

    stage.py TREE DEST

Copies what git knows or would add (so never build output), only files that
changed, with their times, so that make rebuilds no more than it must; removes
copies whose source has gone. Without git (a tarball) every file outside build/
is taken. DEST/.staged lists what was copied: other files there are kbuild's.
"""

import os
import shutil
import subprocess
import sys


def listed_by_git(tree):
    try:
        out = subprocess.run(
            ["git", "-C", tree, "-c", "safe.directory=*", "ls-files", "-z",
             "--cached", "--others", "--exclude-standard"],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return {os.fsdecode(name) for name in out.split(b"\0") if name}


def listed_by_walk(tree):
    found = set()
    for folder, dirs, files in os.walk(tree):
        if folder == tree:
            dirs[:] = [d for d in dirs if d not in ("build", ".git")]
        found.update(os.path.relpath(os.path.join(folder, f), tree) for f in files)
    return found


def same(a, b):
    try:
        x, y = os.stat(a), os.stat(b)
    except OSError:
        return False
    return x.st_size == y.st_size and x.st_mtime_ns == y.st_mtime_ns


def staged_before(manifest):
    try:
        with open(manifest, encoding="utf-8", errors="surrogateescape") as f:
            return set(f.read().split("\n")) - {""}
    except OSError:
        return set()


def stage(tree, dest):
    names = listed_by_git(tree)
    if names is None:
        names = listed_by_walk(tree)
    names = {n for n in names if os.path.isfile(os.path.join(tree, n))}
    os.makedirs(dest, exist_ok=True)
    manifest = os.path.join(dest, ".staged")

    for name in staged_before(manifest) - names:
        try:
            os.unlink(os.path.join(dest, name))
        except OSError:
            pass
    for name in names:
        source, copy = os.path.join(tree, name), os.path.join(dest, name)
        if same(source, copy):
            continue
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        # Copy beside, then rename: an interrupted copy is never taken for whole.
        shutil.copy2(source, copy + ".new~")
        os.replace(copy + ".new~", copy)

    with open(manifest, "w", encoding="utf-8", errors="surrogateescape") as f:
        f.write("\n".join(sorted(names)))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    stage(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
