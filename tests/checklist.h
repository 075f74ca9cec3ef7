/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cells of the SYSMMU checklist: line x generation, each with the evidence that the unit did it.
 *
 * A test that shows a line of the checklist for a unit listens to the machine's events meanwhile. A cell is
 * written only by check_passed(), after the assertions of the test, and only if the trace holds what was asked for:
 *
 *	check_begin(&c, hw, "sysmmu-fimc0", regs);	// reads VERSION: the trace names the generation
 *	... drive the unit, assert ...
 *	check_passed(&c, 11, (struct check_need[]){ { ARMDMA_EV_FAULT, 1 }, { ARMDMA_EV_WALK, 2 }, { 0 } });
 *	check_end(&c);
 *
 * main() calls checklist_start(NAME) first: cells of an earlier run of the program go. Each cell is a line of
 * TEST_OUTPUT_DIR/NAME.checklist.tsv: line of the checklist, generation, test, evidence. tests/tables/sysmmu
 * turns them into a table.
 */
#ifndef TESTS_CHECKLIST_H
#define TESTS_CHECKLIST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/hw.h>
#include <armdma/sysmmu.h>

/* At least `count` events of a type: of the unit, where the type has a unit. The list ends with count 0. */
struct check_need {
	enum armdma_event_type type;
	unsigned int count;
};

/* One unit that is being watched. */
struct check {
	struct armdma_hw *hw;
	const char *unit;
	armdma_phys_t regs;
	bool seen_version;
	uint32_t version;	/* as the trace showed it */
	unsigned int events[ARMDMA_EV_NR];
};

static char checklist_path[512];

/* First thing in main(). name: the program's, without test_. */
static inline void checklist_start(const char *name)
{
	FILE *f;

	snprintf(checklist_path, sizeof(checklist_path), "%s/%s.checklist.tsv", TEST_OUTPUT_DIR, name);
	f = fopen(checklist_path, "w");
	if (!f) {
		perror(checklist_path);
		return;
	}
	fclose(f);
}

/* "3.3", and "1.0" for the word that would decode as 8.0. */
static inline void check_generation(uint32_t version, char *out, size_t len)
{
	if (version == ARMDMA_SYSMMU_VERSION_BROKEN_1_0)
		snprintf(out, len, "1.0");
	else
		snprintf(out, len, "%u.%u", ARMDMA_SYSMMU_VERSION_MAJOR(version),
			 ARMDMA_SYSMMU_VERSION_MINOR(version));
}

/* Events that no unit sends: they count whoever caused them. */
static inline bool check_is_anonymous(enum armdma_event_type type)
{
	return type == ARMDMA_EV_IRQ_LEVEL || type == ARMDMA_EV_IRQ_ENTER || type == ARMDMA_EV_IRQ_EXIT ||
	       type == ARMDMA_EV_CACHE_OP || type == ARMDMA_EV_BARRIER || type == ARMDMA_EV_BUS_READ ||
	       type == ARMDMA_EV_BUS_WRITE || type == ARMDMA_EV_FRAME || type >= ARMDMA_EV_CPU_MAP;
}

static inline void check_event(void *ctx, const struct armdma_event *ev)
{
	struct check *c = ctx;

	if (!check_is_anonymous(ev->type) && (!ev->who || strcmp(ev->who, c->unit)))
		return;
	c->events[ev->type]++;
	if (ev->type == ARMDMA_EV_REG_READ && ev->addr == c->regs + ARMDMA_SYSMMU_REG_VERSION) {
		c->seen_version = true;
		c->version = (uint32_t)ev->value;
	}
}

/* Watch the unit of that name with registers at regs. Reads its VERSION register (1 register access). */
static inline void check_begin(struct check *c, struct armdma_hw *hw, const char *unit, armdma_phys_t regs)
{
	memset(c, 0, sizeof(*c));
	c->hw = hw;
	c->unit = unit;
	c->regs = regs;
	assert_int_equal(armdma_event_subscribe(armdma_hw_events(hw), ARMDMA_EV_ALL, check_event, c), 0);
	armdma_hw_readl_relaxed(hw, regs + ARMDMA_SYSMMU_REG_VERSION);
}

/* The checklist's line holds for this unit: what the trace must show for that. Fails the test if it does not. */
#define check_passed(c, line, needs) check_passed_in(c, line, needs, __func__)

static inline void check_passed_in(struct check *c, unsigned int line, const struct check_need *needs,
				   const char *test)
{
	char evidence[256] = "", gen[16];
	size_t at = 0;
	FILE *f;

	if (!c->seen_version)
		fail_msg("%s: the trace does not show which version answered", c->unit);
	for (; needs->count; needs++) {
		if (c->events[needs->type] < needs->count)
			fail_msg("%s: line %u needs %u %s events, the trace has %u", c->unit, line,
				 needs->count, armdma_event_name(needs->type), c->events[needs->type]);
		at += (size_t)snprintf(evidence + at, sizeof(evidence) - at, "%s%s=%u", at ? " " : "",
				       armdma_event_name(needs->type), c->events[needs->type]);
	}
	if (!at)
		fail_msg("line %u without evidence", line);
	check_generation(c->version, gen, sizeof(gen));
	f = fopen(checklist_path, "a");
	if (!f)
		fail_msg("%s cannot be written: was checklist_start() called?", checklist_path);
	fprintf(f, "%u\t%s\t%s\t%s\n", line, gen, test, evidence);
	fclose(f);
}

/* Stop watching; before the machine goes. */
static inline void check_end(struct check *c)
{
	assert_int_equal(armdma_event_subscribe(armdma_hw_events(c->hw), 0, check_event, c), 0);
}

#endif
