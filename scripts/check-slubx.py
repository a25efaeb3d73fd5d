#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The command scripts/slubx, over files made up here.

    check-slubx.py

Each test runs twice: with dash and mawk, as on Debian, and with busybox, as in the
test machine. What the command prints is parsed as its readers would and added up.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from xml.etree import ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
SLUBX = os.path.join(HERE, "slubx")
PAGE = 4096

HEAD = ("slabinfo - version: 2.1\n"
        "# name            <active_objs> <num_objs> <objsize> <objperslab>"
        " <pagesperslab> : tunables <limit> <batchcount> <sharedfactor>"
        " : slabdata <active_slabs> <num_slabs> <sharedavail>\n")
LINE = ("%-17s %6d %6d %6d %4d %4d : tunables    0    0    0"
        " : slabdata %6d %6d      0\n")

# name, active, total, size, objects a slab, pages a slab; the size of an object
CACHES = (
    ("slubx-kmalloc-64", 100, 128, 64, 64, 1, 64),
    ("item", 1000, 1024, 32, 128, 1, 28),
    ("big/one", 3, 16, 4096, 8, 8, 4000),
    ("empty", 0, 0, 256, 16, 1, 200),
    ('odd"\\<&>', 7, 21, 192, 21, 1, 192),
    # More than an awk's %d holds, and more memory than 2^31.
    ("huge", 3 << 30, 3 << 30, 8, 512, 1, 8),
)
COUNTERS = {"alloc_fastpath": "90 C0=60 C2=30", "alloc_slowpath": "10 C0=10",
            "free_fastpath": "40 C1=40", "free_slowpath": "60 C1=60"}

SVG = "{http://www.w3.org/2000/svg}"

# slab, node, order, state, cpu, map
SLABS = (("0xaa", 0, 0, "cpu", 2, "uuccff"), ("0xbb", 1, 0, "cpu_partial", 1, "ufuf"),
         ("0xcc", 0, 0, "full", None, "uuuu"), ("0xdd", 0, 0, "empty", None, "ffff"),
         ("0xee", 1, 1, "partial", None, "ufuf"), ("0xff", 1, 0, "moving", None, "????"))
KINDS = ("used", "free", "cpu", "frozen", "unknown")


def slabs_text(name, slabs):
    text = ("# slubx slabs 1\n# name %s object_size 28 slab_size 32 objs_per_slab 4"
            " order 0 sizes_in bytes\n# <slab> <node> <order> <state> <cpu> <inuse>"
            " <objects> <map>\n" % name)
    for slab, node, order, state, cpu, cells in slabs:
        text += "%s %d %d %s %s %d %d %s\n" % (
            slab, node, order, state, "-" if cpu is None else cpu, cells.count("u"),
            len(cells), cells)
    return text


def kinds_of(slabs):
    count = dict.fromkeys(KINDS, 0)
    for _, _, _, state, _, cells in slabs:
        for c in cells:
            kind = {"u": "used", "c": "cpu", "?": "unknown"}.get(c)
            count[kind or ("frozen" if state.startswith("cpu") else "free")] += 1
    return count


TRACES = """\
     12 add+0x1a/0x30 [m] age=100/200/300 pid=1-9 cpus=0-3
        slubx_kmem_cache_alloc+0x1/0x2 [slubx]
        add+0x1a/0x30 [m]
        main+0x5/0x6

      3 lone<site>+0x1/0x2 [m] waste=12/4 age=50 pid=7
      1 lone<site>+0x1/0x2 [m] age=70 pid=7
"""

