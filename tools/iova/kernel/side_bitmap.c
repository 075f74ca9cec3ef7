/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's side of the policy on lib/bitmap.c. */
#include "shim.h"
#include <linux/bitmap.h>

#include "side.h"

unsigned long side_find_area(unsigned long *map, unsigned long size, unsigned long start, unsigned int n, unsigned long mask)
{
	return bitmap_find_next_zero_area(map, size, start, n, mask);
}

void side_set(unsigned long *map, unsigned int at, unsigned int n)
{
	bitmap_set(map, at, n);
}

void side_clear(unsigned long *map, unsigned int at, unsigned int n)
{
	bitmap_clear(map, at, n);
}

unsigned long side_next_one(const unsigned long *map, unsigned long size, unsigned long from)
{
	return find_next_bit(map, size, from);
}

unsigned long side_next_zero(const unsigned long *map, unsigned long size, unsigned long from)
{
	return find_next_zero_bit(map, size, from);
}
