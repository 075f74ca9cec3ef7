/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of page arrays, parked between machines.
 *
 * A test makes a machine, touches some pages, and throws the machine away. Fresh host memory costs a page fault for
 * each 4 KiB of the array that is touched again (about 0.5 us each), a parked array none. At most MM_PARKED of them are
 * kept, all zero. This is the one thing that machines share, hence the lock.
 */
#include <pthread.h>
#include <sys/mman.h>

#include "lib/mm/internal.h"

#define MM_PARKED 4

static struct {
	pthread_mutex_t lock;
	struct { struct armdma_page *pages; size_t bytes; } slots[MM_PARKED];
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct armdma_page *mm_pool_get(size_t bytes)
{
	struct armdma_page *pages = NULL;

	pthread_mutex_lock(&pool.lock);
	for (int i = 0; i < MM_PARKED && !pages; i++)
		if (pool.slots[i].pages && pool.slots[i].bytes == bytes) {
			pages = pool.slots[i].pages;
			pool.slots[i].pages = NULL;
		}
	pthread_mutex_unlock(&pool.lock);
	if (pages)
		return pages;
	pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return pages == MAP_FAILED ? NULL : pages;
}

void mm_pool_put(struct armdma_page *pages, size_t bytes)
{
	struct armdma_page *victim = pages;
	size_t victim_bytes = bytes;
	int i;

	pthread_mutex_lock(&pool.lock);
	for (i = 0; i < MM_PARKED; i++)
		if (!pool.slots[i].pages)
			break;
	if (i == MM_PARKED) {
		/* Shapes change over a run: the newest is the likeliest to come again. */
		i = 0;
		victim = pool.slots[i].pages;
		victim_bytes = pool.slots[i].bytes;
	} else {
		victim = NULL;
	}
	pool.slots[i].pages = pages;
	pool.slots[i].bytes = bytes;
	pthread_mutex_unlock(&pool.lock);
	if (victim)
		munmap(victim, victim_bytes);
}

void mm_pool_drop(struct armdma_page *pages, size_t bytes)
{
	munmap(pages, bytes);
}
