#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The count of the catalogue comes from reports received: with the rule for one kind off, exactly the bugs are lost that were
# found by that kind, and there is no false alarm.
set -eu

# A program that is built with ASan does not make the runs that this is about.
case ${CFLAGS-} in
*-fsanitize*address*) exit 77 ;;
esac

program=$BUILD/tests/bugs/armdma-bugs

# found|kinds of every bug, one a line: "B15 true stale-cpu leak"
run() {
	"$program" --declared --json "$@" | python3 -c '
import json, sys
for line in sys.stdin:
    bug = json.loads(line)
    kinds = {r["kind"] for reports in bug["received"].values() for r in reports}
    print(bug["bug"], "found" if bug["found"] else "lost", bug["false_alarms"], *sorted(kinds))
'
}

run >"$BUILD/tests/bugs-rules-all.txt" || { echo "the whole catalogue has false alarms"; exit 1; }
found=$(awk '$2 == "found" { print $1 }' "$BUILD/tests/bugs-rules-all.txt")
[ "$(wc -w <<<"$found")" -ge 10 ]	# else nothing is tested here

failed=0
for kind in $(awk '$2 == "found" { for (i = 4; i <= NF; i++) print $i }' "$BUILD/tests/bugs-rules-all.txt" | sort -u); do
	expected=$(awk -v kind="$kind" '$2 == "found" { for (i = 4; i <= NF; i++) if ($i == kind) print $1 }' \
		"$BUILD/tests/bugs-rules-all.txt")
	run --disable "$kind" >"$BUILD/tests/bugs-rules-one.txt" || { echo "$kind off: false alarms"; failed=1; }
	lost=$(awk 'NR == FNR { found[$1] = $2 == "found"; next } found[$1] && $2 == "lost" { print $1 }' \
		"$BUILD/tests/bugs-rules-all.txt" "$BUILD/tests/bugs-rules-one.txt")
	if [ "$lost" = "$expected" ]; then
		printf '%s off: lost %s\n' "$kind" "$(tr '\n' ' ' <<<"$lost")"
	else
		printf '%s off: lost %s, but these were found by it: %s\n' "$kind" "$(tr '\n' ' ' <<<"$lost")" \
			"$(tr '\n' ' ' <<<"$expected")"
		failed=1
	fi
done
exit $failed
