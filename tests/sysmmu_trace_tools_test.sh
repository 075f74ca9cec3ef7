#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The files of a trace as other people's programs read them: trace-cmd (libtraceevent), a JSON parser, GTKWave's vcd2fst. What
# they find is compared with what the trace says it has.
set -eu

out=$BUILD/tests/trace-tools
mkdir -p "$out"

missing=
for tool in trace-cmd python3 vcd2fst fst2vcd; do
	command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
done
if [ -n "$missing" ]; then
	printf 'skipped: there is no%s\n' "$missing"
	exit 77
fi

TRACE_OUT=$out CMOCKA_MESSAGE_OUTPUT=TAP "$BUILD/tests/test_sysmmu_trace" >"$out/log" 2>&1 || { cat "$out/log"; exit 1; }
cd "$out"

# ---- trace-cmd --------------------------------------------------------------------
# Its own formatting of the binary file, by the print formats in it, says what the text file says.

events() {
	sed -E '/^#/d; /^cpus=/d; s/^ *([^ ]+-[0-9]+) +\[([0-9]+)\]( [^ ]+)? +[0-9.]+: ([a-z_]+): +/\1 [\2] \4: /'
}
trace-cmd report -i trace-sample.dat >dat.report 2>dat.err || { cat dat.err; exit 1; }
events <dat.report >dat.events
events <trace-sample.ftrace.txt >text.events
[ -s text.events ] || { echo "the text has no events"; exit 1; }
diff -u text.events dat.events
printf 'trace-cmd: %d events of trace.dat print as in the text\n' "$(wc -l <dat.events)"

# Times: the text's microseconds are the whole ones of the binary file's nanoseconds.
trace-cmd report -t -i trace-sample.dat 2>/dev/null | sed -nE 's/^.* ([0-9]+\.[0-9]{6})[0-9]{3}: .*/\1/p' >dat.times
sed -nE '/^#/!s/^.* ([0-9]+\.[0-9]{6}): .*/\1/p' trace-sample.ftrace.txt >text.times
diff text.times dat.times

# ---- JSON ---------------------------------------------------------------------------

python3 - <<'PY'
import json
facts = dict((n, int(v)) for n, v in (line.split() for line in open("trace-sample.facts")))
trace = json.load(open("trace-sample.json"))
events = trace["traceEvents"]
assert trace["otherData"] == {"lost": 0, "endsWithoutBegin": 0}, trace["otherData"]

spans, closed, last = {}, {}, 0
for e in events:
    assert e["ph"] in "bemiXBEMC", e
    if e["ph"] == "M":
        continue
    assert e["ts"] >= last, e
    last = e["ts"]
    if e["ph"] == "b":
        assert (e["cat"], e["id"]) not in spans, e
        spans[e["cat"], e["id"]] = e
    elif e["ph"] == "e":
        b = spans.pop((e["cat"], e["id"]))
        assert b["name"] == e["name"] and b["ts"] <= e["ts"], (b, e)
        assert b["args"]["addr"] == e["args"]["addr"] and b["args"]["len"] == e["args"]["len"], (b, e)
        closed[e["cat"]] = closed.get(e["cat"], 0) + 1
assert not spans, spans
assert closed == {"dma_map": facts["dma_map"], "dma_alloc": facts["dma_alloc"], "iova": facts["iova_alloc"]}, closed
sites = {e["args"]["site"] for e in events if e["ph"] == "b" and e["cat"] == "dma_map"}
assert len(sites) == 3 and all("work at " in s for s in sites), sites

count = lambda f: sum(1 for e in events if f(e))
assert count(lambda e: e["ph"] == "X" and e["dur"] > 0) == facts["bus_read"] + facts["bus_write"]
assert count(lambda e: e["ph"] == "B") == count(lambda e: e["ph"] == "E") == facts["irq_enter"]
for name in ("tlb_fill", "tlb_inv", "walk", "fault", "reg_read", "reg_write", "cache_op", "iommu_map"):
    assert count(lambda e: e["ph"] == "i" and e["name"] == name) == facts[name], name
