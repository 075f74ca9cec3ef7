/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU's MMU: which host addresses show which pages, with which memory type.
 *
 * Cached mappings are aliases of the cache view. Uncached ones are storage of their own: for
 * small mappings the write buffer's, for large ones the pages' DRAM view itself moves there,
 * contiguous, so that the CPU's pointer and the masters reach the same bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "sim/lock.h"
#include "sim/memory/internal.h"
#include "sim/memory/trap.h"
#include "sim/memory/words.h"

static int mapping_cmp(const struct mapping *a, const struct mapping *b)
{
	return a->cpu < b->cpu ? -1 : a->cpu > b->cpu;
}

RB_GENERATE_INTERNAL(mapping_tree, mapping, entry, mapping_cmp, static __attribute__((unused)))

/* ---- where things are -------------------------------------------------- */

static bool within(const struct block *b, size_t off, size_t size, const void *cpu)
{
	return (size_t)((const uint8_t *)cpu - (b->cpu + off)) < size;
}

enum armdma_space armdma_hw_space_of(const struct armdma_hw *hw, const void *cpu)
{
	const struct block *b = hw->mem->b;

	if (within(b, b->linear, (size_t)b->lowmem_size, cpu))
		return ARMDMA_SPACE_LINEAR;
	if (within(b, b->vmalloc, b->vmalloc_size, cpu))
		return ARMDMA_SPACE_VMALLOC;
	if (within(b, b->kmap, b->kmap_size, cpu))
		return ARMDMA_SPACE_KMAP;
	if (within(b, b->user, b->user_size, cpu))
		return ARMDMA_SPACE_USER;
	if (within(b, b->cookie, b->cookie_size, cpu))
		return ARMDMA_SPACE_COOKIE;
	return ARMDMA_SPACE_NONE;
}

void *armdma_hw_linear(const struct armdma_hw *hw, armdma_phys_t pa)
{
	const struct block *b = hw->mem->b;
	uint64_t off = pa - hw->mem->base;

	return off < b->lowmem_size ? b->cpu + b->linear + (size_t)off : NULL;
}

armdma_phys_t armdma_hw_linear_to_phys(const struct armdma_hw *hw, const void *cpu)
{
	const struct block *b = hw->mem->b;
	size_t off = (size_t)((const uint8_t *)cpu - (b->cpu + b->linear));

	return off < b->lowmem_size ? hw->mem->base + off : ARMDMA_MAPPING_ERROR;
}

static struct mapping *find_mapping(const struct mem *mem, const void *cpu)
{
	struct mapping *m = RB_ROOT(&mem->maps), *best = NULL;
	const uint8_t *at = cpu;

	while (m) {
		if (m->cpu <= at) {
			best = m;
			m = RB_RIGHT(m, entry);
		} else {
			m = RB_LEFT(m, entry);
		}
	}
	if (!best || (size_t)(at - best->cpu) >= best->npages << PAGE_SHIFT)
		return NULL;
	return best;
}

armdma_phys_t armdma_hw_cpu_to_phys(const struct armdma_hw *hw, const void *cpu)
{
	HW_ENTER(hw);
	armdma_phys_t pa = armdma_hw_linear_to_phys(hw, cpu);
	const struct mapping *m;
	size_t off;

	if (pa != ARMDMA_MAPPING_ERROR)
		return pa;
	m = find_mapping(hw->mem, cpu);
	if (!m)
		return ARMDMA_MAPPING_ERROR;
	off = (size_t)((const uint8_t *)cpu - m->cpu);
	return hw->mem->base + ((uint64_t)m->pages[off >> PAGE_SHIFT] << PAGE_SHIFT) +
	       off % PAGE_SIZE;
}

static bool shows_c(const struct mem *mem, const struct mapping *m)
{
	return m->mt == ARMDMA_MT_CACHED || mem->coherent;
}

/* What a load in the page of `cpu` reaches: the copy that software never sees protected. NULL: it traps. */
static const uint8_t *load_from(const struct mem *mem, const uint8_t *cpu)
{
	size_t linear = (size_t)(cpu - (mem->b->cpu + mem->b->linear)), off;
	const struct mapping *m;
	uint32_t idx;

	if (linear < mem->b->lowmem_size) {
		idx = (uint32_t)(linear >> PAGE_SHIFT);
		/* Its linear address is hidden. */
		if (mem->pages[idx].flags & MP_NOCACHE)
			return NULL;
		return page_c(mem, idx) + linear % PAGE_SIZE;
	}
	m = find_mapping(mem, cpu);
	if (!m)
		return NULL;
	off = (size_t)(cpu - m->cpu);
	idx = m->pages[off >> PAGE_SHIFT];
	if (shows_c(mem, m))
		return page_c(mem, idx) + off % PAGE_SIZE;
	return page_u(mem, &mem->pages[idx]) + off % PAGE_SIZE;
}

