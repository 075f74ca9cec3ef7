#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# Linux's own allocators as policies: built from the kernel source tree, or its tar file, that ARMDMA_KERNEL_SOURCE names (Debian:
# linux-source-6.1 puts /usr/src/linux-source-6.1.tar.xz there), and run beside the library's.
set -u

tool=$BUILD/tools/iova/armdma-iova
work=$BUILD/iova-kernel-test
[ -x "$tool" ] || { echo "armdma-iova is not built"; exit 77; }
[ -n "${ARMDMA_KERNEL_SOURCE-}" ] || { echo "skipped: ARMDMA_KERNEL_SOURCE names no kernel source"; exit 77; }
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

die() {
	echo "FAILED: $*"
	exit 1
}

bash "$SRC/tools/iova/kernel/build.sh" "$ARMDMA_KERNEL_SOURCE" "$work/peers.so" || die "cannot build"
bash "$SRC/tools/iova/kernel/build.sh" "$work" "$work/none.so" 2>err && die "a folder without kernel is taken"
grep -q 'is that a Linux source tree' err || die "a folder without kernel is not named"

peers=
for peer in iova iova-rbtree genalloc-first genalloc-best genalloc-order bitmap; do
	peers+=,./peers.so:linux-$peer
done
"$tool" sweep -q --no-timing -p "first-fit,top-down,linux-arm,genpool-first,genpool-best$peers" -o r.jsonl gen:w1,live=500,steps=3000 \
	gen:w3,steps=1500 gen:nvme,steps=2000 gen:gpu,steps=500 "$SRC/tests/data/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz" ||
	die "a peer misbehaves"
"$tool" report r.jsonl

# first_of POLICY TRACE MEMBER: from the JSON lines, by hand.
figure() {
	grep -F "\"policy\":\"$1\"" r.jsonl | grep -F "\"name\":\"$2\"" | sed -nE "s/.*\"$3\":([0-9.]+).*/\1/p"
}
trace=arm32-e1000e-send-strict-1cpu
# The kernel's bitmap code under the ARM scheme gives the addresses that the kernel gave.
[ "$(figure ./peers.so:linux-bitmap $trace recorded_equal)" = 3350 ] || die "linux-bitmap: $(figure ./peers.so:linux-bitmap $trace recorded_equal) of 3350 recorded addresses"
for member in high_water peak_used touched p50; do
	# (But where it begins: genpool-first, as the 2011 code, never gives address 0.)
	[ "$(figure ./peers.so:linux-genalloc-first $trace $member)" = "$(figure genpool-first $trace $member)" ] || die "genpool-first is not the kernel's: $member"
	[ "$(figure ./peers.so:linux-bitmap $trace $member)" = "$(figure linux-arm $trace $member)" ] || die "linux-arm is not the kernel's: $member"
done
"$tool" replay -q --quick -p "first-fit$peers" gen:w5,steps=5000 || die "with threads"
