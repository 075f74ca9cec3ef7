#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Mutation check: a library that leaves something out has to turn the end-to-end test red.
#
# A part of lib/ is compiled once more with one function renamed: its calls go to an impostor that does nothing, or not
# all. The objects are linked before the library of the tests and so take the originals' place. Without a rename the test has to be
# green, else red would prove nothing; and an impostor that nobody calls is an error: the mutation has to be written anew.
set -u

work=$BUILD/mutation
lib=$INTERNAL
failed=0

die() {
	echo "$*"
	exit 1
}

[ -f "$lib" ] || die "there is no $lib: build the tests first"
rm -rf "$work"
mkdir -p "$work" || exit 1

compile() { # OBJECT SOURCE [FLAG...]
	local object=$1 source=$2
	shift 2
	# shellcheck disable=SC2086
	"$CC" -std=c11 -D_GNU_SOURCE ${CFLAGS-} -O1 -g -I"$SRC/include" -I"$SRC" \
		-DTEST_DATA_DIR="\"$SRC/tests/data\"" -DTEST_OUTPUT_DIR="\"$work\"" "$@" \
		-c -o "$object" "$source" || die "cannot compile $source"
}

# ---- the end-to-end test without the library -----------------------------------

cat >"$work/nopng.c" <<'EOF'
#include "examples/demo/demo.h"
int png_write_nv12(const char *path, const uint8_t *nv12, uint32_t width, uint32_t height)
{
	(void)path, (void)nv12, (void)width, (void)height;
	return 0;
}
EOF
test_objects=("$work/nopng.o")
compile "$work/nopng.o" "$work/nopng.c"
for source in tests/test_demo_replay.c examples/demo/{demo,replay,replay_map,mdma}.c tools/iova/{ftrace,unpack}.c; do
	object=$work/$(basename "$source" .c).o
	compile "$object" "$SRC/$source"
	test_objects+=("$object")
done

# ---- mutants ---------------------------------------------------------------------

# mutant NAME PART [FUNCTION...]: lib/PART with calls of the functions going to impostor_FUNCTION, whose definitions
# are read from standard input. Leaves the test's exit status in $result.
mutant() {
	local name=$1 part=$2 dir=$work/$1 object source function
	local renames=() objects=()

	shift 2
	mkdir -p "$dir"
	for function in "$@"; do
		renames+=("-D$function=impostor_$function")
	done
	for source in "$SRC/lib/$part"/*.c; do
		object=$dir/$(basename "$source" .c).o
		compile "$object" "$source" "${renames[@]}"
		objects+=("$object")
	done
	if [ $# -gt 0 ] && ! "${NM:-nm}" -u "${objects[@]}" | grep -q "U impostor_"; then
		die "$name: lib/$part no longer calls any of: $*"
	fi
	cat >"$dir/impostor.c"
	compile "$dir/impostor.o" "$dir/impostor.c"
	# shellcheck disable=SC2086
	"$CC" ${CFLAGS-} -o "$dir/test" "${test_objects[@]}" "${objects[@]}" "$dir/impostor.o" "$lib" \
		-lcmocka -lbsd -lpthread -ldl || die "$name: does not link"
	timeout 100 "$dir/test" >"$dir/log" 2>&1
	result=$?
}

red() {
	mutant "$@"
	# A test that fails, not a program that crashes or hangs.
	if [ $result -gt 0 ] && [ $result -lt 124 ] && grep -q 'FAILED.*recorded_kernel' "$work/$1/log"; then
		echo "$1: noticed:$(grep -m 1 'replay failed' "$work/$1/log")"
		return
	fi
	cat "$work/$1/log"
	echo "$1: NOT noticed (exit status $result)"
	failed=1
}

for part in iommu dma; do
	mutant "unchanged-$part" $part </dev/null
	if [ $result -eq 0 ]; then
		echo "unchanged $part: green"
		continue
	fi
	cat "$work/unchanged-$part/log"
	die "the unchanged library fails"
done

# Table entries are written and never cleaned: they stay in the CPU's cache.
red tables-not-cleaned iommu armdma_hw_cache_op <<'EOF'
#include <armdma/hw.h>
void impostor_armdma_hw_cache_op(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op,
				 armdma_phys_t pa, size_t len);
void impostor_armdma_hw_cache_op(struct armdma_hw *hw, unsigned int levels, enum armdma_cache_op op,
				 armdma_phys_t pa, size_t len)
{
	(void)hw, (void)levels, (void)op, (void)pa, (void)len;
}
EOF

# Entries go, and no TLB hears of it.
red tlb-not-flushed iommu armdma_hw_writel armdma_hw_writel_relaxed <<'EOF'
#include <armdma/hw.h>
#include <armdma/sysmmu.h>
void impostor_armdma_hw_writel(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value);
void impostor_armdma_hw_writel_relaxed(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value);
void impostor_armdma_hw_writel(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value)
{
	uint32_t offset = reg % ARMDMA_SYSMMU_REG_SIZE;

	if (offset != ARMDMA_SYSMMU_REG_FLUSH && offset != ARMDMA_SYSMMU_REG_FLUSH_ENTRY)
		armdma_hw_writel(hw, reg, value);
}
void impostor_armdma_hw_writel_relaxed(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value)
{
	impostor_armdma_hw_writel(hw, reg, value);
}
EOF

# The DMA layer gives IOVA and pages back and leaves the translation in place.
red not-unmapped dma iommu_unmap_release <<'EOF'
#include "lib/iommu/iommu.h"
uint64_t impostor_iommu_unmap_release(struct armdma_domain *d, armdma_dma_t iova, uint64_t size,
				      iommu_release_fn release, void *ctx);
uint64_t impostor_iommu_unmap_release(struct armdma_domain *d, armdma_dma_t iova, uint64_t size,
				      iommu_release_fn release, void *ctx)
{
	(void)d;
	release(ctx, iova, size);
	return size;
}
EOF
exit $failed
