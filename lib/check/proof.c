/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AddressSanitizer has caught the CPU at a byte that is a device's: its report is followed by ours, which knows whose.
 *
 * ASan has one function to call in a process, so which machines there are is known to the process, too. It calls it with a lock of its
 * own held: what the program wants to be told waits until the machine's next event, and may leave by longjmp there.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include "lib/check/internal.h"
#include "lib/check/poison.h"

#ifndef ARMDMA_NO_WEAK

static pthread_mutex_t watch_lock = PTHREAD_MUTEX_INITIALIZER;
static struct checker *watched;

/* The checker of the machine in whose linear map this address lies, or NULL. */
static struct checker *whose(const void *addr)
{
	struct checker *ck;

	pthread_mutex_lock(&watch_lock);
	for (ck = watched; ck; ck = ck->next_watched)
		if (armdma_hw_linear_to_phys(ck->m->hw, addr) != ARMDMA_MAPPING_ERROR)
			break;
	pthread_mutex_unlock(&watch_lock);
	return ck;
}

/* ---- Who did it ---------------------------------------------------------------------- */

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* Is this code of ASan itself, its memcpy() say? */
static bool is_asans(const void *site)
{
	struct armdma_site_info info;

	if (armdma_site_lookup(site, &info))
		return false;
	return starts(info.function, "__asan_") || starts(info.function, "__interceptor_") ||
	       starts(info.function, "___interceptor_") || strstr(info.module, "libasan") ||
	       strstr(info.module, "libclang_rt.");
}

/*
 * The innermost frame of ASan's report that is the program's: lines "#N 0xADDRESS", of which the first stack tells the access. An address
 * there lies inside the call; a site is where it returns to.
 */
static const void *find_site(const char *text)
{
	for (unsigned int frame = 0; frame < 16; frame++) {
		char label[16];
		const void *site;

		snprintf(label, sizeof(label), "#%u 0x", frame);
		text = strstr(text, label);
		if (!text)
			break;
		site = (const void *)(uintptr_t)(strtoull(text + strlen(label) - 2, NULL, 16) + 1);
		if (!is_asans(site))
			return site;
	}
	return __asan_get_report_pc();
}

/* ---- Whose it is ----------------------------------------------------------------------- */

struct touched {
	struct checker *ck;
	armdma_phys_t pa;
	struct track *owner;
};

static bool owns(void *ctx, struct track *t)
{
	struct touched *w = ctx;

	if (!poison_owns(w->ck, t, w->pa))
		return false;
	w->owner = t;
	return true;
}

static void on_asan_report(const char *text)
{
	const void *addr = __asan_get_report_address();
	struct checker *ck = whose(addr);
	struct touched w = { .ck = ck };

	if (!ck)
		return;
	armdma_hw_lock(ck->m->hw);
	w.pa = armdma_hw_linear_to_phys(ck->m->hw, addr);
	if (track_each_pa(&ck->tracks, w.pa, 1, owns, &w)) {
		ck->holding = true;
		report_touch(ck, w.owner, w.pa - w.owner->pa, __asan_get_report_access_size(), addr,
			     __asan_get_report_access_type() != 0, find_site(text));
		ck->holding = false;
		/* A program that goes on after reports may poll there: once is enough. */
		poison_show(ck, w.pa, __asan_get_report_access_size());
	}
	armdma_hw_unlock(ck->m->hw);
}

/* ---- Which machines -------------------------------------------------------------------- */

void proof_watch(struct checker *ck, bool on)
{
	struct checker **link;

	if (on == ck->watched || !__asan_set_error_report_callback || !__asan_get_report_address ||
	    !__asan_get_report_pc || !__asan_get_report_access_type || !__asan_get_report_access_size)
		return;
	pthread_mutex_lock(&watch_lock);
	ck->watched = on;
	if (on) {
		ck->next_watched = watched;
		watched = ck;
		__asan_set_error_report_callback(on_asan_report);
	} else {
		for (link = &watched; *link != ck;)
			link = &(*link)->next_watched;
		*link = ck->next_watched;
	}
	pthread_mutex_unlock(&watch_lock);
}

#else

void proof_watch(struct checker *ck, bool on)
{
	(void)ck;
	(void)on;
}

#endif
