/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host memory of machines, and the process's pool of it.
 *
 * RAM is lazily backed and nothing of its size is written at creation. A machine that goes
 * parks its memory: what it touched is restored to zero, and all its addresses trap until the next
 * machine of the same shape takes it. Reusing resident pages is what makes a machine for each test cheap.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "sim/memory/internal.h"
#include "sim/memory/trap.h"

#define MIB ((size_t)1024 * 1024)
#define GUARD MIB	/* between spaces: no overrun of one reaches the next */
/* A machine that touched more than this gives its memory back to the host: clearing would cost more. */
#define KEEP_PAGES 16384u

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *pool;	/* all blocks, used and parked */

struct block *pool_first(void)
{
	return __atomic_load_n(&pool, __ATOMIC_ACQUIRE);
}

static void *reserve(size_t size, int prot)
{
	void *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static void *map_shared(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int make_fd(const char *name, uint64_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, (off_t)size)) {
		close(fd);
		return -1;
	}
	return fd;
}

static size_t touched_words(const struct block *b)
{
	return b->ram_size >> PAGE_SHIFT >> 6;
}

static size_t sum_words(const struct block *b)
{
	return (touched_words(b) + 63) / 64;
}

static size_t meta_size(const struct block *b)
{
	return (b->ram_size >> PAGE_SHIFT) * sizeof(struct mem_page);
}

static void unmap(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}

static void block_free(struct block *b)
{
	unmap(b->c, b->ram_size);
	unmap(b->d, b->ram_size);
	unmap(b->u, b->ram_size);
	unmap(b->pages, meta_size(b));
	unmap(b->cpu, b->cpu_size);
	if (b->c_fd >= 0)
		close(b->c_fd);
	if (b->u_fd >= 0)
		close(b->u_fd);
	pagemap_fini(&b->umap);
	pagemap_fini(&b->vmap);
	pagemap_fini(&b->kmapmap);
	pagemap_fini(&b->usermap);
	pagemap_fini(&b->cookiemap);
	buffers_free(b);
	free(b->touched);
	free(b->touched_sum);
	free(b);
}

/* Lay the CPU's address spaces out in one reservation that traps. */
static int lay_out(struct block *b)
{
	size_t roomy = sizeof(void *) > 4 ? 2 : 1;

	b->vmalloc_size = b->user_size = roomy * (size_t)b->ram_size;
	b->kmap_size = 4 * MIB;
	b->cookie_size = roomy * (size_t)b->ram_size;
	b->linear = GUARD;
	b->vmalloc = b->linear + (size_t)b->lowmem_size + GUARD;
	b->kmap = b->vmalloc + b->vmalloc_size + GUARD;
	b->user = b->kmap + b->kmap_size + GUARD;
	b->cookie = b->user + b->user_size + GUARD;
	b->cpu_size = b->cookie + b->cookie_size + GUARD;
	b->cpu = reserve(b->cpu_size, PROT_NONE);
	if (!b->cpu)
		return -ENOMEM;
	if (mmap(b->cpu + b->linear, (size_t)b->lowmem_size, PROT_NONE,
		 MAP_SHARED | MAP_NORESERVE | MAP_FIXED, b->c_fd, 0) == MAP_FAILED)
		return -ENOMEM;
	if (pagemap_init(&b->umap, (size_t)b->ram_size >> PAGE_SHIFT) ||
	    pagemap_init(&b->vmap, b->vmalloc_size >> PAGE_SHIFT) ||
	    pagemap_init(&b->kmapmap, b->kmap_size >> PAGE_SHIFT) ||
	    pagemap_init(&b->usermap, b->user_size >> PAGE_SHIFT) ||
	    pagemap_init(&b->cookiemap, b->cookie_size >> PAGE_SHIFT))
		return -ENOMEM;
	return 0;
}

static struct block *block_new(const struct armdma_config *cfg)
{
	struct block *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->pid = getpid();
	b->c_fd = b->u_fd = -1;
	b->ram_size = cfg->ram_size;
	b->lowmem_size = cfg->lowmem_size;
	if (b->ram_size > SIZE_MAX / 4)
		goto fail;
	b->touched = calloc(touched_words(b), 8);
	b->touched_sum = calloc(sum_words(b), 8);
	b->c_fd = make_fd("armdma-cache-view", b->ram_size);
	b->u_fd = make_fd("armdma-uncached", b->ram_size);
	if (!b->touched || !b->touched_sum || b->c_fd < 0 || b->u_fd < 0)
		goto fail;
	b->c = map_shared(b->c_fd, (size_t)b->ram_size);
	b->u = map_shared(b->u_fd, (size_t)b->ram_size);
	b->d = reserve((size_t)b->ram_size, PROT_READ | PROT_WRITE);
	b->pages = reserve(meta_size(b), PROT_READ | PROT_WRITE);
	if (!b->c || !b->u || !b->d || !b->pages || lay_out(b))
		goto fail;
	/* Huge pages would make the first touch of a byte clear 2 MiB. */
	madvise(b->d, (size_t)b->ram_size, MADV_NOHUGEPAGE);
	return b;
fail:
	block_free(b);
	return NULL;
}

struct block *block_get(const struct armdma_config *cfg, struct armdma_error *err)
{
	struct block *b;
	pid_t pid = getpid();

