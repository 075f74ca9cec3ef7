#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The device trees of real Exynos boards, as Debian's 32-bit ARM kernel package ships them: what armdma::dtb makes of each against
# fdtget's reading of it and against the SoC's map; machines of them that work; damaged copies. The package is fetched once into
# the build directory, through a private set of package lists for armhf; the host's own stay as they are.
set -u

board=$BUILD/tests/armdma-dtb-board
dir=$BUILD/tests/boards
flips=${FLIPS-120}

skip() {
	printf 'skipped: %s\n' "$1"
	exit 77
}
fail() {
	printf 'FAILED: %s\n' "$1"
	exit 1
}

[ -x "$board" ] || skip "armdma::dtb is not built (no libfdt)"
for tool in fdtget dtc dpkg-deb; do
	command -v $tool >/dev/null 2>&1 || skip "there is no $tool"
done

apt_private() {
	APT_CONFIG=$dir/apt.conf "$@"
}

fetch() {
	local package

	command -v apt-get >/dev/null 2>&1 || skip "there is no apt-get"
	mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial"
	touch "$dir/state/status"
	cat >"$dir/apt.conf" <<EOF
APT::Architecture "armhf";
APT::Architectures { "armhf"; };
APT::Sandbox::User "root";
Acquire::Retries "0";
Acquire::http::Timeout "15";
Acquire::Languages "none";
Dir::State "$dir/state";
Dir::State::status "$dir/state/status";
Dir::Cache "$dir/cache";
EOF
	apt_private apt-get update -qq >"$dir/apt.log" 2>&1	# a source without armhf is no obstacle
	package=$(apt_private apt-cache pkgnames linux-image- 2>/dev/null |
		grep -E '^linux-image-[0-9.]+-[0-9]+-armmp$' | sort -V | tail -n 1)
	[ -n "$package" ] || skip "no package linux-image-*-armmp for armhf is to be had"
	(cd "$dir" && apt_private apt-get download -qq "$package" >>apt.log 2>&1) || skip "$package cannot be fetched"
	rm -rf "$dir/trees"
	mkdir -p "$dir/trees"
	dpkg-deb --fsys-tarfile "$dir/${package}"_*.deb |
		tar -x -C "$dir/trees" --wildcards --strip-components=4 './usr/lib/linux-image-*/exynos*.dtb' || skip "$package has no trees"
	rm -f "$dir/${package}"_*.deb
	printf '%s\n' "$package" >"$dir/package"
}

[ -s "$dir/package" ] || fetch

hex() {
	printf '0x%x' "$1"
}

# compare TREE: every unit's first register and interrupt, as fdtget reads them.
compare() {
	local tree=$1 what path name base irq rest reg cells n=0

	while read -r what path name base irq rest; do
		case $what in sysmmu | master) ;; *) continue ;; esac
		read -r reg _ < <(fdtget -t u "$tree" "$path" reg)
		[ "$(hex "$reg")" = "$base" ] || fail "$tree $path: reg $(hex "$reg"), read as $base"
		cells=$(fdtget -t u "$tree" "$path" interrupts)
		# shellcheck disable=SC2086 # cells
		set -- $cells
		case $irq in
		combiner:*) [ "combiner:$1:$2" = "$irq" ] ;;
		spi:*) [ "spi:$2" = "$irq" ] && [ "$1" = 0 ] ;;
		*) false ;;
		esac || fail "$tree $path: interrupts <$cells>, read as $irq"
		n=$((n + 1))
	done
	printf '%d' "$n"
}

# Every node that is a SYSMMU or has `iommus`, as dtc prints the tree.
expected() {
	dtc -q -I dtb -O dts "$1" | awk '
		/\{$/ { path[++depth] = $(NF - 1); next }
		/^[ \t]*\};/ { depth--; next }
		/compatible = .*"samsung,exynos-sysmmu"/ { told("sysmmu") }
		/[ \t]iommus = / { told("master") }
		function told(what,   i, p) {
			for (i = 2; i <= depth; i++)
				p = p "/" path[i]
			print what, p
		}' | sort
}

