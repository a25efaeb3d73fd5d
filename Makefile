# SPDX-License-Identifier: GPL-2.0
#
# The verbs. Each is a script in scripts/ that can be read and run by itself;
# what kbuild reads is Kbuild, not this file.

.DEFAULT_GOAL := modules
.PHONY: modules run test test-matrix shell icount pictures check install clean help

# Knobs, from the command line or the environment; see `make help`.
export ACCEL CPU FLAVOUR KDIR KERNEL SLUBX_CACHE SLUBX_TALLY V

modules:
	@scripts/verb-modules.sh

run:
	@scripts/verb-run.sh run

test:
	@scripts/verb-test.sh

test-matrix:
	@KERNEL=all FLAVOUR=all scripts/verb-test.sh

shell:
	@scripts/verb-run.sh shell

icount:
	@scripts/verb-run.sh icount

pictures:
	@scripts/verb-run.sh pictures

check:
	@scripts/need.sh check
	@scripts/check.sh

install:
	@scripts/verb-modules.sh modules_install

clean:
	rm -rf build

help:
	@scripts/help.sh
