#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Keep files and functions small enough to be read.

    check-size.py FILE...

Budgets (Documentation/floors.rst): lines of a file and of a function have a soft
limit that warns and a hard one that fails; parameters and nesting only warn. Relies
on kernel style, which the format check proves: a function body is what stands
between a `{` and a `}` in column 0, and depth is the number of tabs.
"""

import re
import sys

# what -> (warn above, fail above)
BUDGET = {
    "file lines": (450, 500),
    "function lines": (60, 100),
    "parameters": (5, None),
    "nesting": (4, None),
}
SHOWN = 5
BLOCK = re.compile(r"^(\t+)(?:if|for|while|do|switch|\w*for_each\w*)\b")
HEADER = re.compile(r"(\w+)\s*\(")


def header_before(lines, brace):
    """The declarator above a body's opening brace, joined to one line."""
    start = brace
    while start and re.match(r"\w|\t\s*\S", lines[start - 1]) and \
            not lines[start - 1].rstrip().endswith((";", "\\")):
        start -= 1
    return " ".join(line.strip() for line in lines[start:brace])


def parameters(header):
    """How many parameters the first (...) group holds; void counts none."""
    depth, commas, text = 0, 0, ""
    for char in header[header.index("("):]:
        depth += (char == "(") - (char == ")")
        if depth == 0:
            break
        commas += char == "," and depth == 1
        text += char
    return 0 if text[1:].strip() in ("", "void") else commas + 1


def functions(lines):
    """(name, first line, body lines, parameters) of each function."""
    brace = None
    for i, line in enumerate(lines):
        if line.rstrip() == "{":
            brace = i
        elif line.startswith("}") and brace is not None:
            header = header_before(lines, brace)
            name = HEADER.search(header)
            if name:
                yield name[1], brace + 1, lines[brace + 1:i], parameters(header)
            brace = None


def measure(path):
    """(what, value, where) for everything that has a budget."""
    with open(path) as f:
        lines = f.read().splitlines()
    yield "file lines", len(lines), path
    for name, line, body, count in functions(lines):
        where = f"{path}:{line} {name}()"
        blocks = [BLOCK.match(text) for text in body]
        yield "function lines", len(body), where
        yield "parameters", count, where
        yield "nesting", max((len(m[1]) for m in blocks if m), default=0), where


def verdict(what, value):
    warn, fail = BUDGET[what]
    if fail and value > fail:
        return "FAIL"
    return "warn" if value > warn else None


def main(paths):
    table = [row for path in paths for row in measure(path)]
    failed = 0
    for what, (warn, fail) in BUDGET.items():
        rows = sorted((r for r in table if r[0] == what), key=lambda r: -r[1])
        over = [r for r in rows if verdict(what, r[1])]
        print(f"{what} (warn > {warn}, fail > {fail or '-'}): {len(over)} over budget")
        for _, value, where in rows[:max(SHOWN, len(over))]:
            failed += verdict(what, value) == "FAIL"
            print(f"  {verdict(what, value) or '':4} {value:5} {where}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
