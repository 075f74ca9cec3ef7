#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# armdma-iova as people and scripts call it: pipes, exit statuses, a sweep that is interrupted, GNU parallel, a full disk, policies that crash.
set -u

tool=$BUILD/tools/iova/armdma-iova
work=$BUILD/iova-cli-test
bad=$BUILD/tests/bad-policies.so
own=$BUILD/examples/iova_policy/lowest-hole.so
recording=$SRC/tests/data/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz
failed=0

[ -x "$tool" ] || { echo "armdma-iova is not built"; exit 77; }
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

fail() {
	echo "FAILED: $*"
	sed 's/^/    /' out err 2>/dev/null | tail -n 12
	failed=1
}

# expect STATUS NAME COMMAND...: leaves its output in out and err.
expect() {
	local want=$1 name=$2 status=0

	shift 2
	"$@" >out 2>err || status=$?
	[ $status = "$want" ] || fail "$name: exit status $status, not $want"
}

says() {
	grep -qF -- "$2" "$1" || fail "$3: no '$2'"
}

# ---- help and mistakes --------------------------------------------------------

expect 0 help "$tool" --help
cp out help
for command in import record generate show replay sweep merge report; do
	says help "$command" "help names $command"
	expect 0 "$command --help" "$tool" "$command" --help
	says out "usage: armdma-iova $command" "$command --help"
done
expect 2 "no command" "$tool"
expect 2 "unknown command" "$tool" replya
says err "no command 'replya'" "unknown command"
expect 2 "no policy" "$tool" replay gen:w1
expect 2 "no trace" "$tool" replay -p first-fit
expect 2 "bad list" "$tool" replay -p first-fit --align own,crooked gen:w1
says err "not 'crooked'" "bad list"
expect 2 "bad generator" "$tool" replay -p first-fit gen:w9
expect 2 "bad option of a generator" "$tool" replay -p first-fit gen:w1,lives=3
expect 3 "no such trace" "$tool" replay -p first-fit no/such/trace
says err "no/such/trace" "no such trace"

# ---- import, pipes ------------------------------------------------------------

expect 0 import "$tool" import -o a.iova "$recording"
says err "3350 allocations, 3350 frees" import
expect 0 "import from a pipe" bash -c "xz -dc '$recording' | '$tool' import -q - >b.iova"
"$tool" show a.iova | grep -o 'identity.*' >id-a
"$tool" show b.iova | grep -o 'identity.*' >id-b
cmp -s id-a id-b || fail "a pipe gives another trace"
[ "$(stat -c %s a.iova)" -lt $(($(stat -c %s "$recording") * 2)) ] || fail "the own format is not compact"
expect 0 "a pipe of traces" bash -c "'$tool' generate w2 --live 16 --steps 99 | '$tool' replay --no-timing -p first-fit -"
says out stdin "a pipe of traces"

printf 'junk\n' | cat - <(xz -dc "$recording" | head -n 500) >junk.txt
expect 0 "malformed lines" "$tool" import -o c.iova junk.txt
says err "1 malformed line" "malformed lines"
says err "line 1: no [CPU] field" "malformed lines"
expect 3 "malformed lines, strict" "$tool" import --strict -o strict.iova junk.txt
[ ! -e strict.iova ] || fail "--strict left a file"
head -c 5000 "$recording" >cut.xz
expect 3 "a cut recording" "$tool" import --strict -o d.iova cut.xz
head -c 70000 a.iova >cut.iova
expect 0 "a cut trace" "$tool" show cut.iova
says err "goes on with the" "a cut trace"
expect 3 "a cut trace, strict" "$tool" show --strict cut.iova
head -c 20 a.iova >head.iova
expect 3 "only a head" "$tool" show head.iova
: >empty
expect 3 "an empty file" "$tool" import -o e.iova empty
expect 4 "no place for the trace" "$tool" import -q -o no/such/dir/e.iova "$recording"
expect 4 "a full disk for the trace" "$tool" import -q -o /dev/full "$recording"
says err "/dev/full" "a full disk for the trace"

# A trace.dat of this library's, and the same as trace-cmd writes it today: sections, packed.
dat=$BUILD/tests/tracedat-test.dat
if [ -f "$dat" ] && "$tool" import -q -o dat.iova "$dat" 2>/dev/null && command -v trace-cmd >/dev/null 2>&1; then
	"$tool" show dat.iova | grep -o 'identity.*' >id-a
	for packed in none zlib zstd; do
		trace-cmd convert -i "$dat" -o "v7-$packed.dat" --file-version 7 --compression $packed >log 2>&1 || { echo "trace-cmd packs nothing with $packed"; continue; }
		expect 0 "trace.dat 7, $packed" "$tool" import -q --strict -o dat7.iova "v7-$packed.dat"
		"$tool" show dat7.iova | grep -o 'identity.*' >id-b
		cmp -s id-a id-b || fail "trace.dat 7, $packed: another workload"
	done
fi

