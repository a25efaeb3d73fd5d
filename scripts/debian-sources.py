#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Print a sources.list for another Debian suite, made from this machine's own.

    debian-sources.py CODENAME [EXTRA-SUITE...]

Where this machine gets CODENAME (its main archive, its security archive) is kept
as it is, one line each; every EXTRA-SUITE (say bookworm-backports) is taken from
the main archive too. So no mirror is named in this tree, and whatever the
machine uses (a proxy, a snapshot) is used again. Understands the one-line form
and deb822; exits 1 with a sentence when there is no entry for CODENAME.
"""

import glob
import re
import sys

ETC = "/etc/apt"


def one_line_entries(text):
    """deb [signed-by=KEY arch=amd64] URI SUITE COMPONENT..."""
    for line in text.splitlines():
        words = line.split("#", 1)[0].split()
        if not words or words[0] != "deb":
            continue
        options = []
        if len(words) > 1 and words[1].startswith("["):
            while words[1:] and not words[1].endswith("]"):
                options.append(words.pop(1))
            if words[1:]:
                options.append(words.pop(1))
        if len(words) < 3:
            continue
        signed = [o.strip("[]").split("=", 1)[1] for o in options
                  if o.strip("[]").lower().startswith("signed-by=")]
        yield words[1], words[2], words[3:], signed[0] if signed else ""


def stanza_fields(stanza):
    fields, last = {}, None
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace() and last:
            fields[last] += "\n" + line
        elif ":" in line:
            last, value = line.split(":", 1)
            last = last.strip().lower()
            fields[last] = value.strip()
    return fields


def deb822_entries(text):
    for stanza in re.split(r"\n[ \t\r]*\n", text):
        f = stanza_fields(stanza)
        if "deb" not in f.get("types", "").split():
            continue
        if f.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        signed = f.get("signed-by", "")
        if "BEGIN PGP" in signed:       # an inline key: apt's own keyrings do
            signed = ""
        for uri in f.get("uris", "").split():
            for suite in f.get("suites", "").split():
                yield uri, suite, f.get("components", "").split(), signed


def read_all():
    files = [(ETC + "/sources.list", one_line_entries)]
    files += [(p, one_line_entries)
              for p in sorted(glob.glob(ETC + "/sources.list.d/*.list"))]
    files += [(p, deb822_entries)
              for p in sorted(glob.glob(ETC + "/sources.list.d/*.sources"))]
    for path, parse in files:
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                text = f.read()
        except OSError:
            continue
        # Some images keep deb822 text in a file named sources.list.
        if parse is one_line_entries and "\nURIs:" in text:
            parse = deb822_entries
        yield from parse(text)


def line(uri, suite, signed):
    option = " [signed-by=%s]" % signed if signed else ""
    return "deb%s %s %s main" % (option, uri, suite)


def looks_like_debian(entry):
    """Third parties name their suites after Debian's; prefer Debian itself."""
    uri, _, signed = entry
    return ("debian-archive" in signed, uri.rstrip("/").endswith("/debian"))


def main(codename, extra):
    wanted = [codename + tail for tail in ("", "-updates", "-security")]
    own = [(u, s, k) for u, s, c, k in read_all() if s in wanted and "main" in c]
    base = sorted((e for e in own if e[1] == codename),
                  key=looks_like_debian, reverse=True)
    if not base:
        sys.exit("slubx: no apt source of this machine offers Debian %s main."
                 % codename)
    uri, _, signed = base[0]
    # The same archive's updates, and security wherever it comes from.
    own = [e for e in own if e[0] == uri or e[1].endswith("-security")]
    out = [line(*e) for e in own] + [line(uri, suite, signed) for suite in extra]
    print("\n".join(dict.fromkeys(out)))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
