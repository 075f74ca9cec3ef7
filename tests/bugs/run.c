/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs of one bug: each twin on each set in each mode, with what is reported. A child process does it, so that whatever a bug does to its
 * process concerns no other. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <armdma/options.h>
#include <armdma/site.h>

#include "tests/bugs/runner.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifndef WITH_ASAN
#define WITH_ASAN 0
#endif

#define BAD_SEEDS 4
#define FAILURES_A_STEP 48	/* more allocations than any scenario makes in one step */

/* What runs now, for the callbacks. */
static struct {
	struct bug_run run;
	struct cell *cell;
	struct result *res;
	const struct options *o;
	bool seen[MAX_RECEIVED];	/* received[i] came in this run */
	bool defect;			/* the sanitizer has found something else */
	jmp_buf out;
} now;

struct bug_run *bug_current(void)
{
	return &now.run;
}

void bug_check_that(struct bug_run *r, bool condition, const char *what)
{
	if (condition || !r->worked)
		return;
	r->worked = false;
	r->failed = what;
}

/* Looking a site up takes longer than a run. */
static struct {
	const void *site;
	char function[64];
} looked_up[256];

static void function_of(const void *site, char *buf, size_t len)
{
	unsigned int i = (unsigned int)((uintptr_t)site * 2654435761u >> 8) % 256;
	struct armdma_site_info info;

	buf[0] = 0;
	if (!site)
		return;
	if (looked_up[i].site != site) {
		looked_up[i].site = site;
		looked_up[i].function[0] = 0;
		if (!armdma_site_lookup(site, &info))
			snprintf(looked_up[i].function, sizeof(looked_up[i].function), "%.63s", info.function);
	}
	snprintf(buf, len, "%s", looked_up[i].function);
}

static bool is_wanted(const struct bug *bug, enum armdma_report_kind kind)
{
	for (const struct bug_wanted *w = bug->wanted; w->kind; w++)
		if (w->kind == kind && !w->may)
			return true;
	return false;
}

static void keep_text(const struct armdma_report *rep)
{
	struct result *res = now.res;

	if (!now.run.bad || now.run.mode != now.run.bug->mode || !is_wanted(now.run.bug, rep->kind))
		return;
	/* The first wanted kind tells the story; another one only until it comes. */
	if (res->text[0] && (res->text_kind == now.run.bug->wanted[0].kind || rep->kind != now.run.bug->wanted[0].kind))
		return;
	snprintf(res->text, sizeof(res->text), "%s", rep->text);
	res->text_kind = rep->kind;
}

static void note(const struct armdma_report *rep)
{
	struct cell *c = now.cell;
	struct received got = { .kind = rep->kind };
	unsigned int i;

	for (i = 0; i < ARMDMA_NR_SITES; i++)
		function_of(rep->sites[i], got.function[i], sizeof(got.function[i]));
	for (i = 0; i < c->nr; i++)
		if (c->received[i].kind == got.kind && !memcmp(c->received[i].function, got.function, sizeof(got.function)))
			break;
	if (i == MAX_RECEIVED) {
		c->overflow = true;
		return;
	}
	if (i == c->nr) {
		c->received[i] = got;
		c->nr++;
	}
	if (!now.seen[i])
		c->received[i].count++;
	now.seen[i] = true;
}

static void on_report(void *ctx, const struct armdma_report *rep)
{
	(void)ctx;
	note(rep);
	keep_text(rep);
	if (now.o->verbose)
		fprintf(stderr, "%s %s twin, %s, %s:\n%s", now.run.bug->id, now.run.bad ? "bad" : "good",
			armdma_dma_ops_name(now.run.set), mode_name(now.run.mode), rep->text);
	/* There is no way on for who touched what is not mapped. */
	if (rep->kind == ARMDMA_REPORT_TRAP)
		longjmp(now.out, 1);
}

static void on_log(void *ctx, const char *line)
{
	(void)ctx;
	if (now.o->verbose)
		fprintf(stderr, "%s console: %s\n", now.run.bug->id, line);
}

