#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Under Valgrind's memcheck the CPU's access to what a device owns is an invalid read at the driver's line, and nothing else is one.
set -eu

command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 77; }
case $CFLAGS in
*-fsanitize*) echo "a program with a sanitizer does not run under valgrind"; exit 77 ;;
esac
echo '#include <valgrind/memcheck.h>' | $CC -E - >/dev/null 2>&1 || { echo "the library was built without valgrind/memcheck.h"; exit 77; }

out=$BUILD/check-poison
rm -rf "$out"
mkdir -p "$out"
# shellcheck disable=SC2086
$CC $CFLAGS -g -O0 -I"$SRC/include" "$SRC/tests/poison/driver.c" "$LIBRARY" -Wl,-rpath,"$(dirname "$LIBRARY")" \
	-lbsd -lpthread -ldl -o "$out/driver"

check() {	# exit status, then the program's arguments
	local want=$1 status=0
	shift
	valgrind --error-exitcode=99 "$out/driver" "$@" >"$out/log" 2>&1 || status=$?
	[ $status = "$want" ] || { cat "$out/log"; echo "exit status $status instead of $want"; exit 1; }
}

check 0
check 99 poll
said() {
	grep -q "$1" "$out/log" || { cat "$out/log"; echo "memcheck does not say: $1"; exit 1; }
}
said 'Invalid read of size 1'
said 'at 0x[0-9A-F]*: rx_poll (driver.c:'
said "is 99 bytes inside a buffer that was mapped BIDIRECTIONAL and is mdma's now of size 100"
said 'armdma_dma_map_single'
ARMDMA_OPTIONS=poison=0 check 0 poll
