/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalogue for users, from the table and from what was received. The same on every host: addresses, cycles and line numbers are
 * taken out of reports, and nothing depends on how long anything took. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bugs/runner.h"

static const char *const introduction =
	"# The bug catalogue\n"
	"\n"
	"The ways in which drivers misuse the DMA-mapping API, with what a board shows, what libarmdma prints, and how to mend it. For each there is\n"
	"a small driver with the bug and, in the same text, its corrected twin: `tests/bugs/`. `./run bugs` builds and runs them all and prints\n"
	"what was found; this page is generated from the same table and the same runs (`./run bugs --declared --markdown >docs/bugs.md`), and a test fails\n"
	"when the two differ. Addresses, cycles and line numbers in the reports below are replaced.\n"
	"\n"
	"**Found in** names the kind of run that it takes:\n"
	"\n"
	"| run | what it is |\n"
	"| --- | --- |\n"
	"| default | a plain test, one run |\n"
	"| adversary | caches that evict and refill lines by a seed (`ARMDMA_CACHE_ADVERSARY`), several seeds |\n"
	"| failure | each allocation step fails once (`armdma_fail_nth()`) |\n"
	"| performance | performance findings are switched on (`armdma_checker_rule()`) |\n"
	"| asan | program and library are built with `-fsanitize=address` |\n"
	"\n"
	"**Class** says what the report is:\n"
	"\n"
	"| class | meaning |\n"
	"| --- | --- |\n"
	"| report | the call, or the device's access, is itself the proof |\n"
	"| evidence | plain loads and stores are not intercepted, so the bug is reported where wrong bytes show: a device reads them, a consumer relies on them "
	"(`armdma_cpu_sees()`, `armdma_device_sees()`), or an instrumented access (`READ_ONCE()`, `memcpy()` of the compat headers) meets them |\n"
	"| finding | correct but slow |\n"
	"\n"
	"Sets of operations: where it is a bug. A missing sync is none for a coherent device, an unchecked number of segments none where "
	"segments never merge; a driver that runs on all boards needs a test on each set.\n";

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Directories of the build vanish from "at /home/x/driver.c:12", and the line number with them. */
static const char *copy_place(FILE *f, const char *p)
{
	const char *end = p + strcspn(p, " \n"), *base = p, *colon = NULL;

	for (const char *q = p; q < end; q++) {
		if (*q == '/')
			base = q + 1;
		if (*q == ':')
			colon = q;
	}
	fprintf(f, "%.*s", (int)((colon ? colon : end) - base), base);
	return end;
}

static const char *copy_number(FILE *f, const char *p)
{
	fputs("0x...", f);
	p += 2;
	while (isxdigit((unsigned char)*p))
		p++;
	return p;
}

/* A cycle or the name of a thing by its number in time. */
static const char *copy_cycle(FILE *f, const char *p)
{
	fputs("cycle N", f);
	p += strlen("cycle ");
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* "0x41" of a byte that was seen stays: it is what the report is about. */
static bool is_byte(const char *p)
{
	return isxdigit((unsigned char)p[2]) && isxdigit((unsigned char)p[3]) && !isxdigit((unsigned char)p[4]);
}

static void copy_report(FILE *f, const char *text)
{
	for (const char *p = text; *p;) {
		bool begins = p == text || !is_word(p[-1]);

		if (begins && !strncmp(p, "at ", 3) && strchr(p, ':') && (p[3] == '/' || p[3] == '.' || isalpha((unsigned char)p[3])) &&
		    memchr(p + 3, '.', strcspn(p + 3, " \n"))) {
			fputs("at ", f);
			p = copy_place(f, p + 3);
		} else if (begins && !strncmp(p, "0x", 2) && !is_byte(p)) {
			p = copy_number(f, p);
		} else if (begins && !strncmp(p, "cycle ", 6) && isdigit((unsigned char)p[6])) {
			p = copy_cycle(f, p);
		} else {
			fputc(*p++, f);
		}
	}
}

static void print_summary(FILE *f, const struct result *results)
{
	char kinds[256], sets[128];

	fputs("\n## All of them\n\n| bug | | found | reported as | in | class |\n| --- | --- | --- | --- | --- | --- |\n", f);
	for (unsigned int i = 0; i < bug_count(); i++) {
		const struct bug *bug = bug_at(i);
		const struct result *res = &results[i];

		if (is_clean_driver(bug))
			continue;
		fprintf(f, "| [%s](#%s) | %s | %s | %s | %s | %s |\n", bug->id, bug->id, bug->title,
			found(bug, res) ? mode_name(bug->mode) : "**no**",
			kinds_name(kinds_received(bug, res), kinds, sizeof(kinds)),
			sets_name(bug->sets, sets, sizeof(sets)), class_name(bug->class));
	}
}

static void print_bug(FILE *f, const struct bug *bug, const struct result *res)
{
	char sets[128];

	fprintf(f, "\n<a id=\"%s\"></a>\n### %s: %s\n\n", bug->id, bug->id, bug->title);
	fprintf(f, "*On the board:* %s\n\n", bug->symptom);
	fprintf(f, "*Mend:* %s\n\n", bug->mend);
	fprintf(f, "*Found in:* %s%s. *Class:* %s. *Sets:* %s. *Driver:* `tests/bugs/%s`.\n", mode_name(bug->mode),
		found(bug, res) ? "" : " (not found at present)", class_name(bug->class),
		sets_name(bug->sets, sets, sizeof(sets)), bug->file);
	if (bug->limits)
		fprintf(f, "\n*Not detected:* %s\n", bug->limits);
	if (res->text[0]) {
		fputs("\n```\n", f);
		copy_report(f, res->text);
		fputs("```\n", f);
	}
}

static const char *const limits =
	"\n## What cannot be detected\n"
	"\n"
	"- **Silent stores**: a store of the value that the CPU already sees changes nothing that a comparison could find. Lost on a board, it is\n"
	"  not seen here, unless it is announced (`WRITE_ONCE()`, `memset()`, `memcpy()` of the compat headers, `armdma_cpu_store()`).\n"
	"- **A load that leaves no trace**: that a driver read a buffer while the device owned it is known only for announced loads, in the\n"
	"  ASan layer, or when the bytes that it relied on were wrong ones. A driver that drops a frame unread and gives the buffer back without a sync is correct.\n"
	"- **Bytes that happen to be the same**: stale bytes that equal the new ones prove nothing. Tests should send frames of which no two are alike.\n"
	"- **Code that did not run**: a leak on an error path needs a run that takes it (failure injection), a race needs the order in which it loses.\n"
	"- **The order of ordinary loads and stores to cached memory**, instruction fetch, and what a driver does with memory that is not the machine's.\n";

static void print_clean(FILE *f)
{
	fputs("\n## What is no bug\n\n"
	      "Drivers that do the following are correct, although a strict reader might frown; they run with all the others, and a report about one of them\n"
	      "counts as a false alarm.\n\n", f);
	for (unsigned int i = 0; i < bug_count(); i++)
		if (is_clean_driver(bug_at(i)))
			fprintf(f, "- %s (`tests/bugs/%s`)\n", bug_at(i)->title, bug_at(i)->file);
}

void print_markdown(FILE *f, const struct result *results)
{
	fputs(introduction, f);
	print_summary(f, results);
	fputs("\n## One by one\n", f);
	for (unsigned int i = 0; i < bug_count(); i++)
		if (!is_clean_driver(bug_at(i)))
			print_bug(f, bug_at(i), &results[i]);
	print_clean(f);
	fputs(limits, f);
}