# ---- record -------------------------------------------------------------------

expect 5 "record without tracefs" "$tool" record --tracefs "$work/none" -o r.iova
says err "there is no tracefs" "record without tracefs"
mkdir -p notracefs
expect 5 "record in a folder that is none" "$tool" record --tracefs notracefs -o r.iova
says err "tracefs is not mounted" "record in a folder that is none"
expect 2 "record without a place" "$tool" record
# Files in the place of tracefs: what is switched on and off, and the kernel's text.
fake=$work/tracefs
mkdir -p "$fake"/events/iommu/{map,unmap} "$fake"/events/dma "$fake"/instances/armdma-iova/events/{iommu/map,iommu/unmap,dma,armdma_iova}
ring=$fake/instances/armdma-iova
touch "$fake/kprobe_events" "$ring"/{trace,tracing_on,buffer_size_kb} "$ring"/events/{iommu/map,iommu/unmap,dma,armdma_iova}/enable
xz -dc "$recording" >recorded.txt
expect 0 "record" "$tool" record --tracefs "$fake" -o r.iova --raw raw.txt --buffer 1M -- bash -c \
	"grep -qx 1 $ring/tracing_on && grep -qx 1 $ring/events/iommu/map/enable && cp recorded.txt $ring/trace"
says err "3350 allocations" record
cmp -s raw.txt recorded.txt || fail "record --raw is not what the kernel printed"
[ "$(cat "$ring/tracing_on")$(cat "$ring/events/iommu/map/enable")" = 00 ] || fail "record leaves tracing on"
[ "$(cat "$ring/buffer_size_kb")" = 1024 ] || fail "record: --buffer"
"$tool" show r.iova | grep -o 'identity.*' >id-b
"$tool" show a.iova | grep -o 'identity.*' | cmp -s - id-b || fail "record and import differ"
expect 0 "record --probes" "$tool" record --tracefs "$fake" -o r.iova --probes -- cp recorded.txt "$ring/trace"
grep -q 'p:armdma_iova/iova_alloc iommu_dma_alloc_iova' "$fake/kprobe_events" || fail "record --probes defines none"
grep -q -e '-:armdma_iova/iova_alloc' "$fake/kprobe_events" || fail "record --probes leaves them"
expect 2 "record a command that there is not" "$tool" record --tracefs "$fake" -o r.iova -- no-such-command
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null 2>&1; then
	chmod 700 "$fake"
	expect 5 "record without permission" setpriv --reuid 65534 --clear-groups "$tool" record --tracefs "$fake" -o r.iova
	says err "not permitted" "record without permission"
fi

# ---- replay -------------------------------------------------------------------

expect 0 replay "$tool" replay --quick --tables -p first-fit,linux-arm a.iova
says out "linux-arm" replay
[ "$(awk '/first-fit/ { print $NF }' out)" = 100.0 ] || fail "replay: first-fit gives other addresses than the kernel"
expect 0 "a policy of one's own" "$tool" replay --no-timing -p "$own" a.iova
says out lowest-hole.so "a policy of one's own"
expect 0 "JSON lines" bash -c "'$tool' replay --no-timing --json -p first-fit,top-down gen:audio,steps=50 | wc -l"
[ "$(cat out)" = 2 ] || fail "JSON lines: $(cat out), not 2"

# ---- policies that misbehave --------------------------------------------------

policies=first-fit
for fault in crash leave hang overlap foreign; do
	policies+=,$bad:$fault
done
export ASAN_OPTIONS=${ASAN_OPTIONS-}:handle_segv=0
expect 1 "a sweep over bad policies" "$tool" sweep -q --no-timing --timeout 2 -p "$policies,/dev/null" -o bad.jsonl gen:w1,live=90,steps=200
says err "crashed with SIGSEGV in alloc(), after operation 1" "a crash names the call"
says err "ended the process with status 0 in alloc()" "a policy that leaves"
says err "did not end within 2 s" "a policy that hangs"
says err "overlaps allocation" "a policy that overlaps"
says err "which is not in its space" "a policy that gives foreign addresses"
says err "/dev/null" "a shared object that is none"
[ "$(wc -l <bad.jsonl)" = 7 ] || fail "the sweep did not go on: $(wc -l <bad.jsonl) results"
grep -c '"status":"ok"' bad.jsonl | grep -qx 1 || fail "first-fit beside bad policies"

# ---- sweep: restart, parallel, merge ------------------------------------------

grid=(-q --no-timing -p "first-fit,top-down,$own" --align own,none gen:w1,live=50,steps=100 gen:audio,steps=80 a.iova)
expect 0 sweep "$tool" sweep "${grid[@]}" -o whole.jsonl
[ "$(wc -l <whole.jsonl)" = 18 ] || fail "sweep: $(wc -l <whole.jsonl) results, not 18"
# Interrupted in the middle of a line.
head -c $(($(head -n 7 whole.jsonl | wc -c) + 100)) whole.jsonl >part.jsonl
expect 0 "a sweep goes on" "$tool" sweep "${grid[@]:1}" -o part.jsonl
says err "7 of 18 runs have their result already" "a sweep goes on"
says err "its last line was not written to the end" "a sweep goes on"
[ "$(wc -l <part.jsonl)" = 18 ] || fail "a sweep goes on: $(wc -l <part.jsonl) results"

