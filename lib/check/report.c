/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker's voice: events that prove a bug become reports, each bug once. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "lib/check/internal.h"

static const struct kind_facts {
	const char *name;
	enum armdma_report_class class;
} kinds[ARMDMA_REPORT_NR] = {
	[ARMDMA_REPORT_NONE] = { "none", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_STALE_CPU] = { "stale-cpu", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_STALE_DEVICE] = { "stale-device", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_FREE] = { "bad-free", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_ARGUMENT] = { "bad-argument", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_TRAP] = { "trap", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_FAULT] = { "iommu-fault", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_LEAK] = { "leak", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BLOCK_TIMEOUT] = { "block-timeout", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_CONTEXT] = { "bad-context", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_IN_USE] = { "in-use", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_MISSING_WMB] = { "missing-write-barrier", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_MISSING_RMB] = { "missing-read-barrier", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_CPU_WRITE] = { "cpu-write-device-owned", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_CPU_READ] = { "cpu-read-device-owned", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_SHARED_LINE] = { "shared-line", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_LOST_STORE] = { "lost-store", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_UNINITIALISED] = { "uninitialised", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_UNMAPPED] = { "device-unmapped", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_AFTER_UNMAP] = { "device-after-unmap", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_OVERRUN] = { "device-overrun", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_DIRECTION] = { "device-direction", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_TRUNCATED] = { "device-truncated", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_STALE_TLB] = { "stale-tlb", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_UNCHECKED] = { "unchecked-error", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_MEMORY] = { "bad-memory", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_OVERLAP] = { "overlapping-mappings", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_SEGMENT] = { "segment-limit", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_ATOMIC_POOL] = { "atomic-pool", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_CPU_OWNED] = { "device-cpu-owned", ARMDMA_CLASS_SUSPICION },
	[ARMDMA_REPORT_UNREAD] = { "unread-data", ARMDMA_CLASS_SUSPICION },
	[ARMDMA_REPORT_REDUNDANT_SYNC] = { "redundant-sync", ARMDMA_CLASS_PERFORMANCE },
	[ARMDMA_REPORT_BIDIRECTIONAL] = { "bidirectional", ARMDMA_CLASS_PERFORMANCE },
};

const char *armdma_report_name(enum armdma_report_kind kind)
{
	return (unsigned int)kind < ARMDMA_REPORT_NR ? kinds[kind].name : "unknown";
}

enum armdma_report_class armdma_report_class(enum armdma_report_kind kind)
{
	return (unsigned int)kind < ARMDMA_REPORT_NR ? kinds[kind].class : ARMDMA_CLASS_BUG;
}

void armdma_checker_rule(struct armdma_machine *m, enum armdma_report_kind kind, bool on)
{
	if (kind != ARMDMA_REPORT_NONE && (unsigned int)kind < ARMDMA_REPORT_NR)
		m->check->rule[kind] = on;
}

void text_add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (t->used >= t->len)
		return;
	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->used, t->len - t->used, fmt, ap);
	va_end(ap);
	if (n > 0)
		t->used += (size_t)n;
	if (t->used > t->len)
		t->used = t->len;
}

void text_site(struct text *t, const char *label, const void *site)
{
	char where[512];

	if (site)
		text_add(t, "    %-10s %s\n", label, armdma_site_format(site, where, sizeof(where)));
}

static struct told *find_told(struct checker *ck, const struct armdma_report *rep, const char *where)
{
	const void *site = rep->sites[ARMDMA_SITE_HERE];
	struct told *t;

	SLIST_FOREACH(t, &ck->told, link) {
		if (t->kind != rep->kind || t->dev != rep->dev)
			continue;
		if (t->site == site && (site || t->addr == rep->addr))
			return t;
		if (where[0] && !strcmp(t->where, where))
			return t;
	}
	return NULL;
}

/*
 * The same place in the program again is the same bug; what has no place (a fault) is told apart by its address. A
 * compiler may copy one call to several addresses, so a new one is compared by function and line too.
 */
static bool told_before(struct checker *ck, const struct armdma_report *rep)
{
	const void *site = rep->sites[ARMDMA_SITE_HERE];
	struct told *t;
	bool known;

	/* A trap ends what runs there; whoever gets past it comes anew. */
	if (rep->kind == ARMDMA_REPORT_TRAP)
		return false;
	if (find_told(ck, rep, ""))
		return true;
	t = calloc(1, sizeof(*t));
	if (!t)
		return false;
	if (site)
		armdma_site_format(site, t->where, sizeof(t->where));
	known = find_told(ck, rep, t->where);
	t->kind = rep->kind;
	t->site = site;
	t->addr = rep->addr;
	t->dev = rep->dev;
	SLIST_INSERT_HEAD(&ck->told, t, link);
	return known;
}

/* A leak happened where the thing was made: one line says so. */
static bool is_origin(const struct armdma_report *rep)
{
	const void *here = rep->sites[ARMDMA_SITE_HERE];

	return here == rep->sites[ARMDMA_SITE_ALLOC] || here == rep->sites[ARMDMA_SITE_MAP];
}