int armdma_hw_cpu_read(struct armdma_hw *hw, const void *cpu, void *buf, size_t len)
{
	HW_ENTER(hw);
	const uint8_t *at = cpu;
	uint8_t *dst = buf;

	while (len) {
		size_t n = PAGE_SIZE - (uintptr_t)at % PAGE_SIZE;
		const uint8_t *src = load_from(hw->mem, at);

		if (!src)
			return -EFAULT;
		if (n > len)
			n = len;
		live_read(hw->mem, dst, src, n);
		at += n;
		dst += n;
		len -= n;
	}
	return 0;
}

/* ---- the linear map ---------------------------------------------------- */

static int check_lowmem(const struct mem *mem, armdma_phys_t pa, size_t len)
{
	uint64_t off = pa - mem->base;

	if (!len || (pa | len) % PAGE_SIZE || off >= mem->b->lowmem_size ||
	    len > mem->b->lowmem_size - off)
		return -EINVAL;
	return 0;
}

static int protect(struct mem *mem, armdma_phys_t pa, size_t len, int prot)
{
	if (mprotect(mem->b->cpu + mem->b->linear + (size_t)(pa - mem->base), len, prot))
		return -ENOMEM;
	return 0;
}

int armdma_hw_linear_open(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	int ret = check_lowmem(mem, pa, len);

	if (ret)
		return ret;
	for (size_t off = 0; off < len; off += PAGE_SIZE)
		touch_page(mem->b, (uint32_t)((pa + off - mem->base) >> PAGE_SHIFT));
	return protect(mem, pa, len, PROT_READ | PROT_WRITE);
}

/* Dirty lines go to DRAM; the page loses its cacheable view unless another cached mapping needs it. */
static void drop_view(struct armdma_hw *hw, uint32_t idx)
{
	struct mem *mem = hw->mem;
	struct mem_page *p = &mem->pages[idx];

	if (p->flags & MP_NOCACHE)
		return;
	page_flush(mem, idx);
	if (p->flags & MP_WBUF)
		wbuf_master_wrote(hw, p);
	if (p->nr_cached)
		return;
	page_reset_lines(p);
	p->flags |= MP_NOCACHE;
}

int armdma_hw_linear_hide(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	int ret = check_lowmem(mem, pa, len);

	if (!ret)
		ret = protect(mem, pa, len, PROT_NONE);
	if (ret)
		return ret;
	for (size_t off = 0; off < len; off += PAGE_SIZE)
		drop_view(hw, (uint32_t)((pa + off - mem->base) >> PAGE_SHIFT));
	return 0;
}

int armdma_hw_linear_show(struct armdma_hw *hw, armdma_phys_t pa, size_t len)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	int ret = check_lowmem(mem, pa, len);

	if (!ret)
		ret = protect(mem, pa, len, PROT_READ | PROT_WRITE);
	if (ret)
		return ret;
	for (size_t off = 0; off < len && !ret; off += PAGE_SIZE) {
		uint32_t idx = (uint32_t)((pa + off - mem->base) >> PAGE_SHIFT);

		touch_page(mem->b, idx);
		ret = page_give_view(mem, idx);
	}
	return ret;
}

/* ---- storage of uncached pages ----------------------------------------- */

/* Storage back to the flat DRAM view. */
static void storage_put(struct armdma_hw *hw, uint32_t idx)
{
	struct mem *mem = hw->mem;
	struct mem_page *p = &mem->pages[idx];

	if (!p->upage)
		return;		/* coherent: the CPU's stores go to C all the time */
	if (p->flags & MP_WBUF)
		wbuf_detach(hw, idx);
	if (p->flags & MP_MOVED) {
		memcpy(mem->d + ((size_t)idx << PAGE_SHIFT), page_u(mem, p), PAGE_SIZE);
		p->flags &= ~MP_MOVED;
	}
	p->flags &= ~MP_ALIASED;	/* lines stay marked: an alias is as stale as before */
	pagemap_put(&mem->b->umap, p->upage - 1, 1);
	p->upage = 0;
}

