#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# build.sh KERNEL_SOURCE OUT.so
#
# Compiles drivers/iommu/iova.c, lib/genalloc.c, lib/bitmap.c, lib/find_bit.c and lib/rbtree.c of a Linux source tree, or of its tar file
# (Debian: /usr/src/linux-source-6.1.tar.xz), as they are, into a shared object with policies on them. CC, CFLAGS and
# ARMDMA_INCLUDE (where armdma/iova.h is; default: this tree's) are heeded. Written for 6.1; others may ask for more than the shims have.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# = 2 ] || { sed -n '3,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
kernel=$1
out=$2
include=${ARMDMA_INCLUDE-$here/../../../include}
sources=(drivers/iommu/iova.c lib/genalloc.c lib/bitmap.c lib/find_bit.c lib/rbtree.c)
headers=(linux/iova.h linux/genalloc.h linux/bitmap.h linux/find.h linux/rbtree.h linux/rbtree_types.h linux/rbtree_augmented.h)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -f "$kernel" ]; then
	mkdir "$work/kernel"
	# One reading of the archive: all names are known.
	tar -xf "$kernel" -C "$work/kernel" --strip-components=1 --wildcards "${sources[@]/#/*\/}" lib/kstrtox.h \
		"${headers[@]/#/*\/include/}" '*/lib/kstrtox.h' 2>/dev/null || true
	kernel=$work/kernel
fi
for file in "${sources[@]}" "${headers[@]/#/include/}"; do
	[ -f "$kernel/$file" ] || { echo "build.sh: there is no $kernel/$file: is that a Linux source tree?" >&2; exit 3; }
done

# Headers that are about allocators are the kernel's; every other that is asked for is the shim.
mkdir -p "$work/include/linux" "$work/include/asm"
for header in "${headers[@]}"; do
	ln -s "$(cd "$kernel" && pwd)/include/$header" "$work/include/$header"
done
sed -nE 's/^#[[:space:]]*include[[:space:]]*<((linux|asm)\/[a-z0-9_\/-]+\.h)>.*/\1/p' "${sources[@]/#/$kernel/}" "${headers[@]/#/$kernel/include/}" |
	sort -u | while read -r header; do
	[ -e "$work/include/$header" ] && continue
	# The C library's own headers ask for these two.
	[ "$header" = linux/errno.h ] || [ "$header" = linux/limits.h ] && continue
	mkdir -p "$work/include/$(dirname "$header")"
	echo '#include "shim.h"' >"$work/include/$header"
done

read -ra flags <<<"${CFLAGS-} -O2 -g -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections -pthread"
# The kernel's own warnings are its own; its code relies on these two.
theirs=(-std=gnu11 -w -fno-strict-aliasing -fno-strict-overflow -include shim.h -I"$work/include" -I"$here" -I"$kernel/lib")
ours=(-Wall -Wextra)
objects=()
compile() {
	local object

	object=$work/$(basename "$1" .c).o
	"${CC:-cc}" "${flags[@]}" "${@:2}" -c -o "$object" "$1"
	objects+=("$object")
}
for file in "${sources[@]}"; do
	compile "$kernel/$file" "${theirs[@]}"
done
for file in side_iova side_genalloc side_bitmap; do
	compile "$here/$file.c" "${theirs[@]}"
done
compile "$here/shim.c" -std=gnu11 "${ours[@]}" -I"$here"
compile "$here/peers.c" -std=gnu11 "${ours[@]}" -I"$here" -I"$include"
compile "$here/peers_bits.c" -std=gnu11 "${ours[@]}" -I"$here" -I"$include"
# What nothing calls is left out, and with it what the shims do not have.
"${CC:-cc}" "${flags[@]}" -shared -Wl,--gc-sections -Wl,-z,now -o "$out" "${objects[@]}"
# The library's two, and what has a version of the C library's.
undefined=$("${NM:-nm}" -D --undefined-only "$out" | sed -nE 's/^ *U ([^@]*)$/\1/p' | grep -vE '^(armdma_iova_(want|check_space)|__(asan|ubsan|sanitizer)_.*)$' || true)
[ -z "$undefined" ] || { echo "build.sh: the shims lack $undefined" >&2; rm -f "$out"; exit 5; }
printf '%s: policies linux-iova, linux-iova-rbtree, linux-genalloc-first, linux-genalloc-best, linux-genalloc-order, linux-bitmap\n' "$out"