	pthread_mutex_lock(&pool_lock);
	for (b = pool; b; b = b->next)
		if (!b->in_use && b->pid == pid && b->ram_size == cfg->ram_size &&
		    b->lowmem_size == cfg->lowmem_size)
			break;
	if (!b) {
		b = block_new(cfg);
		if (b) {
			b->next = pool;
			__atomic_store_n(&pool, b, __ATOMIC_RELEASE);
		}
	}
	if (b)
		b->in_use = true;
	pthread_mutex_unlock(&pool_lock);
	if (!b && err)
		snprintf(err->msg, sizeof(err->msg),
			 "cannot reserve host address space for %llu MiB of RAM (ram_size)",
			 (unsigned long long)(cfg->ram_size / MIB));
	return b;
}

static void give_back(struct block *b, size_t first, size_t n)
{
	off_t off = (off_t)first << PAGE_SHIFT, len = (off_t)n << PAGE_SHIFT;

	fallocate(b->c_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, len);
	madvise(b->d + off, (size_t)len, MADV_DONTNEED);
}

/*
 * A page that is not in memory was never touched, unless the host swaps: to be asked after the look at
 * the page, so that a page cannot slip out in between.
 */
static bool host_swaps(void)
{
	struct sysinfo si;

	return sysinfo(&si) || si.freeswap != si.totalswap;
}

/*
 * Zero the pages [first, first+n) of a view that are in memory, n <= 1024. False: some may be
 * elsewhere, or nobody knows.
 */
static bool zero_resident(uint8_t *base, size_t first, size_t n)
{
	unsigned char vec[1024];
	size_t absent = 0;

	if (mincore(base + (first << PAGE_SHIFT), n << PAGE_SHIFT, vec))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (vec[i] & 1)
			memset(base + ((first + i) << PAGE_SHIFT), 0, PAGE_SIZE);
		else
			absent++;
	}
	return !absent || !host_swaps();
}

/* Restore the pages [first, first+n) whose bits are in `touched`. */
static void restore_run(struct block *b, size_t first, size_t n, bool keep)
{
	for (size_t i = first; i < first + n; i++) {
		struct mem_page *p = &b->pages[i];

		if (p->flags | p->nr_cached | p->nr_uncached | p->upage || p->undo || p->outer_data)
			memset(p, 0, sizeof(*p));
	}
	for (size_t done = 0, part; done < n; done += part) {
		part = keep && n - done > 1024 ? 1024 : n - done;
		if (!keep || !zero_resident(b->c, first + done, part) ||
		    !zero_resident(b->d, first + done, part))
			give_back(b, first + done, part);
	}
}

static size_t count_touched(const struct block *b)
{
	size_t n = 0;

	for (size_t s = 0; s < sum_words(b); s++)
		for (uint64_t m = b->touched_sum[s]; m; m &= m - 1)
			n += (size_t)__builtin_popcountll(
				b->touched[64 * s + (size_t)__builtin_ctzll(m)]);
	return n;
}

static void restore_ram(struct block *b)
{
	bool keep = count_touched(b) <= KEEP_PAGES;
	size_t run = 0, run_len = 0;

	for (size_t s = 0; s < sum_words(b); s++) {
		for (uint64_t sum = b->touched_sum[s]; sum; sum &= sum - 1) {
			size_t w = 64 * s + (size_t)__builtin_ctzll(sum);
			uint64_t bits = b->touched[w];

			b->touched[w] = 0;
			while (bits) {
				size_t lo = (size_t)__builtin_ctzll(bits), n;

				n = bits >> lo == ~0ULL >> lo ? 64 - lo :
					(size_t)__builtin_ctzll(~(bits >> lo));
				bits &= lo + n >= 64 ? 0 : ~0ULL << (lo + n);
				if (run_len && run + run_len == 64 * w + lo) {
					run_len += n;
					continue;
				}
				if (run_len)
					restore_run(b, run, run_len, keep);
				run = 64 * w + lo;
				run_len = n;
			}
		}
		b->touched_sum[s] = 0;
	}
	if (run_len)
		restore_run(b, run, run_len, keep);
}

void range_close(uint8_t *cpu, size_t len)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED;

	if (mmap(cpu, len, PROT_NONE, flags, -1, 0) != MAP_FAILED)
		return;
	/* At the host's limit of areas nothing can be mapped, not even over others: free some first. */
	munmap(cpu, len);
	mmap(cpu, len, PROT_NONE, flags, -1, 0);
}

/* No mapping of the old machine stays: the spaces are one reservation again. */
static void close_spaces(struct block *b)
{
	mprotect(b->cpu + b->linear, (size_t)b->lowmem_size, PROT_NONE);
	if (b->spaces_used) {
		range_close(b->cpu + b->vmalloc, b->cpu_size - b->vmalloc);
		pagemap_clear(&b->vmap);
		pagemap_clear(&b->kmapmap);
		pagemap_clear(&b->usermap);
		pagemap_clear(&b->cookiemap);
		b->spaces_used = false;
	}
	if (b->u_used) {
		if (b->umap.high > KEEP_PAGES)
			fallocate(b->u_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
				  (off_t)b->umap.high << PAGE_SHIFT);
		pagemap_clear(&b->umap);
		b->u_used = false;
	}
}

void block_park(struct block *b)
{
	/* In a forked child the memory is still the parent's: hands off, and never to be used again. */
	if (b->pid == getpid()) {
		close_spaces(b);
		restore_ram(b);
	}
	pthread_mutex_lock(&pool_lock);
	b->hw = NULL;
	b->in_use = false;
	pthread_mutex_unlock(&pool_lock);
}

void armdma_hw_pool_drain(void)
{
	struct block **link, *b;

	pthread_mutex_lock(&pool_lock);
	for (link = &pool; (b = *link);) {
		if (b->in_use) {
			link = &b->next;
			continue;
		}
		__atomic_store_n(link, b->next, __ATOMIC_RELEASE);
		block_free(b);
	}
	pthread_mutex_unlock(&pool_lock);
}