static void uncache_put(struct armdma_hw *hw, uint32_t idx)
{
	struct mem_page *p = &hw->mem->pages[idx];

	if (--p->nr_uncached == 0)
		storage_put(hw, idx);
}

/* Give a page storage page `upage` - 1, as a write buffer or by moving D there. */
static int storage_set(struct mem *mem, uint32_t idx, size_t u, bool wbuf)
{
	struct mem_page *p = &mem->pages[idx];

	p->upage = (uint32_t)u + 1;
	if (wbuf)
		return wbuf_attach(mem, idx);
	memcpy(mem->b->u + (u << PAGE_SHIFT), mem->d + ((size_t)idx << PAGE_SHIFT), PAGE_SIZE);
	p->flags |= MP_MOVED;
	return 0;
}

/* The first uncached mapping of a page: its lines leave the caches. */
static int uncache_page(struct armdma_hw *hw, uint32_t idx)
{
	struct mem *mem = hw->mem;
	struct mem_page *p = &mem->pages[idx];
	uint64_t off = (uint64_t)idx << PAGE_SHIFT;

	touch_page(mem->b, idx);
	if (p->flags & MP_NOCACHE)
		return 0;
	if (off >= mem->b->lowmem_size && !p->nr_cached) {
		drop_view(hw, idx);
		return 0;
	}
	/* A cacheable alias stays: stale from the first uncached store on, never dirty. */
	page_flush(mem, idx);
	return page_alias(mem, idx);
}

/* Storage for all pages of a mapping that have none yet: contiguous if none has. */
static int storage_get(struct armdma_hw *hw, const struct mapping *m)
{
	struct mem *mem = hw->mem;
	bool wbuf = m->npages << PAGE_SHIFT <= hw->cfg.wbuf_max;
	size_t need = 0, i, u;
	int ret = 0;

	if (mem->coherent) {
		for (i = 0; i < m->npages; i++) {
			touch_page(mem->b, m->pages[i]);
			mem->pages[m->pages[i]].nr_uncached++;
		}
		return 0;
	}
	for (i = 0; i < m->npages; i++)
		need += !mem->pages[m->pages[i]].upage;
	mem->b->u_used = true;
	u = need ? pagemap_get(&mem->b->umap, need) : 0;
	if (u == SIZE_MAX)
		return -ENOMEM;
	for (i = 0; i < m->npages && !ret; i++) {
		uint32_t idx = m->pages[i];
		struct mem_page *p = &mem->pages[idx];

		if (!p->upage) {
			ret = uncache_page(hw, idx);
			if (!ret)
				ret = storage_set(mem, idx, u, wbuf);
			if (ret) {
				p->upage = 0;
				p->flags &= ~MP_ALIASED;
			} else {
				u++;
				need--;
			}
		}
		if (!ret)
			p->nr_uncached++;
	}
	if (need)	/* failed, or a page came twice */
		pagemap_put(&mem->b->umap, u, need);
	if (!ret)
		return 0;
	while (--i > 0)
		uncache_put(hw, m->pages[i - 1]);
	return ret;
}

/* ---- mappings ---------------------------------------------------------- */

static struct pagemap *space_map(struct block *b, enum armdma_space space, size_t *off)
{
	switch (space) {
	case ARMDMA_SPACE_VMALLOC:
		*off = b->vmalloc;
		return &b->vmap;
	case ARMDMA_SPACE_KMAP:
		*off = b->kmap;
		return &b->kmapmap;
	case ARMDMA_SPACE_COOKIE:
		*off = b->cookie;
		return &b->cookiemap;
	default:
		*off = b->user;
		return &b->usermap;
	}
}

/* An unmapped page behind each area catches what runs over its end. */
static uint8_t *space_get(struct block *b, enum armdma_space space, size_t npages)
{
	size_t off, at;
	struct pagemap *pm = space_map(b, space, &off);

	b->spaces_used = true;
	at = pagemap_get(pm, npages + 1);
	return at == SIZE_MAX ? NULL : b->cpu + off + (at << PAGE_SHIFT);
}

static void space_put(struct block *b, enum armdma_space space, const uint8_t *cpu, size_t npages)
{
	size_t off;
	struct pagemap *pm = space_map(b, space, &off);

	pagemap_put(pm, (size_t)(cpu - (b->cpu + off)) >> PAGE_SHIFT, npages + 1);
}