levels = [e["args"]["bytes"] for e in events if e["ph"] == "C"]
assert levels[-1] == 0 and max(levels) == 20480 + 12388 + 12380, levels
tracks = {(e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == "thread_name"}
assert all((e["pid"], e["tid"]) in tracks for e in events if e["ph"] != "M")
print("json: %d events, %d spans, all closed" % (len(events), sum(closed.values())))
PY

# ---- VCD ----------------------------------------------------------------------------
# Through GTKWave's own format and back; then read by a small parser that knows the language only.

vcd2fst trace-sample.vcd trace-sample.fst
fst2vcd trace-sample.fst >back.vcd 2>/dev/null
python3 - <<'PY'
facts = dict((n, int(v)) for n, v in (line.split() for line in open("trace-sample.facts")))

def read(path):
    names, scope, changes, time = {}, [], {}, 0
    body = False
    for line in open(path):
        w = line.split()
        if not w:
            continue
        if not body:
            if w[0] == "$scope":
                scope.append(w[2])
            elif w[0] == "$upscope":
                scope.pop()
            elif w[0] == "$var":
                assert w[3] not in names, line
                names[w[3]] = ".".join(scope + [w[4]])
                changes[names[w[3]]] = []
            elif w[0] == "$enddefinitions":
                assert not scope
                body = True
            continue
        if w[0][0] == "#":
            assert int(w[0][1:]) >= time
            time = int(w[0][1:])
        elif w[0][0] == "$":
            continue
        elif w[0][0] == "b":
            changes[names[w[1]]].append((time, "x" if "x" in w[0] else w[0][1:].lstrip("0") or "0"))
        else:
            changes[names[line[1:].strip()]].append((time, line[0]))
    return changes

ours, back = read("trace-sample.vcd"), read("back.vcd")
assert set(ours) == set(back), set(ours) ^ set(back)

def at(changes):
    """Last value of each instant."""
    return dict(changes)

def squeezed(changes):
    out, last = [], None
    for t, v in sorted(at(changes).items()):
        if v != last:
            out.append((t, v))
        last = v
    return out

for name in ours:
    if name.split(".")[-1] not in ("fill", "inv", "walk", "fault", "rd", "wr", "frame"):
        assert squeezed(ours[name]) == squeezed(back[name]), name
    else:
        assert {t for t, _ in ours[name]} == {t for t, _ in back[name] if t or ours[name]}, name
n = lambda name: len(ours["armdma." + name])
assert n("tlb.sysmmu_mdma.fill") == facts["tlb_fill"]
assert n("tlb.sysmmu_mdma.inv") == facts["tlb_inv"]
assert n("tlb.sysmmu_mdma.walk") == facts["walk"]
assert n("tlb.sysmmu_mdma.fault") == facts["fault"]
rises = lambda name: sum(1 for _, v in ours["armdma." + name] if v == "1")
assert rises("bus.mdma.read") == facts["bus_read"] and rises("bus.mdma.write") == facts["bus_write"]
assert rises("irq.line4") == 1 and rises("irq.in_handler") == facts["irq_enter"]
# The line is high from the fault until the handler has cleared it, and the handler runs in between.
(up, _), (down, _) = [c for c in ours["armdma.irq.line4"] if c[0]]
(enter, _), (leave, _) = [c for c in ours["armdma.irq.in_handler"] if c[0]]
fault = ours["armdma.tlb.sysmmu_mdma.fault"][0][0]
assert fault == up <= enter < down <= leave, (fault, up, enter, down, leave)
for wire in ("bus.mdma.read", "bus.mdma.write", "irq.line4", "irq.in_handler"):
    assert ours["armdma." + wire][-1][1] == "0", wire
print("vcd: %d signals, the same through vcd2fst and back" % len(ours))
PY
