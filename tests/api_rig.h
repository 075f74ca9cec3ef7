/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A rig on which one test body runs in every set of operations.
 *
 *	static void map_page_hands_over(struct rig *r) { ... }
 *
 *	int main(void)
 *	{
 *		static const struct rig_test tests[] = {
 *			RIG_TEST(map_page_hands_over),
 *		};
 *
 *		return rig_main("api_streaming", TEST_OUTPUT_DIR, tests, sizeof(tests) / sizeof(tests[0]));
 *	}
 *
 * Each body runs five times on a machine of its own, with the device "mdma" on another set each time. After a body that
 * passed, everything must be as before: no report that it did not expect, no buffer, mapping, page, or kernel address left,
 * every invariant in order; only then the calls of the DMA API that the machine's event trace saw are written to
 * TEST_OUTPUT_DIR/NAME.api.tsv: call, function, set, test, times. tests/tables/api makes the closing table of
 * them. What a set cannot do by definition is in one list (rig_lacks()): a body that needs it is skipped there, and
 * the table tells.
 */
#ifndef TESTS_API_RIG_H
#define TESTS_API_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/dma.h>
#include <armdma/dmabounce.h>
#include <armdma/dmapool.h>
#include <armdma/event.h>
#include <armdma/iommu.h>
#include <armdma/machine.h>
#include <armdma/mm.h>
#include <armdma/report.h>

#define PAGE ARMDMA_PAGE_SIZE
#define KIB 1024ULL
#define MIB (1024ULL * KIB)

/* What not every set has. */
enum rig_need {
	RIG_MERGES,		/* entries of a list become one segment */
	RIG_ENTRY_BY_ENTRY,	/* each entry is a segment */
	RIG_IOVA,		/* addresses from an IO address space */
	RIG_MAINTENANCE,	/* the caches are maintained by hand */
	RIG_STALE,		/* what is not synced is not seen */
	RIG_UNCACHED,		/* coherent memory is uncached, its cached alias gone */
	RIG_CACHED,		/* coherent memory is cached, where it always was */
	RIG_COPIES,		/* safe buffers */
	RIG_IN_PLACE,		/* the device reaches the very pages */
	RIG_CONTIGUOUS,		/* coherent memory is contiguous by nature */
	RIG_WINDOWS,		/* bus windows */
	RIG_NR_NEEDS
};

#define RIG_CALLS 160

struct rig {
	struct armdma_machine *m;
	struct armdma_hw *hw;
	struct armdma_device *dev;	/* "mdma", on the set under test */
	struct armdma_device *peer;	/* "peer", a direct master */
	enum armdma_dma_opset set;
	/* Reports not yet expected, oldest first. */
	unsigned int reports;
	enum armdma_report_kind kind;	/* of the last */
	const void *site;		/* of the last that was told of misuse */
	struct armdma_report last;	/* of the last trap */
	char text[4096];
	char log[1024];			/* the console's last line */
	jmp_buf *trapped;		/* where a trap leads */
	/* For the checks at the end and the table. */
	const struct rig_test *test;
	bool passed;
	struct armdma_mm_stats baseline;
	struct rig_call {
		char name[48];
		unsigned int set, count;
	} calls[RIG_CALLS];
	unsigned int nr_calls;
};

struct rig_test {
	const char *name;
	void (*body)(struct rig *r);
	/* Change the machine before it is made; may be NULL. */
	void (*configure)(struct armdma_config *cfg, enum armdma_dma_opset set);
};

#define RIG_TEST(fn) { #fn, fn, NULL }
#define RIG_TEST_ON(fn, configure) { #fn, fn, configure }

/* Run each test in every set. Returns the number of failures. name: the program's, without test_. */
int rig_main(const char *name, const char *output_dir, const struct rig_test *tests, size_t ntests);

/* The body needs this: skip it where the set lacks it. Before the body leaves anything behind. */
void rig_needs(struct rig *r, enum rig_need need);
/* Why a set lacks it, or NULL. */
const char *rig_lacks(enum armdma_dma_opset set, enum rig_need need);

static inline bool rig_is_coherent(const struct rig *r)
{
	return r->set == ARMDMA_OPS_DIRECT_COHERENT || r->set == ARMDMA_OPS_IOMMU_COHERENT;
}
static inline bool rig_is_iommu(const struct rig *r)
{
	return r->set == ARMDMA_OPS_IOMMU || r->set == ARMDMA_OPS_IOMMU_COHERENT;
}

/* The call before was reported: once, as this kind, with these words. */
void rig_expect(struct rig *r, enum armdma_report_kind kind, const char *words);
/* Nothing that is live, lost or out of order now that was not there before the body. */
void rig_check_clean(struct rig *r);
/* Every invariant holds. */
void rig_validate(struct rig *r);

/* The statement touches memory that traps; the report has these words. */
#define rig_assert_trap(r, statement, words)					\
	do {									\
		jmp_buf rig_env;						\
										\
		if (!setjmp(rig_env)) {						\
			(r)->trapped = &rig_env;				\
			statement;						\
			fail_msg("%s did not trap", #statement);		\
		}								\
		(r)->trapped = NULL;						\
		rig_expect(r, ARMDMA_REPORT_TRAP, words);			\
	} while (0)

/* The device's own transfers; they must succeed. */
void dev_read(struct rig *r, armdma_dma_t addr, void *buf, size_t len);
void dev_write(struct rig *r, armdma_dma_t addr, const void *buf, size_t len);
/* The device sees exactly these bytes at addr. */
void dev_expect(struct rig *r, armdma_dma_t addr, const void *want, size_t len);
/* Bytes that no other place, order or seed has. */
void pattern(void *buf, size_t len, uint32_t seed);
/* Both sides share the memory: bytes go from CPU to device and back. */
void rig_assert_shared(struct rig *r, void *cpu, armdma_dma_t addr, size_t len);

/* A machine of a test: 32 MiB of RAM, half of it highmem, 4 MiB of contiguous memory, an atomic pool of 256 KiB. */
struct armdma_config rig_config(void);

#endif
