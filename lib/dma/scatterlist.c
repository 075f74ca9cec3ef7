/* SPDX-License-Identifier: BSD-2-Clause */
/* Scatterlists as such: making them, walking them, copying through them. Behaviour: Linux 6.1 lib/scatterlist.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/scatterlist.h>

#include "lib/machine.h"

void armdma_sg_init_table(struct armdma_scatterlist *sgl, unsigned int nents)
{
	if (!nents)
		return;
	memset(sgl, 0, nents * sizeof(*sgl));
	armdma_sg_mark_end(&sgl[nents - 1]);
}

static void set_buf(struct armdma_machine *m, struct armdma_scatterlist *sg, const void *buf,
		    unsigned int len, const char *call, const void *site)
{
	struct armdma_page *page = armdma_virt_to_page(m, buf);

	if (page) {
		armdma_sg_set_page(sg, page, len,
				   (unsigned int)(armdma_virt_to_phys(m, buf) % ARMDMA_PAGE_SIZE));
		return;
	}
	armdma_sg_set_page(sg, NULL, 0, 0);
	misuse(m, ARMDMA_REPORT_BAD_ARGUMENT, NULL, site, ARMDMA_MAPPING_ERROR, len,
	       "%s of %p, which is no linear-map address (kmalloc, page_address)", call, buf);
}

void armdma_sg_set_buf(struct armdma_machine *m, struct armdma_scatterlist *sg, const void *buf,
		       unsigned int len)
{
	MACHINE_ENTER(m);

	set_buf(m, sg, buf, len, "sg_set_buf", __builtin_return_address(0));
}

void armdma_sg_init_one(struct armdma_machine *m, struct armdma_scatterlist *sg, const void *buf,
			unsigned int len)
{
	armdma_sg_init_table(sg, 1);
	set_buf(m, sg, buf, len, "sg_init_one", __builtin_return_address(0));
}

void armdma_sg_chain(struct armdma_scatterlist *prv, unsigned int prv_nents,
		     struct armdma_scatterlist *sgl)
{
	struct armdma_scatterlist *link;

	if (!prv_nents)
		return;
	link = &prv[prv_nents - 1];
	link->offset = 0;
	link->length = 0;
	link->page_link = (uintptr_t)sgl | ARMDMA_SG_CHAIN;
}

unsigned int armdma_sg_nents(struct armdma_scatterlist *sgl)
{
	unsigned int n = 0;

	for (; sgl; sgl = armdma_sg_next(sgl))
		n++;
	return n;
}

struct armdma_scatterlist *armdma_sg_last(struct armdma_scatterlist *sgl, unsigned int nents)
{
	struct armdma_scatterlist *last = NULL;

	for (; sgl && nents; nents--, sgl = armdma_sg_next(sgl))
		last = sgl;
	return last;
}

armdma_phys_t armdma_sg_phys(struct armdma_machine *m, const struct armdma_scatterlist *sg)
{
	armdma_phys_t pa = armdma_page_to_phys(m, armdma_sg_page(sg));

	return pa == ARMDMA_MAPPING_ERROR ? pa : pa + sg->offset;
}

void *armdma_sg_virt(struct armdma_machine *m, const struct armdma_scatterlist *sg)
{
	return armdma_phys_to_virt(m, armdma_sg_phys(m, sg));
}

/* ---- Tables ---------------------------------------------------------------------- */

int armdma_sg_alloc_table(struct armdma_sg_table *sgt, unsigned int nents)
{
	memset(sgt, 0, sizeof(*sgt));
	if (!nents)
		return -EINVAL;
	sgt->sgl = calloc(nents, sizeof(sgt->sgl[0]));
	if (!sgt->sgl)
		return -ENOMEM;
	sgt->nents = sgt->orig_nents = nents;
	armdma_sg_init_table(sgt->sgl, nents);
	return 0;
}

void armdma_sg_free_table(struct armdma_sg_table *sgt)
{
	if (!sgt)
		return;
	free(sgt->sgl);
	memset(sgt, 0, sizeof(*sgt));
}