# Two cpus; on one an interrupt frees something between an event and its stack.
TRACE = """\
# tracer: nop
#
   sh-100   [001] .....    12.000001: slubx_alloc: call_site=f+0x1/0x2 [m] ptr=0a name=item bytes_req=28 bytes_alloc=32 gfp_flags=GFP_KERNEL node=-1
 <idle>-0   [002] .....    12.500002: slubx_alloc: call_site=g+0x1/0x2 [m] ptr=0b name=item bytes_req=28 bytes_alloc=32 gfp_flags=GFP_KERNEL node=-1
   sh-100   [001] d.h..    12.000003: slubx_free: call_site=f+0x1/0x2 [m] ptr=0c name=item
   sh-100   [001] d.h..    12.000004: <stack trace>
 => slubx_kmem_cache_free
 => irq
 <idle>-0   [002] .....    12.500005: <stack trace>
 => trace_event_raw_event_slubx_alloc
 => helper
 => slubx_kmem_cache_alloc
 => g
 => 0xffffffffc0001234
 => main
   sh-100   [001] .....    12.000006: <stack trace>
 => slubx_kmem_cache_alloc
 => f
 => main
   sh-100   [001] .....    13.000007: slubx_alloc: call_site=f+0x1/0x2 [m] ptr=0d name=item bytes_req=28 bytes_alloc=32 gfp_flags=GFP_KERNEL node=-1
   sh-100   [001] .....    13.000008: <stack trace>
 => slubx_kmem_cache_alloc
 => f
 => main
   sh-100   [001] .....    13.000009: slubx_free: call_site=f+0x1/0x2 [m] ptr=0d name=item
   sh-100   [001] .....    13.000010: <stack trace>
 => main
   sh-100   [001] .....    14.000007: slubx_alloc: call_site=f+0x1/0x2 [m] ptr=0d name=item bytes_req=28 bytes_alloc=32 gfp_flags=GFP_KERNEL node=-1
   sh-100   [001] .....    14.000008: <stack trace>
 => slubx_kmem_cache_alloc
 => f
 => main
"""


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class Root:
    """A directory that looks like /proc and /sys with slubx loaded."""

    def __init__(self, caches=CACHES):
        self.tmp = tempfile.TemporaryDirectory()
        self.path = self.tmp.name
        self.stats = "sys/module/slubx/parameters/slubx_stats"
        self.write("proc/slubxinfo", HEAD + "".join(
            LINE % (*c[:6], c[2] // c[4], c[2] // c[4]) for c in caches))
        self.write("proc/uptime", "100.00 300.00\n")
        self.write(self.stats, "0\n")
        for c in caches:
            self.attribute(c[0], "object_size", "%d" % c[6])
            for name, text in COUNTERS.items():
                self.attribute(c[0], name, text)

    def write(self, path, text):
        path = os.path.join(self.path, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def read(self, path):
        return text_of(os.path.join(self.path, path))

    def attribute(self, cache, name, text):
        self.write("sys/kernel/slubx/%s/%s" % (cache.replace("/", "!"), name), text + "\n")


class Test(unittest.TestCase):
    """With dash and mawk."""

    shell = ["dash"]

    @classmethod
    def setUpClass(cls):
        cls.bin = tempfile.TemporaryDirectory()
        os.symlink(shutil.which("mawk"), os.path.join(cls.bin.name, "awk"))
        cls.addClassCleanup(cls.bin.cleanup)

    def setUp(self):
        self.root = Root()
        self.addCleanup(self.root.tmp.cleanup)

    def start(self, *args):
        env = dict(os.environ, SLUBX_ROOT=self.root.path,
                   PATH=self.bin.name + ":" + os.environ["PATH"])
        return subprocess.run([*self.shell, SLUBX, *args], env=env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def said(self, *args):
        done = self.start(*args)
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 0)
        return done.stdout

    def refused(self, *args):
        done = self.start(*args)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"^slubx: .*\n$")
        return done.stderr

    # ---- Words ----------------------------------------------------------------

    def test_help_names_every_command(self):
        text = self.said("help")
        for name in os.listdir(SLUBX + ".d"):
            stem, kind = os.path.splitext(name)
            if kind == ".sh" and stem not in ("common", "stacks", "tools"):
                self.assertRegex(text, r"\b%s\b" % stem)

    def test_what_makes_no_sense_is_refused(self):
        self.assertIn("no command", self.refused("bottom"))
        self.assertIn("-x", self.refused("caches", "-x"))
        self.assertIn("-o", self.refused("caches", "-o", "file"))
        self.assertIn("--json", self.refused("metrics", "--json"))
        self.assertIn("value", self.refused("caches", "-s"))
        self.assertIn("key", self.refused("caches", "-s", "colour"))
        self.assertIn("key", self.refused("top", "-s", "colour"))
        self.assertIn("number", self.refused("top", "-d", "0"))
        self.assertIn("one pattern", self.refused("caches", "a", "b"))

    def test_without_slubx(self):
        os.remove(os.path.join(self.root.path, "proc/slubxinfo"))
        self.assertIn("not loaded", self.refused("caches"))

    # ---- caches ---------------------------------------------------------------

    def test_caches_as_json(self):
        data = {c["name"]: c for c in json.loads(self.said("caches", "--json"))}
        self.assertEqual(set(data), {c[0] for c in CACHES})
        for name, active, total, size, per, pages, used in CACHES:
            memory = total // per * pages * PAGE
            self.assertEqual(data[name], {
                "name": name, "object_size": used, "slab_size": size,
                "active": active, "total": total, "objects_per_slab": per,
                "slabs": total // per, "memory": memory,
                "waste": memory - active * used})

    def test_caches_in_order(self):
        names = [c["name"] for c in json.loads(self.said("caches", "--json", "-s", "name"))]
        self.assertEqual(names, sorted(names))
        for key, field in (("memory", "memory"), ("waste", "waste"),
                           ("active", "active"), ("total", "total"),
                           ("slabs", "slabs"), ("size", "object_size")):
            data = json.loads(self.said("caches", "--json", "-s", key))
            values = [c[field] for c in data]
            self.assertEqual(values, sorted(values, reverse=True), key)
        data = json.loads(self.said("caches", "--json", "-s", "use"))
        values = [c["active"] / max(c["total"], 1) for c in data]
        self.assertEqual(values, sorted(values, reverse=True))

    def test_caches_as_a_table(self):
        head, *rows, last = self.said("caches").splitlines()
        self.assertEqual(head.split()[0], "CACHE")
        self.assertEqual(len(rows), len(CACHES))
        sums = [sum(int(row.split()[k]) for row in rows) for k in (2, 3, 5)]
        words = last.split()
        self.assertEqual(words[:2], [str(len(CACHES)), "caches"])
        self.assertEqual([int(words[k]) for k in (2, 3, 5)], sums)
        self.assertNotIn("\033", head)
        self.assertIn("\033", self.said("caches", "--color"))

    def test_caches_by_pattern(self):
        data = json.loads(self.said("caches", "--json", "^(item|empty)$"))
        self.assertEqual({c["name"] for c in data}, {"item", "empty"})
        self.assertEqual(json.loads(self.said("caches", "--json", "nothing")), [])

    # ---- top ------------------------------------------------------------------

    def test_top_switches_counting_on_and_off_again(self):
        first = json.loads(self.said("top", "--json"))
        self.assertTrue(first["counted"])
        self.assertEqual(self.root.read(self.root.stats), "0\n")
        self.root.write(self.root.stats, "1\n")
        self.said("top")
        self.assertEqual(self.root.read(self.root.stats), "1\n")

    def awk(self, names, *files, **env):
        """What the programs NAMES print of FILES."""
        program = "".join(text_of(SLUBX + ".d/%s.awk" % name) for name in names)
        awk = ["busybox", "awk"] if self.shell[0] == "busybox" else ["mawk"]
        done = subprocess.run([*awk, program, *files], env=dict(os.environ, **env),
                              text=True, capture_output=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def frame(self, last, **args):
        """One frame, where the last sample was LAST."""
        with tempfile.TemporaryDirectory() as state:
            with open(state + "/last", "w", encoding="utf-8") as f:
                f.write(last)
            out = self.awk(("text", "cache", "top"), SLUBX_STATE=state,
                           SLUBX_INFO=self.root.path + "/proc/slubxinfo",
                           SLUBX_SYS=self.root.path + "/sys/kernel/slubx",
                           SLUBX_STATS_FILE=self.root.path + "/" + self.root.stats,
                           SLUBX_UPTIME=self.root.path + "/proc/uptime",
                           SLUBX_KEY="alloc", SLUBX_SPARK="_ . : - = + * #", **args)
            return out, text_of(state + "/now")

    def test_top_counts_per_second(self):
        self.root.write(self.root.stats, "1\n")
        out, now = self.frame("time 90.00\nitem 50 0 40 0 5\nempty 200 200 0 9\n",
                              SLUBX_JSON="y")
        data = json.loads(out)
        self.assertEqual(data["seconds"], 10)
        rates = {c["name"]: c for c in data["caches"]}
        # 100 now, 50 then; 100 frees; of 150 130 - 40 were fast
        self.assertEqual([rates["item"][k] for k in ("allocs", "frees", "fast")],
                         [5.0, 10.0, 60.0])
        # its counters were reset
        self.assertEqual(rates["empty"]["allocs"], 10.0)
        # and of a new cache nothing is known
        self.assertEqual(rates["huge"]["allocs"], 0)
        self.assertEqual(data["caches"][0]["name"], "empty")
        self.assertIn("time 100\n", now)
        self.assertIn("item 100 100 130 0 5 5\n", now)

    def test_top_draws_a_line(self):
        self.root.write(self.root.stats, "1\n")
        out, _ = self.frame("time 90.00\nitem 100 0 40 0 100 50 1\n")
        row = next(r for r in out.splitlines() if r.startswith("item "))
        self.assertTrue(row.endswith("  _#=._"), row)

    def test_top_fits_a_screen(self):
        self.root.write(self.root.stats, "1\n")
        last = "time 90.00\nitem 100 0 40" + " 7" * 19 + "\n"
        for columns in (80, 99, 100, 200):
            out, _ = self.frame(last, SLUBX_LIVE="y", SLUBX_ROWS="10",
                                SLUBX_COLUMNS=str(columns))
            for text in re.sub(r"\033\[[\d;]*[A-Za-z]", "\n", out).splitlines():
                self.assertLess(len(text), columns)
            self.assertEqual(len(re.findall(r"\033\[K", out)), 3 + 5)
            self.assertIn("###", out)

    def test_top_remembers_so_much(self):
        self.root.write(self.root.stats, "1\n")
        last = "time 90.00\nitem 100 0 40 " + " ".join(map(str, range(40))) + "\n"
        _, now = self.frame(last)
        kept = next(r for r in now.splitlines() if r.startswith("item ")).split()[4:]
        self.assertEqual(kept, [str(n) for n in range(21, 40)] + ["0"])

    # ---- map ------------------------------------------------------------------

    def with_slabs(self, cache="item", end="# end\n", slabs=SLABS):
        path = "sys/kernel/debug/slubx/%s/slabs" % cache.replace("/", "!")
        self.root.write(path, slabs_text(cache, slabs) + end)
        return os.path.join(self.root.path, path)

    def test_map_as_json(self):
        self.with_slabs("big/one")
        data = json.loads(self.said("map", "big/one", "--json"))
        self.assertEqual((data["name"], data["object_size"], data["after"]),
                         ("big/one", 28, None))
        before = data["before"]
        self.assertEqual([tuple(s.values()) for s in before["slabs"]],
                         [(s[0], s[1], s[2], s[3], s[4], s[5].count("u"), len(s[5]), s[5])
                          for s in SLABS])
        self.assertEqual({k: before[k] for k in KINDS}, kinds_of(SLABS))
        self.assertEqual(before["objects"], sum(len(s[5]) for s in SLABS))
        self.assertEqual(before["memory"], sum(PAGE << s[2] for s in SLABS))

    def test_map_as_text(self):
        self.with_slabs()
        *rows, last = self.said("map", "item", "--text").splitlines()
        self.assertEqual([row.split()[-1] for row in rows],
                         ["##cc--", "#-#-", "####", "....", "#.#.", "????"])
        for kind, count in kinds_of(SLABS).items():
            self.assertIn(" %d " % count, last, kind)

    def squares(self, svg):
        """How many cells of each kind a picture has, after a look at its form."""
        root = ElementTree.fromstring(svg)
        self.assertEqual(root.tag, SVG + "svg")
        count, places = dict.fromkeys(KINDS, 0), set()
        for path in root.iter(SVG + "path"):
            for x, y in re.findall(r"M([\d.]+) ([\d.]+)h[^M]*z", path.get("d")):
                self.assertNotIn((x, y), places)
                places.add((x, y))
                count[path.get("class")] += 1
        width, height = int(root.get("width")), int(root.get("height"))
        for x, y in places:
            self.assertLess(float(x), width)
            self.assertLess(float(y), height)
        return root, count

    def test_map_as_a_picture(self):
        self.with_slabs()
        root, count = self.squares(self.said("map", "item"))
        self.assertEqual(count, kinds_of(SLABS))
        rows = [g.find(SVG + "title").text for g in root.iter(SVG + "g")]
        self.assertEqual(len(rows), len(SLABS))
        self.assertIn("slab 0xaa, node 0, cpu 2, 2 of 6 in use", rows)
        for g, slab in zip(root.iter(SVG + "g"), SLABS):    # in order, side by side
            row = sorted((int(x), path.get("class")) for path in g.iter(SVG + "path")
                         for x in re.findall(r"M(\d+) ", path.get("d")))
            kinds = [k for k, n in kinds_of([slab]).items() for _ in range(n)]
            self.assertEqual(sorted(k for _, k in row), sorted(kinds))
            self.assertEqual([x - row[0][0] for x, _ in row],
                             [16 * n for n in range(len(row))])
            used = [n for n, (_, kind) in enumerate(row) if kind == "used"]
            self.assertEqual(used, [n for n, c in enumerate(slab[5]) if c == "u"])
        text = " ".join(e.text for e in root.iter(SVG + "text"))
        self.assertIn("6 slabs, 28.0K, 38% of 26 objects in use", text)

    def test_map_before_and_after(self):
        before = self.with_slabs()
        after = os.path.join(self.root.path, "after")
        left = (SLABS[0], SLABS[2], ("0x99", 0, 0, "cpu", 1, "uc"))
        self.root.write("after", slabs_text("item", left) + "# end\n")
        root, count = self.squares(
            self.awk(("text", "slabs", "map_svg"), before, after))
        both = {k: kinds_of(SLABS)[k] + kinds_of(left)[k] for k in KINDS}
        self.assertEqual(count, both)
        gone = [r for r in root.iter(SVG + "rect") if r.get("class") == "gone"]
        self.assertEqual(len(gone), 4)
        data = json.loads(self.awk(("text", "slabs", "map_json"), before, after))
        self.assertEqual(len(data["after"]["slabs"]), 3)
        self.assertEqual({k: data["after"][k] for k in KINDS}, kinds_of(left))

    def test_map_shrinks(self):
        self.with_slabs()
        self.root.attribute("item", "shrink", "")
        data = json.loads(self.said("map", "item", "--json", "--shrink"))
        self.assertEqual(data["after"], data["before"])
        self.assertEqual(self.root.read("sys/kernel/slubx/item/shrink"), "1\n")

    def test_map_that_can_not_be(self):
        self.assertIn("wants a cache", self.refused("map"))
        self.assertIn("no cache", self.refused("map", "nothing"))
        self.assertIn("debugfs", self.refused("map", "item"))
        self.with_slabs(end="")
        self.assertIn("cut off", self.start("map", "item").stderr)
        self.assertNotEqual(self.start("map", "item").returncode, 0)
        path = os.path.join(self.root.path, "map.svg")
        self.assertIn("not written", self.start("map", "item", "-o", path).stderr)
        self.assertEqual([n for n in os.listdir(self.root.path) if "svg" in n], [])
        self.root.write("sys/kernel/debug/slubx/item/slabs", "# slubx slabs 2\n# end\n")
        self.assertIn("no list", self.start("map", "item").stderr)

    def test_map_of_nothing(self):
        self.with_slabs(slabs=())
        _, count = self.squares(self.said("map", "item"))
        self.assertEqual(sum(count.values()), 0)

    # ---- flame and leaks ------------------------------------------------------

    def with_traces(self):
        for cache, text in (("item", TRACES), ("empty", "No data\n")):
            self.root.write("sys/kernel/debug/slubx/%s/alloc_traces" % cache, text)
            self.root.attribute(cache, "store_user", "1")
        self.root.write("sys/kernel/debug/slubx/huge/alloc_traces", "No data\n")
        self.root.write("boot/config-" + os.uname().release, "CONFIG_HZ=100\n")

    def flame(self, svg):
        """The frames of a picture, (depth, name) and bytes, if they lie as they must."""
        root = ElementTree.fromstring(svg)
        frames = []
        for g in root.iter(SVG + "g"):
            x, w, depth = (float(g.get("data-" + k)) for k in "xwd")
            rect = g.find(SVG + "rect")
            self.assertEqual((float(rect.get("x")), float(rect.get("width"))), (x, w))
            frames.append((x, w, depth, g.get("data-n"), int(g.get("data-b"))))
        for x, w, depth, name, size in frames:
            self.assertAlmostEqual(w / frames[0][1], size / frames[0][4], 3, name)
            if depth:   # on the frame that called it, and on no more than it
                below = [f for f in frames if f[2] == depth - 1 and
                         f[0] <= x + .01 and f[0] + f[1] >= x + w - .01]
                self.assertEqual(len(below), 1, name)
            same = sorted(f[:2] for f in frames if f[2] == depth)
            for left, right in zip(same, same[1:]):
                self.assertLessEqual(left[0] + left[1], right[0] + .01)
        script = root.find(SVG + "script").text
        self.assertIn("addEventListener", script)
        return {(f[2], f[3]): f[4] for f in frames}

    def test_flame_of_traces(self):
        self.with_traces()
        self.assertEqual(self.flame(self.said("flame")), {
            (0, "all"): 28 * 16, (1, "item"): 28 * 16,
            (2, "main"): 28 * 12, (3, "add [m]"): 28 * 12,
            (2, "lone<site> [m]"): 28 * 4})
        data = json.loads(self.said("flame", "item", "--json"))
        self.assertEqual([(d["bytes"], d["objects"], d["oldest"], d["stack"]) for d in data],
                         [(112, 4, 0.7, ["lone<site> [m]"]),
                          (336, 12, 3.0, ["main", "add [m]"])])

    def test_flame_of_nothing(self):
        self.with_traces()
        self.assertEqual(self.flame(self.said("flame", "empty")), {})
        self.assertEqual(json.loads(self.said("flame", "empty", "--json")), [])

    def test_stacks_of_a_trace(self):
        self.root.write("trace", TRACE)
        self.root.write("symbols", "".join("0 t %s\t[%s]\n" % pair for pair in (
            ("slubx_kmem_cache_alloc", "slubx"), ("f", "m"), ("helper", "slubx"),
            ("trace_event_raw_event_slubx_alloc", "slubx"))))
        out = self.awk(("text", "fold", "live"), self.root.path + "/trace",
                       SLUBX_NOW="20", SLUBX_SYMBOLS=self.root.path + "/symbols")
        self.assertEqual(out, "32\t1\t7.500\titem\tmain;(gone);g\n"
                              "64\t2\t8.000\titem\tmain;f [m]\n")
        self.root.write("trace", TRACE.replace("ptr=0a", "ptr=(____ptrval____)"))
        with self.assertRaises(subprocess.CalledProcessError):
            self.awk(("text", "fold", "live"), self.root.path + "/trace")

    def test_no_way_to_know(self):
        self.assertIn("tracefs", self.start("flame").stderr)
        self.assertIn("tracefs", self.start("leaks", "--record").stderr)
        self.assertIn("track", self.refused("leaks", "--mark"))
        self.assertIn("recorded", self.refused("leaks", "--mark", "-d", "3"))

    def test_leaks_oldest_first(self):
        self.with_traces()
        head, *rows, last = self.said("leaks").splitlines()
        self.assertEqual([row.split() for row in rows], [
            ["3.000", "12", "336", "item", "add", "[m]", "<", "main"],
            ["0.700", "4", "112", "item", "lone<site>", "[m]"]])
        self.assertEqual(last.split(), ["16", "448", "2", "sites"])
        self.assertEqual([d["site"] for d in json.loads(self.said("leaks", "--json"))],
                         ["add [m]", "lone<site> [m]"])

    def test_leaks_since_a_mark(self):
        self.with_traces()
        mark = os.path.join(self.root.path, "mark")
        os.environ["SLUBX_MARK"] = mark
        self.addCleanup(os.environ.pop, "SLUBX_MARK")
        self.assertIn("no mark", self.refused("leaks", "--since"))
        self.assertEqual(self.said("leaks", "--mark"), "")
        self.assertEqual(json.loads(self.said("leaks", "--since", "--json")), [])
        self.root.write("sys/kernel/debug/slubx/item/alloc_traces",
                        TRACES.replace("     12 ", "     17 "))
        data = json.loads(self.said("leaks", "--since", "--json"))
        self.assertEqual([(d["objects"], d["bytes"], d["site"]) for d in data],
                         [(5, 140, "add [m]")])
        # What came since the mark is no older than that.
        self.assertLess(data[0]["oldest"], 3)

    # ---- verify ---------------------------------------------------------------

    def test_verify_without_debugging_says_so(self):
        self.assertIn("validate", self.refused("verify"))

    def with_validate(self):
        for c in CACHES[:3]:
            self.root.attribute(c[0], "validate", "")
            self.root.attribute(c[0], "errors", "5")
        for c in CACHES[3:]:        # what is written to it fails
            os.mkdir(os.path.join(self.root.path, "sys/kernel/slubx", c[0], "validate"))

    def test_verify_a_clean_machine(self):
        self.with_validate()
        data = {c["name"]: c for c in json.loads(self.said("verify", "--json"))}
        self.assertEqual(data["big/one"],
                         {"name": "big/one", "checked": True, "corrupt": 0})
        self.assertEqual(data["huge"],
                         {"name": "huge", "checked": False, "corrupt": None})
        self.assertEqual(len(data), len(CACHES))
        self.assertRegex(self.said("verify"), r"(?m)^item +clean$")
        self.assertRegex(self.said("verify"), r"(?m)^empty +not checked")
        self.assertEqual(len(self.said("verify", "^item$").splitlines()), 1)

    def test_verify_finds_faults(self):
        self.with_validate()
        directory = os.path.join(self.root.path, "sys/kernel/slubx/item/")
        os.remove(directory + "errors")     # one file: to check is to find one more
        self.root.attribute("item", "validate", "0")
        os.symlink("validate", directory + "errors")
        done = self.start("verify")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?m)^item +1 corrupt$")
        self.assertRegex(done.stdout, r"(?m)^slubx-kmalloc-64 +clean$")

    # ---- metrics --------------------------------------------------------------

    def test_metrics_are_what_prometheus_reads(self):
        text = self.said("metrics")
        sample = re.compile(r'(\w+)(?:\{cache="((?:[^"\\\n]|\\["\\n])*)"'
                            r'(?:,event="(\w+)")?\})? (\d+)$')
        family, kinds, seen = None, {}, {}
        for line in text.splitlines():
            if line.startswith("# "):
                _, what, family, value = line.split(" ", 3)
                if what == "TYPE":
                    self.assertNotIn(family, kinds)
                    kinds[family] = value
                continue
            name, cache, event, value = sample.fullmatch(line).groups()
            self.assertEqual(name, family)      # no family in pieces
            self.assertNotIn((name, cache, event), seen)
            seen[name, cache, event] = int(value)
        self.assertTrue(text.endswith("\n"))
        self.assertEqual(set(kinds.values()), {"gauge", "counter"})
        self.assertEqual(seen["slubx_cache_objects", "huge", None], 3 << 30)
        self.assertEqual(seen["slubx_cache_memory_bytes", "huge", None], 24 << 30)
        self.assertEqual(seen["slubx_cache_objects_active", 'odd\\"\\\\<&>', None], 7)
        self.assertEqual(
            seen["slubx_cache_events_total", "big/one", "free_slowpath"], 60)
        self.assertEqual(seen["slubx_stats_enabled", None, None], 0)
        self.assertNotIn(("slubx_cache_events_total", "item", "free_slab"), seen)

    def test_metrics_in_a_file(self):
        path = os.path.join(self.root.path, "slubx.prom")
        self.assertEqual(self.said("metrics", "-o", path), "")
        self.assertEqual(text_of(path), self.said("metrics"))
        self.assertEqual([n for n in os.listdir(self.root.path) if n.startswith("slubx.")],
                         ["slubx.prom"])
        self.assertIn("not written", self.start(
            "metrics", "-o", self.root.path + "/no/such/file").stderr)


class TestBusybox(Test):
    """The same, all programs from busybox."""

    shell = ["busybox", "sh"]


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    sys.exit(not result.wasSuccessful())
