/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exploration: one test body under every choice that hardware has, up to a bound.
 *
 * Hardware is free to write a dirty line back, to fill a clean one, to let a pending store through, or to be done sooner (armdma/hw.h,
 * choices). The pessimal run declines all of that. A *departure* is one choice taken; a *schedule* says which, and where. armdma_explore()
 * runs the body with no departure, then with each single one, then with each two, ... until it fails or the bound is reached. So the
 * first failing schedule that it finds is a shortest one. It is printed as a string and can be run again:
 *
 *	static int ring_test(struct armdma_machine *m, void *ctx) { ... return ok ? 0 : 1; }
 *
 *	struct armdma_explore_config cfg = armdma_explore_defaults(ring_test, NULL);
 *	struct armdma_explore_result res;
 *
 *	if (armdma_explore(&cfg, 2, &res))
 *		fail_msg("%s", res.text);
 *
 * Set-up and body run again for each schedule, on a fresh machine each time, so they have to be deterministic: everything they use is made
 * in them. A run whose choices differ from those of the run before it, up to the same departure, is reported as such. The number of runs
 * grows with the power of the bound: bodies should be small (one packet tells as much as a thousand), and 2 finds nearly everything.
 *
 * What is skipped, because it makes no difference: choices on lines that no device (bus master or table walker) touches, and a choice whose
 * line, word or device is in the state in which it was declined before. Loads of the CPU are not seen: a line that is filled between two
 * loads of the same old bytes is tried at one place only. every_point has them all.
 *
 * A run fails by the body's return value, by a report of the checker (kinds of ARMDMA_CLASS_BUG, leaks at the machine's end included), or
 * by what the caller of armdma_explorer_end() says.
 */
#ifndef ARMDMA_EXPLORE_H
#define ARMDMA_EXPLORE_H

#include <armdma/machine.h>
#include <armdma/report.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Departures that a schedule can have. */
#define ARMDMA_EXPLORE_MAX_BOUND 8

struct armdma_explore_config {
	/*
	 * Machine to make for each run; NULL: Exynos4210. Smaller is faster (nr_devices, nr_sysmmus, ram_size). Any cache_policy but
	 * ARMDMA_CACHE_COHERENT; undo must be on, shared off.
	 */
	const struct armdma_config *machine;
	/* Before the test, its choices count too; not 0: failed. May be NULL. */
	int (*setup)(struct armdma_machine *m, void *ctx);
	int (*test)(struct armdma_machine *m, void *ctx);	/* not 0: failed */
	/* After both, also when they failed, or a report ended them in the middle; frees what is the test's own. May be NULL. */
	void (*teardown)(struct armdma_machine *m, void *ctx);
	void *ctx;
	uint64_t max_runs;	/* give up after so many; 0: never. Default: 1 000 000 */
	uint32_t kinds;		/* bits 1 << enum armdma_choice_kind that are tried. Default: all */
	bool single_levels;	/* evictions and fills of the inner or outer cache alone, too: for code that maintains them apart */
	bool every_point;	/* also a choice whose state has not changed since it was declined: many more runs */
	/*
	 * Prune: two points with equal hashes go on alike, so the second is not followed. What the library sees of memory (the views of
	 * all lines that devices touch) is hashed as well; this function answers for everything else: variables, registers, what is
	 * under way. NULL: nothing is pruned. Called inside choice points: it may only look.
	 */
	uint64_t (*hash)(struct armdma_machine *m, void *ctx);
};
ARMDMA_API struct armdma_explore_config
armdma_explore_defaults(int (*test)(struct armdma_machine *m, void *ctx), void *ctx);

enum armdma_explore_verdict {
	ARMDMA_EXPLORE_PASSED,		/* no schedule up to the bound fails */
	ARMDMA_EXPLORE_FAILED,		/* `schedule` does, and did again when it was run a second time */
	ARMDMA_EXPLORE_NON_DETERMINISTIC, /* the same schedule led to other choices, or to another end */
	ARMDMA_EXPLORE_GAVE_UP,		/* max_runs reached */
};

struct armdma_explore_result {
	enum armdma_explore_verdict verdict;
	char schedule[ARMDMA_EXPLORE_MAX_BOUND * 48];	/* of the run that failed; "none": without a departure. "" otherwise */
	unsigned int departures;	/* of that schedule; PASSED: the bound; GAVE_UP: all schedules of fewer passed */
	uint64_t runs;			/* bodies run */
	uint64_t choices;		/* that the run without departures had to offer, after skipping; 0 if the bound is 0 */
	int ret;			/* what setup or test returned in the failing run */
	enum armdma_report_kind report;	/* its first report, or ARMDMA_REPORT_NONE */
	char text[6144];		/* all of it in words, for a person; report included */
};

/*
 * Explore up to `bound` departures. Where the environment has ARMDMA_SCHEDULE, that schedule alone is run. Returns the verdict (0: passed),
 * -EINVAL (no test, bound above ARMDMA_EXPLORE_MAX_BOUND, a machine that cannot be explored, a schedule that cannot be read; res->text says
 * which) or -ENOMEM.
 */
ARMDMA_API int armdma_explore(const struct armdma_explore_config *cfg, unsigned int bound, struct armdma_explore_result *res);
/*
 * Run one schedule, as printed: departures separated by commas, POINT:CHOICE:ADDRESS ("31:drain:0x40304014"), or "none". A choice that does
 * not come up at its place makes the run ARMDMA_EXPLORE_NON_DETERMINISTIC: it is not the program that the schedule was made with. Returns as
 * armdma_explore().
 */
ARMDMA_API int armdma_explore_replay(const struct armdma_explore_config *cfg, const char *schedule,
				     struct armdma_explore_result *res);

/*
 * The same search for test runners that have their own way to run a body (a CMocka test that fails by longjmp): one run at a time.
 *
 *	while (armdma_explorer_next(x)) {
 *		make a machine m;
 *		armdma_explorer_attach(x, m);
 *		run the body;
 *		destroy m;
 *		armdma_explorer_end(x, failed, why);
 *	}
 *	armdma_explorer_result(x, &res);
 *
 * Of cfg the functions setup, test and teardown are not used. The runner notices reports by itself.
 */
struct armdma_explorer;
/* Returns 0 and *x, -EINVAL or -ENOMEM. cfg is copied, but not what it points to. schedule: only this one, or NULL. */
ARMDMA_API int armdma_explorer_create(struct armdma_explorer **x, const struct armdma_explore_config *cfg, unsigned int bound,
				      const char *schedule, struct armdma_error *err);
/* The schedule to run next, valid until _end(); NULL: there is none, the verdict is known. */
ARMDMA_API const char *armdma_explorer_next(struct armdma_explorer *x);
/* The machine of this run, before anything is done with it. Returns 0, -EINVAL (coherent caches, no undo lines), -ENOMEM. */
ARMDMA_API int armdma_explorer_attach(struct armdma_explorer *x, struct armdma_machine *m);
/* The run is over, its machine may be gone. why: one line or more that says what failed; may be NULL. */
ARMDMA_API void armdma_explorer_end(struct armdma_explorer *x, bool failed, const char *why);
ARMDMA_API void armdma_explorer_result(const struct armdma_explorer *x, struct armdma_explore_result *res);
ARMDMA_API void armdma_explorer_destroy(struct armdma_explorer *x);

#ifdef __cplusplus
}
#endif
#endif
