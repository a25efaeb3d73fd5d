#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Write Documentation/abi.rst from the code that makes the files.

    gen-abi.py          print it
    gen-abi.py --check  compare it with what is there

Names, modes and kinds come from the table in slubx/iface/attr.c, from
slubx/iface/debugfs.c, slubx/params.c and slubx/trace.h; only what a file means is
told here, and each needs exactly one text.
"""

import os
import re
import sys
import textwrap

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OUT = "Documentation/abi.rst"

# By the macro that makes the entry: what the text looks like, and what it takes.
KINDS = {
    "UINT": ("a number", ""),
    "FLAG": ("0 or 1", ""),
    "DEBUG_FLAG": ("0 or 1", "Of slabs that are made now."),
    "DEBUG_SWITCH": ("0 or 1", "Of slabs that are made now. Takes text that begins with 0 "
                               "or 1, as if the letter were written to debug or left "
                               "out; EINVAL for other."),
    "SWITCH": ("0 or 1", "Takes text that begins with 0 or 1; EINVAL for other."),
    "COUNT": ("the sum, then ``N<node>=<part>`` for each node that has some", ""),
    "STAT": ("", ""),
    "ACTION": ("nothing", ""),
    "RO": ("", ""),
    "RW": ("", ""),
    "RW_OF": ("", ""),
    "ACTION_OF": ("nothing", ""),
}

FILES = {
    "object_size": "Bytes that a client may use; of a merged cache the largest client's.",
    "slab_size": "Bytes from one object to the next.",
    "objs_per_slab": "Objects of a slab of the preferred order.",
    "order": "A slab has 2 to the power of that pages, or fewer when memory is short.",
    "align": "Every object's, in bytes.",
    "usersize": "Bytes of an object that may be copied to and from user space.",
    "objects": "Objects that are not free in a slab that a node lists: in use, or held "
               "ready by a cpu.",
    "total_objects": "Objects of all slabs, free or not.",
    "slabs": "Slabs of any order.",
    "partial": "Slabs that nodes list.",
    "objects_partial": "Objects in use in those.",
    "cpu_slabs": "Slabs that cpus own. Those of a cpu's list count to the node of its "
                 "first.",
    "slabs_cpu_partial": "``objects(slabs)`` of the cpus' lists, then "
                         "``C<cpu>=objects(slabs)`` for each that has some. Objects "
                         "are estimated: slabs are taken to be half full.",
    "objects_in_use": "Objects in clients' hands. Asks the cpus, so reading sleeps.",
    "cpu_free": "The sum, then ``C<cpu>=<part>``: free objects that each cpu holds "
                "ready. Asks the cpus, so reading sleeps.",
    "aliases": "Clients beside the first.",
    "ctor": "The constructor's name, or nothing.",
    "hwcache_align": "Objects begin on a cache line.",
    "reclaim_account": "New slabs count as reclaimable in /proc/meminfo; each is "
                       "accounted for life as it was made.",
    "destroy_by_rcu": "Slabs are freed after a grace period.",
    "cache_dma": "Slabs are of the DMA zone.",
    "sanity_checks": "Every allocation and free is checked.",
    "red_zone": "Writes beside an object are found out.",
    "poison": "Writes to a free object are found out.",
    "store_user": "Who allocated and freed an object is kept.",
    "trace": "Each allocation and free is told in the log.",
    "failslab": "0 or 1: allocations fail if those of chosen caches do. Takes text that "
                "begins with 0 or 1; EINVAL for other, or if several clients share the "
                "cache, EPERM for what slubx is made of.",
    "debug": "The letters of the debugging that slabs made now get, ``-`` for none, then "
             "a line for each mode that has slabs: its letters and how many. Takes "
             "letters of FZPUTA-: slabs that are made from now on get that, those that are "
             "there keep what they have and drain; A is ``failslab``. EINVAL for other text, or if several "
             "clients share the cache; EPERM for what slubx is made of, or if "
             "slubx_debug=O forbids it; E2BIG or ENOMEM. The log has the reason.",
    "errors": "A number: faults reported of this cache.",
    "validate": "Text that begins with 1 checks every slab of a debugged cache; what is "
                "found is told in the log. EINVAL for other, and where no slab is "
                "debugged.",
    "min_partial": "A number: empty or partial slabs that each node keeps. Takes any; "
                   "EINVAL for what is none, ERANGE for one too large.",
    "cpu_partial": "A number: free objects that each cpu should keep beside its slab. "
                   "Taken at once, cpus give back what they have; EINVAL for what is "
                   "no number, or for more than 0 where cpus keep no slabs; ERANGE for "
                   "one too large.",
    "remote_node_defrag_ratio": "A number, percent: how often another node's partial "
                                "slabs are taken before a new one is made. EINVAL for "
                                "what is none, ERANGE for more than 100.",
    "shrink": "Text that begins with 1 takes the cpus' slabs back, frees the empty "
              "ones and sorts the partial ones, the fullest first; EINVAL for other.",
    "alloc_fastpath": "Objects from the cpu's freelist.",
    "alloc_slowpath": "Allocations that were not fast.",
    "free_fastpath": "Objects back to the cpu's freelist.",
    "free_slowpath": "Objects freed in another way.",
    "free_frozen": "Of those, to a slab that a cpu owns.",
    "free_add_partial": "Slabs listed because of a free, or taken back from a cpu's "
                        "list.",
    "free_remove_partial": "Slabs that left the list because they became empty.",
    "alloc_from_partial": "Cpu slabs taken from a node's list.",
    "alloc_slab": "Slabs made.",
    "alloc_refill": "Times the cpu slab had objects that others freed.",
    "alloc_node_mismatch": "Cpu slabs given up because they did not suit the request.",
    "free_slab": "Slabs freed.",
    "cpuslab_flush": "Cpu slabs given up by a flush, or for another.",
    "deactivate_full": "Slabs given up full.",
    "deactivate_empty": "Slabs given up empty, and freed.",
    "deactivate_to_head": "Slabs given up to the head of a node's list.",
    "deactivate_to_tail": "The same to the tail.",
    "deactivate_remote_frees": "Slabs given up that others had freed to meanwhile.",
    "deactivate_bypass": "Slabs given up because all objects were taken.",
    "order_fallback": "Slabs of the smallest order, for want of memory.",
    "cmpxchg_double_cpu_fail": "Always 0: such an exchange is tried again uncounted.",
    "cmpxchg_double_fail": "Exchanges of a slab's pair that had to be done again.",
    "cpu_partial_alloc": "Cpu slabs taken from the cpu's list.",
    "cpu_partial_free": "Slabs put on a cpu's list by a free.",
    "cpu_partial_node": "Slabs put there that were taken from a node.",
    "cpu_partial_drain": "Times such a list was given back because it was long.",
}

DEBUGFS = {
    "slabs": "A line for each slab, a letter for each object: :doc:`observing`.",
    "objects": "A line for each object in use, the oldest first: :doc:`observing`. Only "
               "for caches that keep who has them (``store_user``).",
    "alloc_traces": "Who allocated what is in use, in SLUB's format: :doc:`debugging`. "
                    "Of slabs that keep it (``store_user``).",
    "free_traces": "The same of who had freed it before.",
}

FAILSLAB = {
    "probability": "A number, percent: how many allocations fail. 0: none.",
    "interval": "A number: of those that could fail, only each so-manyth.",
    "times": "A number: so many may still fail; -1: any.",
    "space": "A number: so many bytes are allocated well before.",
    "verbose": "A number. 1: a line in the log for each; 2: a stack, too.",
    "seed": "A number. The sequence is the same again after the same is written. 0, at "
            "first: it is never the same.",
    "task": "A number: the process that task-filter means, beside those that have "
            "/proc/<pid>/make-it-fail.",
    "cache-filter": "Y or N: only caches whose ``failslab`` is 1.",
    "task-filter": "Y or N: only some tasks.",
    "ignore-gfp-wait": "Y or N: none that may wait for memory.",
}

HEAD = """\
.. SPDX-License-Identifier: GPL-2.0
.. Made by scripts/gen-abi.py from the code. Change that, not this.