trees=0 units=0
for tree in "$dir"/trees/exynos4*.dtb "$dir"/trees/exynos5*.dtb; do
	name=$(basename "$tree" .dtb)
	out=$("$board" "$tree" 2>"$dir/notes") || fail "$name: $(cat "$dir/notes")"
	n=$(grep -cE '^(sysmmu|master) ' <<<"$out")
	# fdtget takes a call for each property: one board of each SoC is enough.
	case $name in
	exynos4210-origen | exynos4412-odroidx2 | exynos5250-arndale | exynos5422-odroidxu4)
		diff <(expected "$tree") <(awk '/^(sysmmu|master)/ { print $1, $2 }' <<<"$out" | sort) ||
			fail "$name: other units than the tree has"
		same=$(compare "$tree" <<<"$out") || fail "$same"
		[ "$same" = "$n" ] || fail "$name: $same of $n units compared"
		"$board" --flip "$flips" 1 "$tree" || fail "$name: damage"
		;;
	esac
	if [ "$n" -gt 0 ]; then
		ran=$("$board" --run "$tree") || fail "$name: the machine does not work"
	else
		ran="no SYSMMU"
	fi
	printf '%s: %d units, %s\n' "$name" "$n" "$ran"
	trees=$((trees + 1)) units=$((units + n))
done
[ $trees -ge 30 ] || fail "only $trees trees"

# ---- the SoC's own map ------------------------------------------------------------
# SYSMMU and its master of Exynos4210 and 4412: base, combiner input, power domain; master's base and interrupt.

must_have() {
	local tree=$dir/trees/$1.dtb base=$2 irq=$3 pd=$4 master=$5 line=$6 out mmu

	out=$("$board" "$tree" 2>/dev/null)
	grep -qE "^sysmmu [^ ]+ [^ ]+ $base $irq version=0x10400000\(assumed\) pd=$pd " <<<"$out" ||
		fail "$1: no SYSMMU at $base on $irq in domain '$pd'"
	[ "$master" = - ] && return
	mmu=$(awk -v b="$base" '$1 == "sysmmu" && $4 == b { print $3 }' <<<"$out")
	awk -v b="$master" -v l="$line" -v m="$mmu" '$1 == "master" && $4 == b && $5 == l && $7 ~ m { found = 1 } END { exit !found }' \
		<<<"$out" || fail "$1: no master at $master on $line behind $mmu"
}

both="exynos4210-origen exynos4412-odroidx2"
for b in $both; do
	must_have "$b" 0x11a20000 combiner:4:2 CAM 0x11800000 spi:84
	must_have "$b" 0x11a30000 combiner:4:3 CAM 0x11810000 spi:85
	must_have "$b" 0x11a40000 combiner:4:4 CAM 0x11820000 spi:86
	must_have "$b" 0x11a50000 combiner:4:5 CAM 0x11830000 spi:87
	must_have "$b" 0x11a60000 combiner:4:6 CAM 0x11840000 spi:88
	must_have "$b" 0x11e20000 combiner:5:2 LCD0 0x11c00000 combiner:11:0
	must_have "$b" 0x12e20000 combiner:5:4 TV 0x12c10000 spi:91
	must_have "$b" 0x13620000 combiner:5:5 MFC 0x13400000 spi:94
	must_have "$b" 0x13630000 combiner:5:6 MFC 0x13400000 spi:94
done
must_have exynos4210-origen 0x12a20000 combiner:4:7 LCD0 0x12800000 spi:89
must_have exynos4210-origen 0x12a30000 combiner:5:0 LCD0 0x12810000 spi:83
must_have exynos4210-origen 0x12220000 combiner:5:3 LCD1 - -
must_have exynos4412-odroidx2 0x10a40000 combiner:4:7 '' 0x10800000 spi:89
must_have exynos4412-odroidx2 0x123b0000 combiner:16:0 ISP 0x12390000 spi:105
must_have exynos4412-odroidx2 0x123c0000 combiner:16:1 ISP 0x123a0000 spi:106
for mmu in 0x12260000:2 0x12270000:3 0x122a0000:4 0x122b0000:5; do
	must_have exynos4412-odroidx2 "${mmu%:*}" "combiner:16:${mmu#*:}" ISP 0x12000000 spi:90
done
printf '%s: %d trees, %d units\n' "$(cat "$dir/package")" $trees $units
