#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# The page of armdma-iova report, in a real browser: nothing on its console, every plot there and drawn, nothing from elsewhere.
set -u

tool=$BUILD/tools/iova/armdma-iova
work=$BUILD/iova-page-test
browser=
for name in chromium chromium-browser google-chrome; do
	command -v $name >/dev/null 2>&1 && browser=$name && break
done
[ -x "$tool" ] || { echo "armdma-iova is not built"; exit 77; }
command -v gnuplot >/dev/null 2>&1 || { echo "skipped: there is no gnuplot"; exit 77; }
rm -rf "$work"
mkdir -p "$work"
cd "$work" || exit 1

die() {
	echo "FAILED: $*"
	exit 1
}

"$tool" sweep -q --batches 2 -t -p first-fit,top-down,linux-arm,"$BUILD/tests/bad-policies.so:overlap" -o r.jsonl \
	gen:w3,steps=1500 gen:frames-1080p,steps=400 "$SRC/tests/data/traces/arm32-e1000e-send-strict-1cpu.ftrace.txt.xz" 2>err
[ "$(wc -l <r.jsonl)" = 12 ] || { cat err; die "12 results expected"; }
"$tool" report --title 'A <title> & "more"' --html page.html r.jsonl || die "no page"

plots=$(sed -n 's/^<!-- plots: \([0-9]*\) -->$/\1/p' page.html)
[ "${plots:-0}" = 16 ] || die "${plots:-no} plots, not 16: one of all, five of each trace"
[ "$(grep -c '<figure class="plot"' page.html)" = "$plots" ] || die "figures are missing"
# gnuplot's head names the standards; else nothing may point outside.
grep -oE '(href|src)="?'"'?"'https?:[^"'"'"' >]*' page.html && die "the page needs something from elsewhere"
ids=$(grep -oE " id=[\"'][^\"']*[\"']" page.html | sort | uniq -d | grep -cvE "gp(Dot|Pt)|textbox|greybox")
[ "$ids" = 0 ] || echo "note: $ids identities stand more than once"
grep -q 'overlaps allocation' page.html || die "the page does not say what a policy did wrong"

[ -n "$browser" ] || { echo "the page is well-made; skipped: there is no browser to look at it"; exit 77; }
# A copy that says how large each plot came out, and how much is drawn in it.
sed 's|</body>|<script>document.body.setAttribute("data-plots",[...document.querySelectorAll("figure.plot svg")].map(s=>{const r=s.getBoundingClientRect();return Math.round(r.width)+"x"+Math.round(r.height)+":"+s.querySelectorAll("path,image,rect,use").length}).join(" "));document.body.setAttribute("data-images",[...document.querySelectorAll("figure.plot image")].length);</script></body>|' \
	page.html >looked.html
timeout 100 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" --hide-scrollbars \
	--enable-logging=stderr --v=0 --window-size=1200,9000 --screenshot="$work/page.png" "file://$work/page.html" >shot.log 2>&1 ||
	{ tail -n 5 shot.log; die "the browser takes no picture"; }
grep 'CONSOLE' shot.log && die "the browser's console is not empty"
timeout 100 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/profile" --enable-logging=stderr \
	--v=0 --dump-dom "file://$work/looked.html" >dom.html 2>dom.log || { tail -n 5 dom.log; die "the browser shows no page"; }
grep 'CONSOLE' dom.log && die "the browser's console is not empty"
read -ra seen <<<"$(sed -n 's/.*data-plots="\([^"]*\)".*/\1/p' dom.html | head -n 1)"
[ ${#seen[@]} = "$plots" ] || die "the browser shows ${#seen[@]} plots, not $plots"
for plot in "${seen[@]}"; do
	size=${plot%:*}
	[ "${size%x*}" -ge 400 ] && [ "${size#*x}" -ge 100 ] && [ "${plot#*:}" -ge 4 ] || die "a plot of $size with ${plot#*:} elements"
done
grep -q 'data-images="[1-9]' dom.html || die "no occupancy map"
[ -s page.png ] || die "no picture"
printf '%s plots, drawn in %s; a picture of the page: %s\n' "$plots" "$browser" "$work/page.png"