Files, parameters, events
=========================

What slubx shows to programs. Names that SLUB has mean what they mean there, and have the
same modes and texts; :doc:`differences` tells where they don't, :doc:`observing` what to
do with them. Each text ends with a newline; numbers are decimal.

/proc/slubxinfo
---------------

Mode 0400. The format of /proc/slabinfo 2.1. ``active_objs`` are objects in clients' hands.

/sys/kernel/slubx/<cache>/
--------------------------

A directory for each cache, a link for each other name of it. A cache that others may share
has a directory called after what they must have in common, ``:a-0000064``. In names "/" is
"!". Files of a cache that has gone give ENODEV.
"""

COUNTERS = """\
Counters of the same directory
------------------------------

Mode 0600. Each is a sum, then ``C<cpu>=<part>`` for each online cpu that has some. They
count while ``slubx_stats`` is on. Text that begins with 0 sets one back; EINVAL for other.
"""


def read(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def item(name, mode, *sentences):
    """One entry of a definition list."""
    text = " ".join(filter(None, sentences))
    mode = f", {mode}" if mode else ""
    return f"``{name}``{mode}\n" + textwrap.indent(
        textwrap.fill(text, 84, break_on_hyphens=False), "    ") + "\n"


def told(texts, name, where):
    if name not in texts:
        sys.exit(f"gen-abi.py: '{name}' of {where} has no text here")
    return texts[name]


def all_used(texts, names, where):
    for name in texts:
        if name not in names:
            sys.exit(f"gen-abi.py: '{name}' has a text here and is not in {where}")


def sysfs(counters):
    """The files that count events, or all others."""
    where = "slubx/iface/attr.c"
    source = read(where).replace("\\\n", " ")
    modes = dict(re.findall(r"#define (\w+)\(name\b[^)]*\)\s+ATTR\(name, (0\d+)", source))
    table = re.search(r"struct slubx_attr attrs\[\] = \{(.*?)\n\};", source, re.S)[1]
    entries = re.findall(r"^\t(\w+)\((\w+)", table, re.M)
    all_used(FILES, dict(map(reversed, entries)), where)
    for kind, name in sorted(entries, key=lambda e: e[1]):
        if (kind == "STAT") != counters:
            continue
        form, takes = KINDS[kind]
        form = form and form[0].upper() + form[1:] + "."
        mode = "" if counters else modes[kind]
        yield item(name, mode, told(FILES, name, where), form, takes)


def debugfs():
    where = "slubx/iface/debugfs.c"
    entries = re.findall(r'debugfs_create_file\(\s*"(\w+)", (0\d+)', read(where))
    all_used(DEBUGFS, dict(entries), where)
    for name, mode in sorted(entries):
        yield item(name, mode, told(DEBUGFS, name, where))


def failslab():
    where = "slubx/iface/failslab.c"
    source = read(where)
    names = re.findall(r'\{ "([\w-]+)", SLUBX_', source)
    names += re.findall(r'debugfs_create_bool\(\s*"([\w-]+)"', source)
    all_used(FAILSLAB, names, where)
    for name in sorted(names):
        yield item(name, "0600", told(FAILSLAB, name, where))


def sentence(text):
    return text[0].upper() + text[1:].rstrip(".") + "."


def strings(text):
    """C string constants, joined."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))


