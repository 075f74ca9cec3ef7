#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# The first code block of the README is examples/first_test (but for its licence line), whole and at most 20 lines long.
set -eu
source=$SRC/examples/first_test/first_test.c
lines=$(wc -l <"$source")
if [ "$lines" -gt 20 ]; then
	echo "first_test.c has $lines lines, more than 20"
	exit 1
fi
diff -u --label first_test.c --label README.md <(tail -n +2 "$source") \
	<(awk '/^```/ { if (inside) exit; inside = 1; next } inside' "$SRC/README.md")
