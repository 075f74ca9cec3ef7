/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and CPUs for the kernel's allocators: see shim.h. */
#include <unistd.h>

#include "shim.h"
#include "side.h"

struct kmem_cache {
	size_t size;
};

/* In front of each piece, for the count; 64 bytes keep the piece's alignment. */
struct piece {
	size_t size;
};
#define HEAD 64u

static size_t allocated;
unsigned int shim_nr_cpus = 2;
__thread unsigned int shim_cpu;
static unsigned int next_cpu;

__attribute__((constructor))
static void count_cpus(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	shim_nr_cpus = n < 2 ? 2 : n > 64 ? 64 : (unsigned int)n;
}

size_t side_memory(void)
{
	return __atomic_load_n(&allocated, __ATOMIC_RELAXED);
}

void *shim_alloc(size_t size)
{
	size_t whole = (HEAD + size + 63) / 64 * 64;
	struct piece *p = aligned_alloc(64, whole);

	if (!p)
		return NULL;
	memset(p, 0, whole);
	p->size = size;
	__atomic_fetch_add(&allocated, size, __ATOMIC_RELAXED);
	return (char *)p + HEAD;
}

void shim_free(void *q)
{
	struct piece *p = (struct piece *)(void *)((char *)q - HEAD);

	if (!q)
		return;
	__atomic_fetch_sub(&allocated, p->size, __ATOMIC_RELAXED);
	free(p);
}

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align, unsigned int flags, void (*ctor)(void *))
{
	struct kmem_cache *c = malloc(sizeof(*c));

	(void)name, (void)align, (void)flags, (void)ctor;
	if (c)
		c->size = size;
	return c;
}

void kmem_cache_destroy(struct kmem_cache *c)
{
	free(c);
}

void *shim_cache_alloc(struct kmem_cache *c)
{
	return shim_alloc(c->size);
}

unsigned int shim_new_cpu(void)
{
	return shim_cpu = __atomic_fetch_add(&next_cpu, 1, __ATOMIC_RELAXED) % shim_nr_cpus + 1;
}

/* Each CPU's part begins in a cache line of its own; the size stands in front of the first. */
void *__alloc_percpu(size_t size, size_t align)
{
	size_t each = (size + 63) / 64 * 64;
	char *p = shim_alloc(64 + each * shim_nr_cpus);

	(void)align;
	if (!p)
		return NULL;
	*(size_t *)(void *)p = each;
	return p;
}

void *shim_percpu(void *p, unsigned int cpu)
{
	return (char *)p + 64 + cpu * *(size_t *)p;
}
