/* SPDX-License-Identifier: BSD-2-Clause */
/* Log-linear histogram: see hist.h. */
#include "hist.h"

uint64_t hist_floor(unsigned int bucket)
{
	unsigned int octave = bucket / HIST_SUB;

	if (!octave)
		return bucket;
	return (uint64_t)(HIST_SUB + bucket % HIST_SUB) << (octave - 1);
}

uint64_t hist_quantile(const struct hist *h, double share)
{
	uint64_t want = (uint64_t)(share * (double)h->n + 0.999999), seen = 0;

	if (!h->n)
		return 0;
	if (want < 1)
		want = 1;
	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		seen += h->count[i];
		if (seen >= want) {
			uint64_t last = i + 1 < HIST_BUCKETS ? hist_floor(i + 1) - 1 : h->max;

			return last < h->max ? last : h->max;
		}
	}
	return h->max;
}

void hist_merge(struct hist *into, const struct hist *h)
{
	for (unsigned int i = 0; i < HIST_BUCKETS; i++)
		into->count[i] += h->count[i];
	into->n += h->n;
	if (h->max > into->max)
		into->max = h->max;
}
