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
            if kind == ".sh" and stem not in ("common", "tools"):
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

    def frame(self, last, *args):
        """One frame, where the last sample was LAST."""
        with tempfile.TemporaryDirectory() as state:
            with open(state + "/last", "w", encoding="utf-8") as f:
                f.write(last)
            awk = ["busybox", "awk"] if self.shell[0] == "busybox" else ["mawk"]
            program = "".join(text_of(SLUBX + ".d/%s.awk" % name)
                              for name in ("text", "cache", "top"))
            env = dict(os.environ, SLUBX_STATE=state, SLUBX_KEY="alloc",
                       SLUBX_INFO=self.root.path + "/proc/slubxinfo",
                       SLUBX_SYS=self.root.path + "/sys/kernel/slubx",
                       SLUBX_STATS_FILE=self.root.path + "/" + self.root.stats,
                       SLUBX_UPTIME=self.root.path + "/proc/uptime",
                       SLUBX_SPARK="_ . : - = + * #", **dict(args))
            done = subprocess.run([*awk, program], env=env, text=True, check=True,
                                  capture_output=True)
            return done.stdout, text_of(state + "/now")

    def test_top_counts_per_second(self):
        self.root.write(self.root.stats, "1\n")
        out, now = self.frame("time 90.00\nitem 50 0 40 0 5\nempty 200 200 0 9\n",
                              ("SLUBX_JSON", "y"))
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

    def test_top_remembers_so_much(self):
        self.root.write(self.root.stats, "1\n")
        last = "time 90.00\nitem 100 0 40 " + " ".join(map(str, range(40))) + "\n"
        _, now = self.frame(last)
        kept = next(r for r in now.splitlines() if r.startswith("item ")).split()[4:]
        self.assertEqual(kept, [str(n) for n in range(21, 40)] + ["0"])

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

    def test_metrics_in_a_file(self):
        path = os.path.join(self.root.path, "slubx.prom")
        self.assertEqual(self.said("metrics", "-o", path), "")
        self.assertEqual(text_of(path), self.said("metrics"))
        self.assertEqual([n for n in os.listdir(self.root.path) if n.startswith("slubx.")],
                         ["slubx.prom"])
        self.assertIn("can't write", self.start(
            "metrics", "-o", self.root.path + "/no/such/file").stderr)


class TestBusybox(Test):
    """The same, all programs from busybox."""

    shell = ["busybox", "sh"]


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    sys.exit(not result.wasSuccessful())