static void set_rules(struct armdma_machine *m, enum bug_mode mode)
{
	for (int k = 1; k < ARMDMA_REPORT_NR; k++) {
		enum armdma_report_class class = armdma_report_class(k);
		bool on = class == ARMDMA_CLASS_BUG || (class == ARMDMA_CLASS_PERFORMANCE && mode == BUG_PERFORMANCE) ||
			  (class == ARMDMA_CLASS_SUSPICION && mode == BUG_SUSPICION);

		armdma_checker_rule(m, k, on && k != (int)now.o->disabled);
	}
}

struct plan {
	bool bad;
	enum bug_mode mode;
	enum armdma_dma_opset set;
	uint64_t seed;
	bool coherent_caches;
	enum armdma_fail_step step;	/* BUG_FAILURE */
	unsigned int nth;
};

/* What ASan has caught is printed before anybody is called, as the process may end there. Not here. */
static void set_print(struct armdma_machine *m)
{
	struct armdma_options opt = *armdma_get_options(m);

	opt.print = ARMDMA_PRINT_NEVER;
	armdma_set_options(m, &opt, NULL);
}

static void start(const struct bug *bug, const struct plan *p)
{
	struct bug_run *r = &now.run;

	memset(r, 0, sizeof(*r));
	memset(now.seen, 0, sizeof(now.seen));
	r->bug = bug;
	r->bad = p->bad;
	r->mode = p->mode;
	r->set = p->set;
	r->worked = r->right = true;
	board_create(r, p->seed, p->coherent_caches);
	armdma_hw_set_log(r->hw, on_log, NULL);
	armdma_set_report_fn(r->m, on_report, NULL);
	set_print(r->m);
	set_rules(r->m, p->mode);
	if (p->mode == BUG_FAILURE)
		armdma_fail_nth(r->m, p->step, p->nth);
}

/* One run. Returns how often the step that fails was reached. */
static uint64_t run_once(const struct bug *bug, const struct plan *p, struct cell *cell)
{
	struct bug_run *r = &now.run;
	volatile uint64_t hits = 0;

	now.cell = cell;
	start(bug, p);
	if (!setjmp(now.out)) {
		bug->scenario(r);
		bug_unbind(r);
		if (p->mode == BUG_FAILURE)
			hits = armdma_fail_hits(r->m, p->step);
	} else {
		bug_check_that(r, false, "no access to what is not mapped");
		armdma_machine_abandon(r->m);
	}
	board_destroy(r);
	free(r->wire);
	free(r->sink);
	cell->runs++;
	if (!r->worked) {
		if (!cell->broken++)
			snprintf(cell->failed, sizeof(cell->failed), "%s", r->failed);
	}
	return hits;
}

static void run_failures(const struct bug *bug, struct plan p, struct cell *cell)
{
	for (int step = 0; step < ARMDMA_NR_FAIL_STEPS; step++) {
		p.step = step;
		for (p.nth = 1; p.nth <= FAILURES_A_STEP; p.nth++)
			if (run_once(bug, &p, cell) < p.nth)
				break;
	}
}

/* What the entry's mode takes, besides the plain run. */
static void run_declared(const struct bug *bug, struct plan p, struct cell (*cells)[ARMDMA_NR_OPSETS])
{
	p.mode = bug->mode;
	switch (p.mode) {
	case BUG_FAILURE:
		run_failures(bug, p, &cells[p.mode][p.set]);
		break;
	case BUG_ADVERSARY:
		for (p.seed = 1; p.seed <= now.o->seeds; p.seed++)
			run_once(bug, &p, &cells[p.mode][p.set]);
		break;
	case BUG_PERFORMANCE:
		run_once(bug, &p, &cells[p.mode][p.set]);
		break;
	default:
		break;
	}
}

