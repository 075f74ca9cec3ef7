#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Installs into a scratch prefix, moves it, and builds programs against it: with find_package(), with pkg-config, and from
# source with add_subdirectory(). The programs run.
set -eu

work=$BUILD/install-test
moved=$work/moved
rm -rf "$work"
mkdir -p "$work"
read -ra cflags <<<"$CFLAGS"

# Run a command; its output only when it fails.
quietly() {
	"$@" >"$work/log" 2>&1 || { printf 'failed: %s\n' "$*"; cat "$work/log"; exit 1; }
}

ran_well() {
	printf '%s: ' "$1"
	shift
	"$@"
}

# The example fails, on purpose: exit status 1, and a report says why.
fails_with_a_report() {
	local status=0

	"$1" >"$work/log" 2>&1 || status=$?
	if [ $status != 1 ] || ! grep -q '==== armdma: stale-cpu' "$work/log"; then
		printf '%s ended with %d, without the report it is made for:\n' "$1" $status
		cat "$work/log"
		exit 1
	fi
	printf '%s: fails with its report\n' "$2"
}

configure() {
	quietly "$CMAKE" -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="$CFLAGS" "$@"
}

quietly "$CMAKE" --install "$BUILD" --prefix "$work/prefix"
mv "$work/prefix" "$moved"	# nothing in it may know where it was
libdir=$(dirname "$(find "$moved" -name armdma.pc)")/..
libdir=$(cd "$libdir" && pwd)
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir

# ---- the library alone ---------------------------------------------------------

configure -S "$SRC/tests/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$moved"
quietly "$CMAKE" --build "$work/consumer"
ran_well find_package "$work/consumer/consumer"

read -ra flags <<<"$(pkg-config --cflags --libs armdma)"
quietly "$CC" "${cflags[@]}" -o "$work/consumer-pc" "$SRC/tests/consumer/main.c" "${flags[@]}"
ran_well pkg-config "$work/consumer-pc"

# ---- the test helper -----------------------------------------------------------

if [ -f "$libdir/pkgconfig/armdma-cmocka.pc" ] && [ -f "$SRC/examples/first_test/CMakeLists.txt" ]; then
	configure -S "$SRC/examples/first_test" -B "$work/first_test" -DCMAKE_PREFIX_PATH="$moved"
	quietly "$CMAKE" --build "$work/first_test"
	fails_with_a_report "$work/first_test/first_test" "first_test, find_package"

	read -ra flags <<<"$(pkg-config --cflags --libs armdma-cmocka)"
	quietly "$CC" -g "${cflags[@]}" -o "$work/first_test-pc" "$SRC/examples/first_test/first_test.c" \
		"${flags[@]}"
	fails_with_a_report "$work/first_test-pc" "first_test, pkg-config"
fi
if [ -f "$SRC/examples/fimc_capture/CMakeLists.txt" ]; then
	configure -S "$SRC/examples/fimc_capture" -B "$work/fimc_capture" -DCMAKE_PREFIX_PATH="$moved"
	quietly "$CMAKE" --build "$work/fimc_capture"
	quietly "$work/fimc_capture/fimc_capture"
	printf 'fimc_capture, find_package: ran\n'
fi

# ---- the kernel's own names ------------------------------------------------------

if [ -f "$libdir/pkgconfig/armdma-cmocka.pc" ]; then
	configure -S "$SRC/examples/ring_driver" -B "$work/ring_driver" -DCMAKE_PREFIX_PATH="$moved"
	quietly "$CMAKE" --build "$work/ring_driver"
	quietly "$work/ring_driver/ring_test"
	printf 'ring_driver, find_package: ran\n'

	read -ra flags <<<"$(pkg-config --cflags --libs armdma-compat armdma-cmocka)"
	quietly "$CC" -g "${cflags[@]}" -o "$work/ring_driver-pc" "$SRC"/examples/ring_driver/*.c "${flags[@]}"
	quietly "$work/ring_driver-pc"
	printf 'ring_driver, pkg-config: ran\n'
fi

# ---- the reader of device trees ---------------------------------------------------

if [ -f "$libdir/pkgconfig/armdma-dtb.pc" ]; then
	ran_well "dtb, find_package" "$work/consumer/consumer_dtb"
	read -ra flags <<<"$(pkg-config --cflags --libs armdma-dtb)"
	quietly "$CC" "${cflags[@]}" -o "$work/consumer-dtb-pc" "$SRC/tests/consumer/dtb.c" "${flags[@]}"
	ran_well "dtb, pkg-config" "$work/consumer-dtb-pc"
fi

# ---- the lab, and a policy built against the installed library --------------------

if [ -x "$moved/bin/armdma-iova" ]; then
	configure -S "$SRC/examples/iova_policy" -B "$work/iova_policy" -DCMAKE_PREFIX_PATH="$moved"
	quietly "$CMAKE" --build "$work/iova_policy"
	quietly "$moved/bin/armdma-iova" replay -q --no-timing -p "$work/iova_policy/lowest-hole.so" gen:audio,steps=50
	[ -f "$moved/share/man/man1/armdma-iova.1" ] || { echo "no man page"; exit 1; }
	printf 'armdma-iova: ran a policy of its own\n'
fi

# ---- headers: each alone, as C and, where there is a compiler, as C++ ----------

for header in "$moved"/include/armdma/*.h; do
	name=armdma/$(basename "$header")
	printf '#include <%s>\nint main(void) { return 0; }\n' "$name" >"$work/header.c"
	quietly "$CC" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$moved/include" -fsyntax-only "$work/header.c"
	if command -v c++ >/dev/null 2>&1; then
		quietly c++ -std=c++11 -Wall -Wextra -Werror -I"$moved/include" -fsyntax-only -x c++ "$work/header.c"
	fi
done
# Kernel headers are C only; libc's own that lie around them must not mind.
for header in $(cd "$moved/include/armdma/compat" && find linux asm -name '*.h') armdma/compat/{board,core,deferred}.h; do
	printf '#include <%s>\n#include <sys/sysinfo.h>\n#include <errno.h>\n#include <string.h>\nint main(void) { return 0; }\n' \
		"$header" >"$work/header.c"
	quietly "$CC" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror -I"$moved/include/armdma/compat" \
		-I"$moved/include" -fsyntax-only "$work/header.c"
done
printf 'headers: each compiles alone\n'

# ---- as a part of another project ----------------------------------------------

if [ "${CFLAGS#*-fsanitize}" = "$CFLAGS" ]; then
	configure -S "$SRC/tests/consumer" -B "$work/subdirectory" -DARMDMA_SOURCE="$SRC"
	quietly "$CMAKE" --build "$work/subdirectory" -j 2
	ran_well add_subdirectory "$work/subdirectory/consumer"
fi
