#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# How many instructions a free and an allocation of one page take, in single-owner mode: a figure that no other work on the machine
# changes. It is the difference between two runs of different length, so that what comes before and after them drops out.
set -u

case $CFLAGS in *-fsanitize*)
	echo "not counted: a sanitizer's own instructions would be"
	exit 0 ;;
esac
command -v valgrind >/dev/null || { echo "valgrind is missing"; exit 1; }

# An optimised build, whatever the build under test is.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$CC" -O2 -std=c11 -D_GNU_SOURCE -fPIC -I"$SRC/include" -I"$SRC" "$SRC"/tests/instructions/iova_pairs.c "$SRC"/lib/iova/*.c \
	-lpthread -ldl -o "$work/pairs" || exit 1

# count POLICY PAIRS
count() {
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$work/pairs" "$1" "$2" 2>&1 >/dev/null |
		sed -n 's/.*Collected : //p'
}

failed=0
# limit POLICY AT_MOST
limit() {
	local few many pair

	few=$(count "$1" 10000)
	many=$(count "$1" 60000)
	[ -n "$few" ] && [ -n "$many" ] || { echo "$1: nothing was counted"; failed=1; return; }
	pair=$(((many - few) / 50000))
	echo "$1: $pair instructions a pair, at most $2"
	[ "$pair" -gt 20 ] && [ "$pair" -le "$2" ] || failed=1
}

limit first-fit 260
limit magazine 130
exit $failed