/* Pages from i on that follow one another, at most max of them. */
static unsigned int run(struct armdma_machine *m, struct armdma_page *const *pages, unsigned int npages,
			unsigned int i, unsigned int max)
{
	armdma_phys_t pa = armdma_page_to_phys(m, pages[i]);
	unsigned int n = 1;

	while (i + n < npages && n < max &&
	       armdma_page_to_phys(m, pages[i + n]) == pa + n * ARMDMA_PAGE_SIZE)
		n++;
	return n;
}

int armdma_sg_alloc_table_from_pages(struct armdma_machine *m, struct armdma_sg_table *sgt,
				     struct armdma_page *const *pages, unsigned int npages,
				     unsigned int offset, size_t size, unsigned int max_segment)
{
	unsigned int max = max_segment / (unsigned int)ARMDMA_PAGE_SIZE, nents = 0;
	struct armdma_scatterlist *s;
	int ret;

	memset(sgt, 0, sizeof(*sgt));
	if (!max || !npages || !size || offset >= ARMDMA_PAGE_SIZE ||
	    size > (uint64_t)npages * ARMDMA_PAGE_SIZE - offset)
		return -EINVAL;
	npages = (unsigned int)((offset + size - 1) / ARMDMA_PAGE_SIZE) + 1;
	for (unsigned int i = 0; i < npages; i += run(m, pages, npages, i, max))
		nents++;
	ret = fail_now(m, ARMDMA_FAIL_KMALLOC) ? -ENOMEM : armdma_sg_alloc_table(sgt, nents);
	if (ret)
		return ret;
	s = sgt->sgl;
	for (unsigned int i = 0, n; i < npages; i += n) {
		size_t len;

		n = run(m, pages, npages, i, max);
		len = n * ARMDMA_PAGE_SIZE - offset;
		if (len > size)
			len = size;
		armdma_sg_set_page(s++, pages[i], (unsigned int)len, offset);
		size -= len;
		offset = 0;
	}
	return 0;
}

/* ---- Copying ------------------------------------------------------------------------ */

/* One page at a time, so that highmem can be reached. 0: no address for it. */
static size_t copy_piece(struct armdma_machine *m, armdma_phys_t pa, size_t len, uint8_t *buf, bool to_buffer)
{
	size_t in_page = pa % ARMDMA_PAGE_SIZE, n = ARMDMA_PAGE_SIZE - in_page;
	struct armdma_page *page = armdma_phys_to_page(m, pa);
	uint8_t *addr = page ? armdma_kmap(m, page) : NULL;

	if (!addr)
		return 0;
	if (n > len)
		n = len;
	if (to_buffer)
		memcpy(buf, addr + in_page, n);
	else
		memcpy(addr + in_page, buf, n);
	armdma_kunmap(m, page, addr);
	return n;
}

static size_t copy(struct armdma_machine *m, struct armdma_scatterlist *sgl, unsigned int nents, uint8_t *buf,
		   size_t len, bool to_buffer)
{
	size_t done = 0;

	for (; sgl && nents; nents--, sgl = armdma_sg_next(sgl)) {
		armdma_phys_t pa = armdma_sg_phys(m, sgl);

		for (size_t at = 0, n; at < sgl->length && done < len; at += n, done += n) {
			size_t left = sgl->length - at < len - done ? sgl->length - at : len - done;

			n = copy_piece(m, pa + at, left, buf + done, to_buffer);
			if (!n)
				return done;
		}
	}
	return done;
}

size_t armdma_sg_copy_from_buffer(struct armdma_machine *m, struct armdma_scatterlist *sgl, unsigned int nents,
				  const void *buf, size_t len)
{
	return copy(m, sgl, nents, (uint8_t *)(uintptr_t)buf, len, false);
}

size_t armdma_sg_copy_to_buffer(struct armdma_machine *m, struct armdma_scatterlist *sgl, unsigned int nents,
				void *buf, size_t len)
{
	return copy(m, sgl, nents, buf, len, true);
}
