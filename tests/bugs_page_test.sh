#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# docs/bugs.md is what the catalogue's table and runs say today.
set -eu

# A program that is built with ASan does not make the runs that this is about.
case ${CFLAGS-} in
*-fsanitize*address*) exit 77 ;;
esac

page=$BUILD/tests/bugs-page.md

# False alarms are another test's business.
"$BUILD/tests/bugs/armdma-bugs" --declared --markdown >"$page" || true
if ! diff -u "$SRC/docs/bugs.md" "$page"; then
	echo "docs/bugs.md is not what the catalogue says: ./run bugs --declared --markdown >docs/bugs.md"
	exit 1
fi
# Nothing in it belongs to one host or one run.
if grep -nE '0x[0-9a-f]{3,}|cycle [0-9]|(^|[ (])/[a-z]+/' "$page" | grep -v 0xffffffff; then
	echo "an address, a time or a path of this host is in it"
	exit 1
fi