/* Page of the backing object that page i of a mapping shows. */
static size_t backing(const struct mem *mem, const struct mapping *m, size_t i)
{
	uint32_t idx = m->pages[i];

	return shows_c(mem, m) ? idx : mem->pages[idx].upage - 1;
}

/* One host area for each run of consecutive backing pages. */
static int show_pages(struct armdma_hw *hw, const struct mapping *m)
{
	struct mem *mem = hw->mem;
	int fd = shows_c(mem, m) ? mem->b->c_fd : mem->b->u_fd;

	for (size_t i = 0; i < m->npages;) {
		size_t first = backing(mem, m, i), n = 1;

		while (i + n < m->npages && backing(mem, m, i + n) == first + n)
			n++;
		if (mmap(m->cpu + (i << PAGE_SHIFT), n << PAGE_SHIFT, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd,
			 (off_t)((uint64_t)first << PAGE_SHIFT)) == MAP_FAILED) {
			armdma_hw_log(hw, "mapping %zu scattered pages: the host allows no more areas (vm.max_map_count)",
				      m->npages);
			return -ENOSPC;
		}
		i += n;
	}
	return 0;
}

static int attach_cached(struct mem *mem, const struct mapping *m)
{
	for (size_t i = 0; i < m->npages; i++) {
		uint32_t idx = m->pages[i];
		int ret;

		touch_page(mem->b, idx);
		ret = page_give_view(mem, idx);
		if (ret) {
			while (i-- > 0)
				mem->pages[m->pages[i]].nr_cached--;
			return ret;
		}
		mem->pages[idx].nr_cached++;
	}
	return 0;
}

static void detach(struct armdma_hw *hw, const struct mapping *m)
{
	for (size_t i = 0; i < m->npages; i++) {
		if (m->mt == ARMDMA_MT_CACHED)
			hw->mem->pages[m->pages[i]].nr_cached--;
		else
			uncache_put(hw, m->pages[i]);
	}
}

static void emit(struct armdma_hw *hw, enum armdma_event_type type, const struct mapping *m)
{
	struct armdma_event ev = {
		.type = type, .cpu = m->cpu, .len = m->npages << PAGE_SHIFT,
		.value = m->mt, .flags = m->space
	};

	if (armdma_event_on(&hw->ev.pub, type))
		armdma_event_emit(&hw->ev.pub, &ev);
}

static struct mapping *new_mapping(struct mem *mem, enum armdma_space space,
				   const armdma_pfn_t *pfns, size_t npages, enum armdma_memtype mt)
{
	struct mapping *m;

	if (npages > mem->npages)
		return NULL;
	m = malloc(sizeof(*m) + npages * sizeof(m->pages[0]));
	if (!m)
		return NULL;
	m->npages = npages;
	m->space = space;
	m->mt = mt;
	for (size_t i = 0; i < npages; i++)
		m->pages[i] = (uint32_t)(pfns[i] - (mem->base >> PAGE_SHIFT));
	m->cpu = space_get(mem->b, space, npages);
	if (!m->cpu) {
		free(m);
		return NULL;
	}
	return m;
}

int armdma_hw_map(struct armdma_hw *hw, enum armdma_space space, const armdma_pfn_t *pfns,
		  size_t npages, enum armdma_memtype mt, void **cpu)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	struct mapping *m;
	int ret;

	*cpu = NULL;
	if (!npages || (mt != ARMDMA_MT_CACHED && mt != ARMDMA_MT_UNCACHED) ||
	    (space != ARMDMA_SPACE_VMALLOC && space != ARMDMA_SPACE_KMAP &&
	     space != ARMDMA_SPACE_USER))
		return -EINVAL;
	for (size_t i = 0; i < npages; i++)
		if (pfns[i] - (mem->base >> PAGE_SHIFT) >= mem->npages)
			return -EINVAL;
	m = new_mapping(mem, space, pfns, npages, mt);
	if (!m)
		return -ENOMEM;
	ret = mt == ARMDMA_MT_CACHED ? attach_cached(mem, m) : storage_get(hw, m);
	if (ret)
		goto fail_space;
	ret = show_pages(hw, m);
	if (ret)
		goto fail_map;
	RB_INSERT(mapping_tree, &mem->maps, m);
	emit(hw, ARMDMA_EV_CPU_MAP, m);
	*cpu = m->cpu;
	return 0;

