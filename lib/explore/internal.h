/* SPDX-License-Identifier: BSD-2-Clause */
/* Schedules, the search through them, and what one run remembers. */
#ifndef LIB_EXPLORE_INTERNAL_H
#define LIB_EXPLORE_INTERNAL_H

#include <armdma/explore.h>

#define MAX_DEPARTURES ARMDMA_EXPLORE_MAX_BOUND

/* One choice taken. */
struct departure {
	uint64_t point;
	armdma_phys_t pa;
	uint64_t before;	/* hash of everything that was offered up to it; 0: not known (a schedule that was read) */
	uint8_t kind, levels;
};

struct schedule {
	unsigned int n;
	struct departure d[MAX_DEPARTURES];
};

/* "31:drain:0x40304014,..." or "none". buf takes sizeof(armdma_explore_result.schedule) bytes. */
void schedule_print(const struct schedule *s, char *buf, size_t len);
/* Returns 0, or -EINVAL with *err naming what cannot be read. */
int schedule_parse(struct schedule *s, const char *text, struct armdma_error *err);
/* What a departure does, in words. */
void departure_describe(const struct departure *d, char *buf, size_t len);

/* ---- tables (tables.c) --------------------------------------------------- */

/* Hash table from key to value; keys are never 0. */
struct table {
	struct entry {
		uint64_t key, value;
		uint64_t round;		/* an entry of an earlier round is none */
	} *entries;
	size_t n, cap;			/* cap: power of two, or 0 */
	uint64_t round;
};
/* The value's place; *is_new: it was not there, and is 0. NULL: out of memory. */
uint64_t *table_get(struct table *t, uint64_t key, bool *is_new);
bool table_has(const struct table *t, uint64_t key);
/* Forget everything. */
void table_clear(struct table *t);
void table_free(struct table *t);

uint64_t hash_mix(uint64_t h, uint64_t v);

/* ---- the search (search.c, watch.c) -------------------------------------------- */

struct choice_list {
	struct departure *d;
	size_t n, cap;
};

struct armdma_explorer {
	struct armdma_explore_config cfg;
	unsigned int bound;
	bool single;			/* one given schedule, no search */
	bool out_of_memory;
	/* Schedules of the level at hand and of the next, `level` departures each. */
	unsigned int level;
	struct departure *now, *next;
	size_t nr_now, at, nr_next, cap_next;	/* in schedules */
	/* The run. */
	struct schedule s;
	char printed[ARMDMA_EXPLORE_MAX_BOUND * 48];
	struct armdma_machine *m;
	uint32_t line;			/* bytes of a cache line */
	unsigned int taken;		/* departures so far */
	uint64_t offered;		/* hash of what was offered so far */
	bool lost;			/* a departure did not come up as before */
	bool running, confirming, expanding;
	uint64_t last_point;
	struct choice_list children;	/* declined after the last departure */
	struct table declined;		/* state in which a choice was declined */
	struct table touched;		/* lines that devices touch, of all runs */
	struct table visited;		/* states of points: number of the run that came there first + 1 */
	struct choice_list lines;	/* the touched lines in the order of their first touch (pa only) */
	char first_why[256];		/* how the run failed that is being run again */
	bool over;
	struct armdma_explore_result res;
};

/* Put the explorer's chooser and observer into the run's machine. */
int watch_attach(struct armdma_explorer *x, struct armdma_machine *m);
bool list_add(struct choice_list *l, const struct departure *d);

#endif
