# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
#
# shell.sh - mode "shell": slubx is loaded, look around.

insmod /modules/slubx.ko && cat <<'END'

slubx is loaded. "slubx help" tells the ways to look at it; its files are in
/sys/kernel/slubx, /sys/kernel/debug/slubx, /proc/slubxinfo.
Other modules: /modules. Test scripts: /tests. Leave with "exit" or Ctrl-A x.

END
setsid cttyhack sh -i || sh -i
