/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that nobody has written since it was allocated, on its way out. */
#include <stdio.h>

#include "lib/check/internal.h"
#include "lib/mm/mm.h"
#include "lib/mm/unwritten.h"

#define PIECE 512u

void exposed(struct checker *ck, const void *cpu, size_t len, const void *site)
{
	struct armdma_machine *m = ck->m;

	for (size_t off = 0; off < len;) {
		const uint8_t *p = (const uint8_t *)cpu + off;
		armdma_phys_t pa = armdma_hw_cpu_to_phys(m->hw, p);
		size_t n = ARMDMA_PAGE_SIZE - (uintptr_t)p % ARMDMA_PAGE_SIZE, at = n;

		if (n > len - off)
			n = len - off;
		if (pa != ARMDMA_MAPPING_ERROR && mm_is_kmalloc(m, pa))
			at = mm_find_unwritten(m->cfg->seed, pa, p, n);
		if (at < n) {
			struct armdma_report rep = {
				.kind = ARMDMA_REPORT_UNINITIALISED, .addr = ARMDMA_MAPPING_ERROR, .pa = pa + at,
				.cpu = p + at, .len = len, .offset = off + at, .sites = { [ARMDMA_SITE_HERE] = site },
			};
			char sentence[160];

			snprintf(sentence, sizeof(sentence),
				 "%zu bytes leave the kernel of which byte %zu was never written since it was allocated", len,
				 off + at);
			report_make(ck, &rep, sentence, "",
				    "hand out what was received, not what was allocated; zero the rest (kzalloc())");
			return;
		}
		off += n;
	}
}

/* len bytes of a mapping from off on, which the device read from `at`. */
void check_written(struct checker *ck, const struct track *t, uint64_t off, uint64_t len, armdma_phys_t at)
{
	uint8_t bytes[PIECE];

	if (!mm_is_kmalloc(ck->m, t->pa + off))
		return;
	for (uint64_t done = 0; done < len;) {
		/* Whole words of the buffer: they lie in whole words of each piece. */
		size_t n = PIECE - (size_t)((t->pa + off + done) % 8), found;

		if (n > len - done)
			n = (size_t)(len - done);
		if (t->dev->coherent ? armdma_hw_snoop_read(ck->m->hw, at + done, bytes, n) :
				       armdma_hw_phys_read(ck->m->hw, at + done, bytes, n))
			return;
		found = mm_find_unwritten(ck->m->cfg->seed, t->pa + off + done, bytes, n);
		if (found < n) {
			struct armdma_report rep = report_about(ARMDMA_REPORT_UNINITIALISED, t, off + done + found, len);
			char story[1024] = "", sentence[160];
			struct text s = { story, sizeof(story), 0 };

			tell_mapping(&s, t, false);
			snprintf(sentence, sizeof(sentence),
				 "%s reads byte %llu of a buffer of %llu bytes, which was never written since it was allocated",
				 armdma_device_name(t->dev), (unsigned long long)rep.offset, (unsigned long long)t->len);
			report_make(ck, &rep, sentence, story, "zero the buffer (kzalloc()), reserved fields and padding included");
			return;
		}
		done += n;
	}
}
