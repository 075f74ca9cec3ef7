/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arbiter in front of memory, which all masters share.
 *
 * Address phases and look-ups of different masters overlap; their data does not. First come, first served: a burst gets the
 * first gap, from the time on at which its data could flow, that is long enough between the slots granted before. Bursts
 * of one instant are served in the order in which their channels asked last. A master has one burst a channel under
 * way, so that under load all of them go round. Reads of the table walker are not counted against it: they are few.
 */
#include "sim/bus/bus_internal.h"

uint64_t bus_wait_for_memory(const struct bus *bus, uint64_t want, uint64_t cycles)
{
	uint64_t at = want;
	bool moved = true;

	while (moved) {
		moved = false;
		for (unsigned int i = 0; i < bus->nr_slots; i++) {
			const struct bus_slot *s = &bus->slots[i];

			if (at < s->to && at + cycles > s->from) {
				at = s->to;
				moved = true;
			}
		}
	}
	return at - want;
}

void bus_take_memory(struct bus *bus, uint64_t now, uint64_t from, uint64_t cycles)
{
	unsigned int kept = 0;

	if (bus->mem_until > now)
		for (unsigned int i = 0; i < bus->nr_slots; i++)
			if (bus->slots[i].to > now)
				bus->slots[kept++] = bus->slots[i];
	if (kept < BUS_MAX_SLOTS)
		bus->slots[kept++] = (struct bus_slot){ from, from + cycles };
	bus->nr_slots = kept;
	if (from + cycles > bus->mem_until)
		bus->mem_until = from + cycles;
}