static void run_twin(const struct bug *bug, struct plan p, struct result *res)
{
	struct cell (*cells)[ARMDMA_NR_OPSETS] = res->cells[p.bad];
	unsigned int seeds = now.o->seeds;

	/* Silence is proved by many seeds. That a bug shows here, too, is only told. */
	if (p.bad && bug->mode != BUG_ADVERSARY && seeds > BAD_SEEDS)
		seeds = BAD_SEEDS;
	p.mode = WITH_ASAN ? BUG_ASAN : BUG_DEFAULT;
	run_once(bug, &p, &cells[p.mode][p.set]);
	if (WITH_ASAN)
		return;
	if (now.o->declared) {
		run_declared(bug, p, cells);
		return;
	}
	p.mode = BUG_ADVERSARY;
	for (p.seed = 1; p.seed <= seeds; p.seed++)
		run_once(bug, &p, &cells[p.mode][p.set]);
	p.seed = 0;
	/* A driver that does not check fails in many ways when something fails: only its own bugs are told from it. */
	if (!p.bad || bug->mode == BUG_FAILURE) {
		p.mode = BUG_FAILURE;
		run_failures(bug, p, &cells[p.mode][p.set]);
	}
	if (bug->mode == BUG_PERFORMANCE) {
		p.mode = BUG_PERFORMANCE;
		run_once(bug, &p, &cells[p.mode][p.set]);
	}
	if (p.bad) {
		p.mode = BUG_SUSPICION;
		run_once(bug, &p, &cells[p.mode][p.set]);
	} else {
		p.mode = BUG_DEFAULT;
		p.coherent_caches = true;
		run_once(bug, &p, &res->quiet[p.set]);
	}
}

static void run_all(const struct bug *bug, struct result *res)
{
	for (int set = 0; set < ARMDMA_NR_OPSETS; set++) {
		if (bug_works_on(bug) >> set & 1)
			run_twin(bug, (struct plan){ .set = set }, res);
		if (bug->sets >> set & 1)
			run_twin(bug, (struct plan){ .set = set, .bad = true }, res);
	}
}

struct result *run_results(unsigned int n)
{
	struct result *res = mmap(NULL, (n + 1) * sizeof(*res), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (res == MAP_FAILED) {
		perror("armdma-bugs: mmap");
		exit(2);
	}
	return res;
}

#if WITH_ASAN
const char *__asan_default_options(void);
void __asan_on_error(void);
const char *__asan_get_report_description(void);
void __sanitizer_set_report_fd(void *fd);

/* What ASan is told by the checker comes back as a report: the run goes on. */
__attribute__((used)) const char *__asan_default_options(void)
{
	return "halt_on_error=0:suppress_equal_pcs=0:symbolize=0";
}

/* Anything else is a defect of a driver or of this program: it is printed, and the bug counts as not finished. */
__attribute__((used)) void __asan_on_error(void)
{
	if (!strcmp(__asan_get_report_description(), "use-after-poison"))
		return;
	now.defect = true;
	__sanitizer_set_report_fd((void *)(intptr_t)STDERR_FILENO);
}

/* Its own text of each access is only told when asked for. */
static void quieten_asan(void)
{
	int fd = now.o->verbose ? -1 : open("/dev/null", O_WRONLY);

	if (fd >= 0)
		__sanitizer_set_report_fd((void *)(intptr_t)fd);
}
#else
static void quieten_asan(void)
{
}
#endif

static pid_t run_in_child(const struct bug *bug, const struct options *o, struct result *res)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0) {
		perror("armdma-bugs: fork");
		exit(2);
	}
	if (child)
		return child;
	now.res = res;
	now.o = o;
	quieten_asan();
	run_all(bug, res);
	res->finished = !now.defect;
	fflush(NULL);
	_exit(0);
}

static void wait_for_one(const pid_t *children, struct result *results)
{
	int status;
	pid_t child = wait(&status);

	for (unsigned int i = 0; i < bug_count(); i++)
		if (children[i] == child)
			results[i].status = status;
}

void run_bugs(const struct options *o, struct result *results)
{
	pid_t children[MAX_BUGS] = { 0 };
	unsigned int running = 0;

	for (unsigned int i = 0; i < bug_count() && i < MAX_BUGS; i++) {
		if (!is_chosen(bug_at(i), o))
			continue;
		if (running == o->jobs) {
			wait_for_one(children, results);
			running--;
		}
		children[i] = run_in_child(bug_at(i), o, &results[i]);
		running++;
	}
	while (running--)
		wait_for_one(children, results);
}
