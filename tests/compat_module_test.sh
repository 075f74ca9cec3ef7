#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The text of driver code that is written for the headers of include/armdma/compat compiles, unchanged, as kernel modules
# against the kernel's own headers. Without those (Debian: linux-headers-*) it is skipped.
set -eu

work=$BUILD/compat-module-test

# A directory to build modules in: ARMDMA_KERNEL_HEADERS, the running kernel's, or any that is installed.
kernel_headers() {
	local dir

	for dir in "${ARMDMA_KERNEL_HEADERS-}" "/lib/modules/$(uname -r)/build" /lib/modules/*/build /usr/src/linux-headers-*; do
		# The common half of Debian's headers has a Makefile, too, but no configuration.
		if [ -n "$dir" ] && [ -f "$dir/Makefile" ] && [ -f "$dir/include/generated/autoconf.h" ]; then
			printf '%s\n' "$dir"
			return 0
		fi
	done
	return 1
}

# module NAME FLAGS SOURCE [HEADER...]: its text is what NAME.ko is made of.
module() {
	local name=$1 flags=$2 source=$3 dir=$work/$1

	shift 3
	mkdir -p "$dir"
	cp "$source" "$dir/$name.c"
	[ $# = 0 ] || cp "$@" "$dir/"
	printf 'obj-m := %s.o\nccflags-y := -Werror %s\n' "$name" "$flags" >"$dir/Kbuild"
	# Symbols of other modules, the port's, are not looked for.
	if ! make -C "$headers" M="$dir" KBUILD_MODPOST_WARN=1 modules >"$dir/log" 2>&1 || ! [ -f "$dir/$name.ko" ]; then
		printf '%s is no kernel module:\n' "$source"
		cat "$dir/log"
		exit 1
	fi
	printf '%s: a module for %s\n' "${source#"$SRC"/}" "$(basename "$(readlink -f "$headers")")"
}

command -v make >/dev/null 2>&1 || { echo "there is no make"; exit 77; }
headers=$(kernel_headers) || { echo "there are no kernel headers (Debian: linux-headers-amd64)"; exit 77; }
rm -rf "$work"

module ring_driver "" "$SRC/examples/ring_driver/ring_driver.c" "$SRC/examples/ring_driver/ring_driver.h"

# Twins of the bug catalogue, a streaming receive ring and a ring in coherent memory. BUG is a macro of the kernel's with arguments, so
# that "#if BUG" is 0 there as it is with -DBUG=0: the correct text.
for twin in b15_rx_no_sync_for_cpu b38_relaxed_doorbell; do
	module $twin -Wno-undef "$SRC/tests/bugs/$twin.c" "$SRC"/tests/bugs/{frame_port,sgdma_regs,rx_ring}.h
done