same_results() {
	"$tool" merge -o x.jsonl "$1" 2>/dev/null && "$tool" merge -o y.jsonl "${@:2}" 2>/dev/null && cmp -s x.jsonl y.jsonl
}
same_results whole.jsonl part.jsonl || fail "an interrupted sweep has other results"

"$tool" sweep --jobs "${grid[@]}" >jobs || fail "sweep --jobs"
[ "$(wc -l <jobs)" = 18 ] || fail "sweep --jobs: $(wc -l <jobs) lines"
if command -v parallel >/dev/null 2>&1 && parallel --version 2>/dev/null | grep -q GNU; then
	# Four slots on this host.
	HOME=$work PARALLEL_HOME=$work expect 0 "GNU parallel" bash -c "parallel --will-cite -j 4 <jobs >parallel.jsonl"
	same_results whole.jsonl parallel.jsonl || fail "GNU parallel: other results"
	"$tool" sweep --jobs "${grid[@]}" -o slots >jobs
	HOME=$work PARALLEL_HOME=$work expect 0 "GNU parallel, a file each" bash -c "head -n 11 jobs | parallel --will-cite -S 2/: --workdir '$work'"
	"$tool" sweep --jobs "${grid[@]}" -o slots >rest
	[ "$(wc -l <rest)" = 7 ] || fail "jobs that are done are printed again: $(wc -l <rest)"
	HOME=$work PARALLEL_HOME=$work expect 0 "the rest" bash -c "parallel --will-cite -j 2 <rest"
	same_results whole.jsonl slots/*.jsonl || fail "GNU parallel, a file each: other results"
else
	# A Slurm array does the same with one line each.
	expect 0 "jobs one by one" bash -c "while read -r job; do eval \"\$job\" || exit; done <jobs >parallel.jsonl"
	same_results whole.jsonl parallel.jsonl || fail "jobs one by one: other results"
fi
expect 3 "merge of no result" "$tool" merge --strict junk.txt
expect 0 "merge leaves out what is none" "$tool" merge -o m.jsonl whole.jsonl junk.txt
says err "no result of a run" "merge leaves out what is none"

# ---- a full disk --------------------------------------------------------------

# A limit on the size of files stands for the disk: the same way through the code, with EFBIG for ENOSPC.
full() {
	local blocks=$1
	shift
	(trap '' XFSZ; ulimit -f "$blocks"; exec "$@")
}
head -n 3 whole.jsonl >full.jsonl
cp full.jsonl before.jsonl
export TMPDIR=$work/tmp
mkdir -p "$TMPDIR"
kib=$(($(stat -c %s full.jsonl) / 1024 + 3))
expect 4 "a full disk" full $kib "$tool" sweep "${grid[@]}" -o full.jsonl
says err "full.jsonl: cannot write results" "a full disk"
cmp -s <(head -n 3 full.jsonl) before.jsonl || fail "a full disk: what was there is gone"
tail -c 1 full.jsonl | cmp -s - <(echo) || fail "a full disk: half a line is left"
"$tool" merge --strict -o /dev/null full.jsonl 2>/dev/null || fail "a full disk: a broken line"
expect 0 "after the full disk" "$tool" sweep "${grid[@]}" -o full.jsonl
same_results whole.jsonl full.jsonl || fail "after the full disk: other results"
expect 4 "standard output is full" bash -c "'$tool' sweep ${grid[*]} -o - >/dev/full"
says err "found no place" "standard output is full"
rescued=$(compgen -G "$TMPDIR/armdma-iova-rescued-*" | head -n 1)
[ -s "${rescued:-/nowhere}" ] || fail "what found no place on standard output was not rescued"
mkdir -p small
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=16k none small 2>/dev/null; then
	expect 4 "a full file system" "$tool" sweep "${grid[@]}" -o small/r.jsonl
	says err "No space left on device" "a full file system"
	"$tool" merge --strict -o /dev/null small/r.jsonl 2>/dev/null || fail "a full file system: a broken line"
	umount small
fi
unset TMPDIR

# ---- report -------------------------------------------------------------------

expect 0 "a table" "$tool" report whole.jsonl
says out "first-fit (align none)" "a table"
expect 0 "JSON" "$tool" report --format json whole.jsonl
says out '"largest_share_mean"' JSON
expect 3 "no result" "$tool" report empty
expect 2 "an unknown format" "$tool" report --format pdf whole.jsonl
expect 4 "a report on a full disk" bash -c "'$tool' report whole.jsonl >/dev/full"

[ $failed = 0 ] && echo "armdma-iova: all well"
exit $failed
