/* SPDX-License-Identifier: BSD-2-Clause */
/* Events that are a proof by themselves: misuse that the software noticed, and traps. */
#include "lib/check/internal.h"

static const char *mend_of(enum armdma_report_kind kind)
{
	switch (kind) {
	case ARMDMA_REPORT_BAD_FREE:
		return "free and unmap with the very device, address, size and attributes of the allocation or mapping";
	case ARMDMA_REPORT_FAULT:
	case ARMDMA_REPORT_DEVICE_UNMAPPED:
		return "map the buffer before the device uses it, and give the device the handle, not a physical address";
	case ARMDMA_REPORT_LEAK:
		return "free or unmap it on every path, errors included";
	case ARMDMA_REPORT_BAD_CONTEXT:
		return "allocate with GFP_ATOMIC there, or move the call to a context that may sleep";
	case ARMDMA_REPORT_IN_USE:
		return "unmap it from users and stop the device first";
	case ARMDMA_REPORT_TRAP:
		return "use the address that the allocation or mapping returned, and only while it lives";
	default:
		return NULL;
	}
}

/* The live owner of a page, told in the story. */
static struct track *tell_owner(struct checker *ck, armdma_phys_t pa, struct text *story)
{
	struct track *t = pa == ARMDMA_MAPPING_ERROR ? NULL : track_find_pa(ck, pa);

	if (!t || t->ended)
		return NULL;
	if (t->kind == TRACK_STREAM)
		text_add(story, "    the page is mapped for %s: %llu bytes at DMA address 0x%llx\n",
			 armdma_device_name(t->dev), (unsigned long long)t->len, (unsigned long long)t->addr);
	else
		text_add(story, "    the page belongs to a buffer of %llu bytes of %s, which is reached at %p\n",
			 (unsigned long long)t->len, armdma_device_name(t->dev), t->cpu);
	return t;
}

void misuse_event(struct checker *ck, const struct armdma_event *ev)
{
	struct armdma_report rep = {
		.kind = (enum armdma_report_kind)ev->flags, .dev = ev->dev, .addr = ev->addr,
		.pa = ev->pa, .len = ev->len, .dir = ev->dir,
	};
	struct track *t = ev->dev ? track_find(ck, ev->dev, ev->addr) : NULL;
	char story[1024] = "";
	struct text s = { story, sizeof(story), 0 };

	if (rep.kind == ARMDMA_REPORT_FAULT && ev->dev)
		rep.kind = device_fault(ck, ev->dev, ev->addr, &rep, &s);
	else if (!t)
		t = tell_owner(ck, ev->pa, &s);
	rep.sites[ARMDMA_SITE_HERE] = ev->site;
	if (t) {
		report_origin(&rep, t);
		rep.offset = rep.addr - t->addr < t->len ? rep.addr - t->addr : 0;
	}
	report_make(ck, &rep, ev->who, story, mend_of(rep.kind));
}

void trap_event(struct checker *ck, const struct armdma_event *ev)
{
	static const char *const spaces[] = {
		[ARMDMA_SPACE_NONE] = "a guard area between address spaces",
		[ARMDMA_SPACE_LINEAR] = "the linear map, where this page is not mapped",
		[ARMDMA_SPACE_VMALLOC] = "the vmalloc area, where nothing is mapped (any more)",
		[ARMDMA_SPACE_KMAP] = "the kmap window, where nothing is mapped (any more)",
		[ARMDMA_SPACE_USER] = "user space, where nothing is mapped (any more)",
		[ARMDMA_SPACE_COOKIE] = "the cookie of a NO_KERNEL_MAPPING buffer, which is no address",
	};
	struct armdma_report rep = {
		.kind = ARMDMA_REPORT_TRAP, .addr = ARMDMA_MAPPING_ERROR, .cpu = ev->cpu,
		.pa = armdma_hw_linear_to_phys(ck->m->hw, ev->cpu),
	};
	char sentence[256], story[256];
	struct text s = { story, sizeof(story), 0 };
	struct track *t;

	snprintf(sentence, sizeof(sentence), "%s of address %p in %s",
		 ev->value ? "write" : "access", ev->cpu, spaces[ev->flags]);
	story[0] = 0;
	rep.sites[ARMDMA_SITE_HERE] = ev->site;
	t = tell_owner(ck, rep.pa, &s);
	if (t) {
		rep.dev = t->dev;
		rep.addr = t->addr;
		report_origin(&rep, t);
	}
	report_make(ck, &rep, sentence, story, mend_of(rep.kind));
}
