/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cache of level-1 descriptors: fully associative, least recently used goes first (assumed).
 *
 * Invalid descriptors that were cached go only when everything is invalidated (assumed: else drivers of 3.3 would not
 * need a level-2 table behind every empty slot).
 */
#include <string.h>

#include "sim/sysmmu/flpd.h"

static uint32_t first_of(const struct flpd *c, uint32_t mib)
{
	return c->speculative ? mib & ~(FLPD_GROUP - 1) : mib;
}

static struct flpd_entry *find_entry(struct flpd *c, uint32_t mib)
{
	for (unsigned int i = 0; i < c->nr; i++)
		if (c->entry[i].valid && c->entry[i].mib == first_of(c, mib))
			return &c->entry[i];
	return NULL;
}

bool sysmmu_flpd_find(struct flpd *c, uint32_t mib, uint32_t *desc)
{
	struct flpd_entry *e = find_entry(c, mib);

	if (!e || !(e->valid >> (mib - e->mib) & 1))
		return false;
	e->used = ++c->clock;
	*desc = e->desc[mib - e->mib];
	return true;
}

/* The entry that holds others of the group, a free one, or the one used longest ago. */
static struct flpd_entry *entry_for(struct flpd *c, uint32_t mib)
{
	struct flpd_entry *e = find_entry(c, mib), *victim = &c->entry[0];

	if (e)
		return e;
	for (unsigned int i = 0; i < c->nr; i++) {
		if (!c->entry[i].valid)
			return &c->entry[i];
		if (c->entry[i].used < victim->used)
			victim = &c->entry[i];
	}
	return victim;
}

void sysmmu_flpd_fill(struct flpd *c, uint32_t mib, uint32_t desc)
{
	struct flpd_entry *e = entry_for(c, mib);

	e->mib = mib;
	e->valid = 1;
	e->empty = 0;
	e->desc[0] = desc;
	e->used = ++c->clock;
}

void sysmmu_flpd_fill_group(struct flpd *c, uint32_t mib, const uint32_t *group, uint32_t empty)
{
	struct flpd_entry *e = entry_for(c, mib);

	e->mib = first_of(c, mib);
	e->valid = (1u << FLPD_GROUP) - 1;
	e->empty = empty;
	memcpy(e->desc, group, sizeof(e->desc));
	e->used = ++c->clock;
}

unsigned int sysmmu_flpd_drop(struct flpd *c, uint32_t first_mib, uint32_t last_mib)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < c->nr; i++) {
		struct flpd_entry *e = &c->entry[i];

		for (unsigned int d = 0; d < FLPD_GROUP; d++)
			if ((e->valid & ~e->empty) >> d & 1 && e->mib + d >= first_mib && e->mib + d <= last_mib) {
				e->valid &= ~(1u << d);
				n++;
			}
	}
	return n;
}

void sysmmu_flpd_clear(struct flpd *c)
{
	for (unsigned int i = 0; i < c->nr; i++)
		c->entry[i].valid = 0;
}