fail_map:
	range_close(m->cpu, m->npages << PAGE_SHIFT);
	detach(hw, m);
fail_space:
	space_put(mem->b, space, m->cpu, npages);
	free(m);
	return ret;
}

int armdma_hw_unmap(struct armdma_hw *hw, void *cpu, size_t npages)
{
	HW_ENTER(hw);
	struct mem *mem = hw->mem;
	struct mapping *m = find_mapping(mem, cpu);

	if (!m || m->cpu != cpu || m->npages != npages)
		return -EINVAL;
	emit(hw, ARMDMA_EV_CPU_UNMAP, m);
	range_close(m->cpu, npages << PAGE_SHIFT);
	detach(hw, m);
	space_put(mem->b, m->space, m->cpu, npages);
	RB_REMOVE(mapping_tree, &mem->maps, m);
	free(m);
	return 0;
}

void *armdma_hw_cookie_alloc(struct armdma_hw *hw, size_t npages)
{
	HW_ENTER(hw);

	return space_get(hw->mem->b, ARMDMA_SPACE_COOKIE, npages);
}

void armdma_hw_cookie_free(struct armdma_hw *hw, void *cookie, size_t npages)
{
	HW_ENTER(hw);

	if (armdma_hw_space_of(hw, cookie) == ARMDMA_SPACE_COOKIE)
		space_put(hw->mem->b, ARMDMA_SPACE_COOKIE, cookie, npages);
}

/* ---- life -------------------------------------------------------------- */

int mem_create(struct armdma_hw *hw, struct armdma_error *err)
{
	struct mem *mem = calloc(1, sizeof(*mem));

	if (!mem) {
		if (err)
			snprintf(err->msg, sizeof(err->msg), "out of host memory");
		return -ENOMEM;
	}
	mem->b = block_get(&hw->cfg, err);
	if (!mem->b) {
		free(mem);
		return -ENOMEM;
	}
	mem->base = hw->cfg.ram_base;
	mem->size = hw->cfg.ram_size;
	mem->npages = (uint32_t)(mem->size >> PAGE_SHIFT);
	mem->c = mem->b->c;
	mem->coherent = hw->cfg.cache_policy == ARMDMA_CACHE_COHERENT;
	mem->d = mem->coherent ? mem->c : mem->b->d;
	mem->pages = mem->b->pages;
	mem->line_shift = hw->cfg.inner_line == 64 ? 6 : 5;
	mem->lines_per_page = PAGE_SIZE >> mem->line_shift;
	mem->shared = hw->cfg.shared;
	mem->undo = hw->cfg.undo;
	mem->refill = mem->coherent || (hw->cfg.cpu_speculates && hw->cfg.cache_policy != ARMDMA_CACHE_NON_SPECULATING);
	RB_INIT(&mem->maps);
	hw->mem = mem;
	choices_init(hw);
	mem->b->hw = hw;
	trap_arm();
	return 0;
}

/* The line buffers of every touched page are free again. */
static void free_buffers(struct mem *mem)
{
	struct block *b = mem->b;
	size_t words = b->ram_size >> PAGE_SHIFT >> 6;

	for (size_t s = 0; s < (words + 63) / 64; s++)
		for (uint64_t sum = b->touched_sum[s]; sum; sum &= sum - 1) {
			size_t w = 64 * s + (size_t)__builtin_ctzll(sum);

			for (uint64_t bits = b->touched[w]; bits; bits &= bits - 1) {
				struct mem_page *p =
					&b->pages[64 * w + (size_t)__builtin_ctzll(bits)];

				buffer_put(mem, p->undo);
				buffer_put(mem, p->outer_data);
				if (p->wbuf)
					buffer_put(mem, p->wbuf->closed);
				free(p->wbuf);
			}
		}
}

void mem_destroy(struct armdma_hw *hw)
{
	struct mem *mem = hw->mem;
	struct mapping *m, *next;

	if (!mem)
		return;
	for (m = RB_MIN(mapping_tree, &mem->maps); m; m = next) {
		next = RB_NEXT(mapping_tree, &mem->maps, m);
		RB_REMOVE(mapping_tree, &mem->maps, m);
		free(m);
	}
	free_buffers(mem);
	choices_fini(mem);
	buffers_park(mem->b);
	block_park(mem->b);
	free(mem);
	hw->mem = NULL;
}
