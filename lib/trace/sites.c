/* SPDX-License-Identifier: BSD-2-Clause */
/* Call sites of a trace, each looked up once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/site.h>

#include <bsd/string.h>

#include "lib/trace/internal.h"

static void describe(struct trace_site *s, const void *site)
{
	struct armdma_site_info info;

	s->site = site;
	strlcpy(s->function, "unknown", sizeof(s->function));
	if (!site)
		return;
	if (!armdma_site_lookup(site, &info) && info.function[0])
		strlcpy(s->function, info.function, sizeof(s->function));
	armdma_site_format(site, s->where, sizeof(s->where));
}

size_t trace_site_index(const struct trace_sites *s, const void *site)
{
	for (size_t i = 0; i < s->nr; i++)
		if (s->at[i].site == site)
			return i;
	return 0;
}

int trace_sites_collect(const struct armdma_trace *t, struct trace_sites *s)
{
	const struct armdma_trace_record *r;
	size_t cap = 16;

	s->nr = 0;
	s->at = calloc(cap, sizeof(*s->at));
	if (!s->at)
		return -ENOMEM;
	describe(&s->at[s->nr++], NULL);
	for (size_t i = 0; (r = armdma_trace_get(t, i)); i++) {
		if (!r->ev.site || trace_site_index(s, r->ev.site))
			continue;
		if (s->nr == cap) {
			struct trace_site *at = realloc(s->at, 2 * cap * sizeof(*at));

			if (!at) {
				trace_sites_free(s);
				return -ENOMEM;
			}
			memset(at + cap, 0, cap * sizeof(*at));
			s->at = at;
			cap *= 2;
		}
		describe(&s->at[s->nr++], r->ev.site);
	}
	return 0;
}

void trace_sites_free(struct trace_sites *s)
{
	free(s->at);
	s->at = NULL;
	s->nr = 0;
}
