#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# armdma-coverage merges what programs left, and says what is wrong with what it cannot read. Environment: BUILD.
set -u

tool=$BUILD/tools/coverage/armdma-coverage
program=$BUILD/tests/test_check_coverage
if [ ! -x "$tool" ]; then
	echo "skipped: the tools are not built"
	exit 77
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# expect STATUS PATTERN COMMAND...: its exit status, and a line that it prints
expect() {
	local want=$1 pattern=$2 output status

	shift 2
	output=$("$@" 2>&1)
	status=$?
	if [ "$status" != "$want" ] || ! grep -qE -- "$pattern" <<<"$output"; then
		printf 'status %s (wanted %s), no "%s":\n%s\n' "$status" "$want" "$pattern" "$output"
		failed=1
	fi
}

for name in maps_once maps_in_two_machines; do
	ARMDMA_OPTIONS="coverage='$work/a.jsonl'" "$program" $name || failed=1
done
ARMDMA_OPTIONS="coverage=$work/b.jsonl" "$program" maps_once || failed=1
expect 0 '^dma_map_single +TO_DEVICE +pessimal +3$' "$tool" "$work/a.jsonl"
expect 0 '^dma_map_single +TO_DEVICE +pessimal +4$' "$tool" "$work/a.jsonl" "$work/b.jsonl"
expect 0 '^dma_map_single +FROM_DEVICE +pessimal +\.$' "$tool" "$work/a.jsonl"
: >"$work/empty"
expect 0 'no call was counted' "$tool" "$work/empty"
echo 'not json' >>"$work/b.jsonl"
expect 1 "armdma-coverage: .*b.jsonl, line [0-9]+: no line of coverage: 'not json'$" "$tool" "$work/b.jsonl"
expect 1 'No such file' "$tool" "$work/nowhere"
expect 2 '^usage: ' "$tool"
expect 0 '^usage: ' "$tool" --help
# A full disk is no success.
expect 1 '' bash -c '"$1" "$2" >/dev/full' - "$tool" "$work/a.jsonl"
exit $failed
