#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Judge one run of the test machine.

    judge.py LABEL VMDIR KUNIT_PY TALLY

Reads VMDIR/console.log (the kernel's log, KTAP in it) and VMDIR/results.log (TAP
and the verdict of the guest). The KTAP of the first load goes through the
kernel's own kunit.py. Counted as failures too: a complaint of the kernel anywhere
in the log, a missing verdict, a run without tests. Appends "LABEL PASSED FAILED"
to TALLY.
"""

import os
import re
import subprocess
import sys
import tempfile

# What a healthy kernel never says (and panic_on_warn ends most of it at once). Of
# the cache slubx-crime it must be said: qemu/tests/90-debug.sh looks for it.
COMPLAINT = re.compile(
    r"BUG:|BUG (?!slubx-crime )\S+ \(|WARNING:|INFO: (task|possible|rcu|lockdep)|UBSAN|KASAN|KCSAN"
    r"|Bad page|Oops|general protection|suspicious|unreferenced object"
    r"|sleeping function|scheduling while atomic|list_(add|del) corruption"
    r"|refcount_t|\bhung\b|\bstall|Kernel panic")
# Test output is judged by its own parser; a skip may well say "needs KASAN".
KTAP_LINE = re.compile(r" *(ok |not ok |# |\d+\.\.\d+$)")
TIMESTAMP = re.compile(r"^\[ *\d+\.\d+\](\[ *[TC]\d+\])? ")
MARK = "slubx-guest: "
SUMMARY = re.compile(r"\b(passed|failed|crashed|skipped|errors): (\d+)", re.I)


def read_lines(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return [line.rstrip("\r\n") for line in f]
    except OSError:
        return []


def section(lines, start):
    """The console lines after the mark `start`, up to the next mark."""
    out, inside = [], False
    for line in lines:
        if line.startswith(MARK):
            if inside:
                break
            inside = line == MARK + start
        elif inside:
            out.append(line)
    return out


def with_plan(lines):
    """Suites of a module come without the outer header on older kernels."""
    first = next((l for l in lines if "KTAP version" in l), "")
    if not first.startswith(" "):
        return lines
    suites = sum(1 for l in lines if re.match(r" {4}# Subtest: ", l))
    return ["KTAP version 1", "1..%d" % suites] + lines


def without_strays(lines):
    """A line of somebody's between a suite's version and its name would make
    the parser of 6.1 lose the suite."""
    out, waiting = [], False
    for line in lines:
        if "KTAP version" in line:
            waiting = True
        elif "# Subtest:" in line:
            waiting = False
        elif waiting and not KTAP_LINE.match(line):
            continue
        out.append(line)
    return out


def run_kunit_py(kunit_py, lines):
    """Print what kunit.py makes of the KTAP; return its counts."""
    with tempfile.NamedTemporaryFile("w", suffix=".ktap") as f:
        f.write("\n".join(with_plan(without_strays(lines))) + "\n")
        f.flush()
        done = subprocess.run([sys.executable, kunit_py, "parse", f.name],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
    print(done.stdout.rstrip("\n"))
    counts = {}
    for line in done.stdout.splitlines():
        if "Testing complete" in line:
            counts = {k.lower(): int(n) for k, n in SUMMARY.findall(line)}
    return counts


def judge_ktap(kunit_py, console, problems):
    lines = section(console, "pass 1")
    if not any("KTAP version" in l for l in lines):
        problems.append("no KTAP in the kernel's log")
        return 0, 0
    counts = run_kunit_py(kunit_py, lines)
    passed = counts.get("passed", 0)
    failed = sum(counts.get(k, 0) for k in ("failed", "crashed", "errors"))
    if not passed + failed:
        problems.append("kunit.py counted no test")
    return passed, failed


def judge_tap(results):
    passed = sum(1 for l in results if re.match(r"ok\b", l) and "# SKIP" not in l)
    failed = sum(1 for l in results if l.startswith("not ok"))
    return passed, failed


def complaints(console):
    """Lines of complaint, except slubx's own reports where a script said it
    provokes them (marks "expect" ... "expected")."""
    hits, expecting = [], False
    for line in console:
        if line.startswith(MARK):
            expecting = {"expect": True, "expected": False}.get(
                line[len(MARK):], expecting)
        elif KTAP_LINE.match(line) or (expecting and "slubx" in line):
            continue
        elif COMPLAINT.search(line):
            hits.append(line)
    return hits


def main(label, vmdir, kunit_py, tally):
    console = [TIMESTAMP.sub("", l)
               for l in read_lines(os.path.join(vmdir, "console.log"))]
    results = read_lines(os.path.join(vmdir, "results.log"))
    problems = []

    passed, failed = judge_ktap(kunit_py, console, problems)
    tap_passed, tap_failed = judge_tap(results)
    passed, failed = passed + tap_passed, failed + tap_failed
    problems += ["kernel log: " + l for l in complaints(console)[:10]]
    said = [l for l in results if l.strip()]
    if not said or said[-1] != "success":
        problems.append("the guest did not report success")
    if not failed and any(re.match(r" *not ok ", l) for l in console):
        problems.append("a 'not ok' that no parser counted")

    for problem in problems:
        print("not ok - %s: %s" % (label, problem))
    failed += len(problems)
    print("%s: %d passed, %d failed" % (label, passed, failed))
    with open(tally, "a", encoding="utf-8") as f:
        f.write("%s %d %d\n" % (label, passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
