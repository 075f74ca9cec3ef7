#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The wall between lib/ and sim/: no include from one to the other, nothing shared but <armdma/...>; and no name of
# the library that users can see without the armdma_ prefix.
set -u

failed=0
complain() {
	printf 'wall: %s\n' "$1"
	sed 's/^/    /' <<<"$2"
	failed=1
}

cd "$SRC" || exit 1

# cross SIDE OTHER: includes in SIDE that lead to OTHER, by its name or by a path upwards
cross() {
	grep -rnE --include='*.[chS]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]([^>\"]*/)?$2/" "$1"
}
found=$(cross lib sim) && complain "lib/ includes sim/" "$found"
found=$(cross sim lib) && complain "sim/ includes lib/" "$found"
found=$(cross include '(lib|sim)') && complain "a public header includes an internal one" "$found"
found=$(grep -rnE --include='*.[ch]' '#[[:space:]]*include[[:space:]]*"\.\./' lib sim) &&
	complain "include by a path upwards" "$found"
# What is not internal to its own side comes from armdma/, libc, libbsd (and libdw's headers, cmocka's in its helper).
found=$(grep -rnoE --include='*.[ch]' '#[[:space:]]*include[[:space:]]*"[^"]+"' lib |
	grep -vE '"(lib/[^"]*|[a-z_]+\.h)"$') && complain "lib/ includes what is not its own" "$found"
found=$(grep -rnoE --include='*.[ch]' '#[[:space:]]*include[[:space:]]*"[^"]+"' sim |
	grep -vE '"(sim/[^"]*|[a-z_]+\.h)"$') && complain "sim/ includes what is not its own" "$found"
[ "$(grep -rlE 'include <armdma/' lib sim | wc -l)" -gt 0 ] || complain "no source seen" "$SRC"

# Names starting with two underscores belong to the compiler's own instrumentation.
case $LIBRARY in
*.so*) names=$("$NM" -D --defined-only "$LIBRARY") ;;
*) names=$("$NM" -g --defined-only "$LIBRARY") ;;
esac || exit 1
names=$(awk 'NF == 3 { print $3 }' <<<"$names")
found=$(grep -vE '^(armdma_|__)' <<<"$names") && complain "visible in $(basename "$LIBRARY") without armdma_" "$found"
grep -qx armdma_machine_create <<<"$names" || complain "not visible: armdma_machine_create" "$LIBRARY"

# Every function of the public headers is there.
# Those of cmocka.h and dtb.h are in libraries of their own.
headers=$(printf '%s\n' include/armdma/*.h | grep -vE '/(cmocka|dtb)\.h$')
# shellcheck disable=SC2086 # one word a header
declared=$(sed -n '/ARMDMA_API/,/;/p' $headers | tr '\n' ' ' |
	grep -oE 'ARMDMA_API [^;(]*\(' | grep -oE 'armdma_[a-z0-9_]+ *\($' | tr -d ' (' | sort -u)
found=$(comm -23 <(printf '%s\n' "$declared") <(sort -u <<<"$names"))
[ -z "$found" ] || complain "declared in include/armdma/, but not in the library" "$found"

[ $failed = 0 ] && printf 'wall: %d names seen, all well\n' "$(wc -l <<<"$names")"
exit $failed
