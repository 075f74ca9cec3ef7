#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The bug catalogue: enough is found, nothing correct is reported, and what was found is what its own lines say.
set -eu

# A program that is built with ASan makes the runs of that mode only, for the other to count them.
case ${CFLAGS-} in
*-fsanitize*address*)
	"$BUILD/tests/bugs/armdma-bugs"
	exit ;;
esac

# None of them is found by those runs only.
floor=56

"$BUILD/tests/bugs/armdma-bugs" --at-least $floor >"$BUILD/tests/bugs-table.txt" && ok=true || ok=false
cat "$BUILD/tests/bugs-table.txt"
$ok || { echo "fewer than $floor found, or a false alarm"; exit 1; }

# Every twin ran with every seed, in silence.
rows=$(grep -c '^B[0-9][0-9] ' "$BUILD/tests/bugs-table.txt")
silent=$(grep -c '^B[0-9][0-9] .* 200 seeds$' "$BUILD/tests/bugs-table.txt")
[ "$rows" = "$silent" ] || { echo "$silent of $rows twins are silent over 200 seeds"; exit 1; }
tail -n 1 "$BUILD/tests/bugs-table.txt" | grep -qxE 'bugs: [0-9]+ of 56 found, 0 false alarms' ||
	{ echo "the last line is not the count"; exit 1; }
# Most need no more than a plain test run.
plain=$(sed -n 's/^\([0-9]*\) of them in default mode$/\1/p' "$BUILD/tests/bugs-table.txt")
[ "$plain" -ge 40 ] || { echo "only $plain are found in default mode"; exit 1; }