void report_make(struct checker *ck, struct armdma_report *rep, const char *sentence,
		 const char *story, const char *mend)
{
	static const char *const labels[ARMDMA_NR_SITES] = {
		[ARMDMA_SITE_HERE] = "here:",
		[ARMDMA_SITE_ALLOC] = "allocated:",
		[ARMDMA_SITE_MAP] = "mapped:",
		[ARMDMA_SITE_SYNC] = "last sync:",
	};
	char buf[4096];
	struct text t = { buf, sizeof(buf), 0 };

	if (!ck->rule[rep->kind] || told_before(ck, rep))
		return;
	text_add(&t, "==== armdma: %s: %s\n", armdma_report_name(rep->kind), sentence);
	if (rep->dev)
		text_add(&t, "    %-10s %s\n", "device:", armdma_device_name(rep->dev));
	for (int i = 0; i < ARMDMA_NR_SITES; i++)
		if (i != ARMDMA_SITE_HERE || !is_origin(rep))
			text_site(&t, labels[i], rep->sites[i]);
	text_add(&t, "%s", story);
	if (mend)
		text_add(&t, "    %-10s %s\n", "mend:", mend);
	rep->sentence = sentence;
	rep->story = story;
	rep->mend = mend;
	rep->text = buf;
	ck->counts[rep->kind]++;
	if (ck->fn)
		ck->fn(ck->fn_ctx, rep);
	else
		fputs(buf, stderr);
}

static const char *mend_of(enum armdma_report_kind kind)
{
	switch (kind) {
	case ARMDMA_REPORT_BAD_FREE:
		return "free and unmap with the very device, address, size and attributes of the allocation or mapping";
	case ARMDMA_REPORT_FAULT:
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

	if (!t || t->end_time)
		return NULL;
	if (t->kind == TRACK_STREAM)
		text_add(story, "    the page is mapped for %s: %llu bytes at DMA address 0x%llx\n",
			 armdma_device_name(t->dev), (unsigned long long)t->len, (unsigned long long)t->addr);
	else
		text_add(story, "    the page belongs to a buffer of %llu bytes of %s, which is reached at %p\n",
			 (unsigned long long)t->len, armdma_device_name(t->dev), t->cpu);
	return t;
}

static void on_misuse(struct checker *ck, const struct armdma_event *ev)
{
	struct armdma_report rep = {
		.kind = (enum armdma_report_kind)ev->flags, .dev = ev->dev, .addr = ev->addr,
		.pa = ev->pa, .len = ev->len, .dir = ev->dir,
	};
	struct track *t = ev->dev ? track_find(ck, ev->dev, ev->addr) : NULL;
	char story[256] = "";
	struct text s = { story, sizeof(story), 0 };

	if (!t)
		t = tell_owner(ck, ev->pa, &s);
	rep.sites[ARMDMA_SITE_HERE] = ev->site;
	if (t)
		rep.sites[t->kind == TRACK_STREAM ? ARMDMA_SITE_MAP : ARMDMA_SITE_ALLOC] = t->map_site;
	report_make(ck, &rep, ev->who, story, mend_of(rep.kind));
}

static void on_trap(struct checker *ck, const struct armdma_event *ev)
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
		rep.sites[ARMDMA_SITE_ALLOC] = t->map_site;
	}
	report_make(ck, &rep, sentence, story, mend_of(rep.kind));
}

static void on_event(void *ctx, const struct armdma_event *ev)
{
	struct checker *ck = ctx;

	if (ev->type == ARMDMA_EV_MISUSE)
		on_misuse(ck, ev);
	else if (ev->type == ARMDMA_EV_TRAP)
		on_trap(ck, ev);
	else
		track_event(ck, ev);
}

int check_create(struct armdma_machine *m)
{
	struct checker *ck = calloc(1, sizeof(*ck));

	if (!ck)
		return -ENOMEM;
	ck->m = m;
	ck->on = true;
	for (int kind = 0; kind < ARMDMA_REPORT_NR; kind++)
		ck->rule[kind] = kinds[kind].class == ARMDMA_CLASS_BUG;
	RB_INIT(&ck->live);
	TAILQ_INIT(&ck->dead);
	SLIST_INIT(&ck->told);
	m->check = ck;
	return armdma_event_subscribe(m->ev, ARMDMA_EV_CHECKED, on_event, ck);
}

void armdma_checker_enable(struct armdma_machine *m, bool on)
{
	if (!armdma_event_subscribe(m->ev, on ? ARMDMA_EV_CHECKED : 0, on_event, m->check))
		m->check->on = on;
	if (!on)
		track_clear(m->check);
}

void check_destroy(struct armdma_machine *m)
{
	struct checker *ck = m->check;
	struct told *t;

	if (!ck)
		return;
	armdma_event_subscribe(m->ev, 0, on_event, ck);
	track_clear(ck);
	while ((t = SLIST_FIRST(&ck->told))) {
		SLIST_REMOVE_HEAD(&ck->told, link);
		free(t);
	}
	free(ck);
	m->check = NULL;
}

void armdma_set_report_fn(struct armdma_machine *m, armdma_report_fn fn, void *ctx)
{
	m->check->fn = fn;
	m->check->fn_ctx = ctx;
}

unsigned int armdma_report_count(const struct armdma_machine *m, enum armdma_report_kind kind)
{
	unsigned int sum = 0;

	if ((unsigned int)kind >= ARMDMA_REPORT_NR)
		return 0;
	if (kind != ARMDMA_REPORT_NONE)
		return m->check->counts[kind];
	for (int i = 0; i < ARMDMA_REPORT_NR; i++)
		sum += m->check->counts[i];
	return sum;
}
