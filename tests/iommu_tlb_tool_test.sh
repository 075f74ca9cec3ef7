#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# armdma-tlb: its figures are the simulated machine's, the same for one seed, and what policies are for shows in them.
set -u

tool=$BUILD/tools/tlb/armdma-tlb
if [ ! -x "$tool" ]; then
	echo "armdma-tlb is not built"
	exit 0
fi
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0
complain() {
	echo "armdma-tlb: $1"
	failed=1
}
# figure JSON POLICY NAME
figure() {
	sed -n "s/.*\"policy\": \"$2\".*\"$3\": \([0-9]*\).*/\1/p" "$1" | head -n 1
}

run() {
	local out=$1

	shift
	"$tool" --load ring-1080p --frames 2 --ram 64 --fragmentation 1 "$@" --json "$out" >"$dir/out" || complain "$* failed"
}
run "$dir/a.json" --policy linux
run "$dir/b.json" --policy linux
cmp -s "$dir/a.json" "$dir/b.json" || complain "two runs with one seed differ"
run "$dir/b.json" --policy linux --seed 2
cmp -s "$dir/a.json" "$dir/b.json" && complain "the seed changes nothing"
run "$dir/a.json" --policy 4k --policy linux --policy strict-64k --policy strict-1m
[ "$(figure "$dir/a.json" 4k entries_4k)" = 3040 ] || complain "four frames of 760 pages need 3040 small entries"
[ "$(figure "$dir/a.json" strict-64k entries_64k)" = 192 ] || complain "and 192 of 64 KiB"
for n in hits lookups walks walk_cycles reach_bytes table_bytes capacity_bytes; do
	[ -n "$(figure "$dir/a.json" linux $n)" ] || complain "no figure $n"
done
[ "$(figure "$dir/a.json" 4k walks)" -gt "$(figure "$dir/a.json" strict-64k walks)" ] ||
	complain "small entries walk more often than large ones"
[ "$(figure "$dir/a.json" 4k walk_cycles)" -gt "$(figure "$dir/a.json" strict-64k walk_cycles)" ] ||
	complain "and wait longer"
[ "$(figure "$dir/a.json" 4k capacity_bytes)" -gt "$(figure "$dir/a.json" strict-1m capacity_bytes)" ] ||
	complain "fragmented memory holds fewer strict buffers"
grep -q '^strict-1m' "$dir/out" || complain "no table"
# A recording, plain and as it is kept; the plot's input whether gnuplot is there or not.
trace=$SRC/tests/data/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz
"$tool" --load trace --trace "$trace" --ram 64 --fragmentation 0 --policy linux --json - --plot "$dir/plot" >"$dir/t.json" 2>"$dir/err"
[ "$(figure "$dir/t.json" linux allocations)" -gt 1000 ] || complain "the recording has more mappings"
grep -q "plot 'pagesize.dat'" "$dir/plot/pagesize.gp" || complain "no plot"
for wrong in "--load nothing" "--fragmentation 95" "--version 4.0" "--tlb 0" "--seed x" "--load trace" "--json"; do
	# shellcheck disable=SC2086 # two words
	"$tool" $wrong >/dev/null 2>&1
	[ $? = 2 ] || complain "$wrong is accepted"
done
exit $failed
