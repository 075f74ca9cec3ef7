#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# What tracing costs that nobody has switched on: instructions (callgrind) of the same work with the library as it is, and with one
# whose trace events are compiled out (ARMDMA_NO_TRACE). Fails if a row is more than 2 % apart. Needs valgrind.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
build=${1-$root/build/trace-cost}
limit=20	# thousandths

command -v valgrind >/dev/null || { echo "cost.sh: there is no valgrind"; exit 77; }
mkdir -p "$build"

# one NAME NO_TRACE: instructions of each row into $build/NAME.rows
one() {
	local row

	cmake -S "$root" -B "$build/$1" -DCMAKE_BUILD_TYPE=RelWithDebInfo -DARMDMA_NO_TRACE="$2" -DARMDMA_BUILD_TESTS=OFF \
		-DARMDMA_BUILD_EXAMPLES=OFF -DBUILD_SHARED_LIBS=OFF >"$build/$1.log" 2>&1
	cmake --build "$build/$1" -j "$(nproc)" --target armdma >>"$build/$1.log" 2>&1
	${CC:-cc} -O2 -g -I"$root/include" -o "$build/$1/cost" "$root/tests/bench/trace/cost.c" \
		"$build/$1/libarmdma.a" $(pkg-config --libs libbsd) -lpthread -ldl
	: >"$build/$1.rows"
	for row in row_map_unmap row_stream row_miss row_registers; do
		valgrind --tool=callgrind --toggle-collect=$row --callgrind-out-file=/dev/null "$build/$1/cost" 2>&1 |
			sed -nE "s/^.*Collected *: *([0-9]+).*/$row \1/p" >>"$build/$1.rows"
	done
}

one as-it-is OFF
one without ON
printf '%-14s %14s %14s %8s\n' row 'tracing off' 'compiled out' more
join <(sort "$build/as-it-is.rows") <(sort "$build/without.rows") | awk -v limit=$limit '
	{ more = ($2 - $3) / $3; printf "%-14s %14d %14d %+7.2f%%\n", $1, $2, $3, 100 * more; bad += more > limit / 1000 }
	END { if (NR != 4) { print "rows are missing"; exit 1 } exit bad > 0 }'