def params():
    source = read("slubx/params.c")
    modes = re.findall(r"module_param(?:_cb)?\((\w+),[^;]*?(0\d+)\);", source)
    texts = dict(re.findall(r"MODULE_PARM_DESC\(\s*(\w+),(.*?)\);", source, re.S))
    for name, mode in modes:
        yield item(name, mode, sentence(strings(texts[name])))


def events():
    source = read("slubx/trace.h").replace("SLUBX_TRACE_NAME", "__string(name, name)")
    names = re.findall(r"TRACE_EVENT\((\w+),|DEFINE_EVENT\(\w+, (\w+),", source)
    classes = {}
    for kind, name, body in re.findall(
            r"(TRACE_EVENT|DECLARE_EVENT_CLASS)\((\w+),(.*?)TP_fast_assign", source, re.S):
        classes[name] = re.findall(r"__(?:field|string|array)\((?:[^,()]+,\s*)?(\w+)\s*[,)]",
                                   body)
    for cls, name in re.findall(r"DEFINE_EVENT\((\w+), (\w+),", source):
        classes[name] = classes[cls]
    for pair in names:
        name = pair[0] or pair[1]
        yield item(name, "", ", ".join(f"``{field}``" for field in classes[name]))


def page():
    parts = [HEAD, *sysfs(False), COUNTERS, *sysfs(True)]
    parts += ["/sys/kernel/debug/slubx/<cache>/\n--------------------------------\n",
              "Where there is debugfs: a directory for each cache by the name that "
              "/proc/slubxinfo has\nfor it, a link for each other name. Files of a cache "
              "that has gone give EIO.\n", *debugfs()]
    parts += ["/sys/kernel/debug/slubx/failslab/\n---------------------------------\n",
              "Settings for all caches. Numbers that make no sense give EINVAL.\n",
              *failslab()]
    parts += ["/sys/module/slubx/parameters/\n-----------------------------\n", *params()]
    parts += ["/sys/kernel/tracing/events/slubx/\n---------------------------------\n",
              "Events and their fields.\n", *events()]
    return "\n".join(parts)


def main(args):
    text = page()
    if not args:
        sys.stdout.write(text)
        return 0
    if read(OUT) == text:
        return 0
    print(f"{OUT} is not what the code says: scripts/gen-abi.py >{OUT}")
    return 1


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
