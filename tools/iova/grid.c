/* SPDX-License-Identifier: BSD-2-Clause */
/* Policies x traces x parameters: see grid.h. */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "format.h"
#include "grid.h"
#include "tool.h"

static const char *const align_names[] = { "own", "none", "capped", "full", "pages" };

void grid_init(struct grid *g)
{
	*g = (struct grid){ .base = RUN_PARAMS, .load = { .quiet = true }, .parallel = 1 };
}

static void list_free(struct grid_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

void grid_free(struct grid *g)
{
	struct grid_list *const lists[] = { &g->policies, &g->aligns, &g->orders, &g->spaces, &g->lockings, &g->tlbs, &g->traces };

	for (unsigned int i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		list_free(lists[i]);
	for (size_t i = 0; i < g->nr_workloads; i++)
		workload_free(&g->workloads[i]);
	free(g->workloads);
	free(g->names);
	free(g->identities);
	free(g->jobs);
}

/* ---- Options --------------------------------------------------------------- */

static int list_add(struct grid_list *l, const char *s, size_t len)
{
	void *p = tool_grow(l->v, l->n, &l->cap, sizeof(*l->v));
	char *copy = strndup(s, len);

	if (p)
		l->v = p;
	if (!p || !copy) {
		free(copy);
		return tool_error(TOOL_UNABLE, "out of memory");
	}
	l->v[l->n++] = copy;
	return TOOL_OK;
}

static int add_all_policies(struct grid_list *l)
{
	int ret = TOOL_OK;

	for (const struct armdma_iova_policy *p = armdma_iova_next(NULL); p && !ret; p = armdma_iova_next(p))
		ret = list_add(l, p->name, strlen(p->name));
	return ret;
}

/* Each word of "a,b,c" that `check` finds good. */
static int list_option(struct grid_list *l, const char *option, const char *arg, bool (*check)(const char *word), const char *wants)
{
	int ret = TOOL_OK;

	for (const char *s = arg; !ret; s += strcspn(s, ",") + 1) {
		char word[512];
		size_t len = strcspn(s, ",");

		if (!len || len >= sizeof(word))
			return tool_error(TOOL_USAGE, "--%s: %s, not '%s'", option, wants, arg);
		memcpy(word, s, len);
		word[len] = 0;
		if (!check(word))
			return tool_error(TOOL_USAGE, "--%s: %s, not '%s'", option, wants, word);
		ret = list_add(l, word, len);
		if (!s[len])
			break;
	}
	return ret;
}

static int align_of(const char *s)
{
	for (int i = 0; i < 5; i++)
		if (!strcmp(align_names[i], s))
			return i;
	return -1;
}

static bool is_align(const char *s)
{
	return align_of(s) >= 0;
}

static bool is_order(const char *s)
{
	uint64_t v;

	return tool_parse_number(s, 0, 62, &v);
}

static bool is_space(const char *s)
{
	uint64_t v;

	return tool_parse_size(s, &v) && v && v <= 1ull << 40 && !(v & 4095);
}

static bool is_locking(const char *s)
{
	return !strcmp(s, "single") || !strcmp(s, "shared");
}

static bool is_tlb(const char *s)
{
	uint64_t v;

	return tool_parse_number(s, 1, 4096, &v);
}

static bool is_word(const char *s)
{
	return *s != 0;
}

static int page_sizes(const char *arg, uint64_t *mask)
{
	char *copy = strdup(arg), *next = copy;
	int ret = copy ? TOOL_OK : tool_error(TOOL_UNABLE, "out of memory");

	*mask = 0;
	for (char *word; !ret && (word = strsep(&next, "+"));) {
		uint64_t v;

		if (!tool_parse_size(word, &v) || !v || v & (v - 1))
			ret = tool_error(TOOL_USAGE, "--page-sizes: powers of two joined by +, not '%s'", arg);
		else
			*mask |= v;
	}
	free(copy);
	return ret;
}

static int number(const char *option, const char *arg, uint64_t min, uint64_t max, unsigned int *value)
{
	uint64_t v;

	if (!tool_parse_number(arg, min, max, &v))
		return tool_error(TOOL_USAGE, "--%s: a number from %llu to %llu, not '%s'", option, (unsigned long long)min,
				  (unsigned long long)max, arg);
	*value = (unsigned int)v;
	return TOOL_OK;
}

static int leaks(const char *arg, enum run_leaks *mode)
{
	if (strcmp(arg, "keep") && strcmp(arg, "mend"))
		return tool_error(TOOL_USAGE, "--leaks: keep or mend, not '%s'", arg);
	*mode = !strcmp(arg, "mend") ? RUN_LEAKS_MEND : RUN_LEAKS_KEEP;
	return TOOL_OK;
}

int grid_option(struct grid *g, int c, const char *arg)
{
	switch (c) {
	case 'p':
		if (!strcmp(arg, "all"))
			return add_all_policies(&g->policies);
		return list_option(&g->policies, "policy", arg, is_word, "names joined by commas");
	case 'a':
		return list_option(&g->aligns, "align", arg, is_align, "own, none, capped, full or pages");
	case 0x100:
		return list_option(&g->orders, "align-order", arg, is_order, "numbers from 0 to 62");
	case 0x101:
		return list_option(&g->spaces, "space", arg, is_space, "multiples of 4K up to 1T");
	case 0x102:
		return list_option(&g->lockings, "locking", arg, is_locking, "single or shared");
	case 0x103:
		return page_sizes(arg, &g->base.page_sizes);
	case 't':
		g->base.tables = true;
		return TOOL_OK;
	case 0x104:
		g->base.tables = true;
		return list_option(&g->tlbs, "tlb", arg, is_tlb, "numbers from 1 to 4096");
	case 0x105:
		return leaks(arg, &g->base.leaks);
	case 0x106:
		return number("batches", arg, 1, 1000, &g->base.batches);
	case 0x107:
		g->base.batches = 3;
		return TOOL_OK;
	case 0x108:
		return number("timeout", arg, 0, 1000000, &g->base.timeout);
	case 0x109:
		g->base.batches = 0;
		return TOOL_OK;
	case 'j':
		return number("jobs-at-once", arg, 1, 256, &g->parallel);
	case 'd':
		g->load.import.device = arg;
		return TOOL_OK;
	case 0x10a:
		g->load.strict = true;
		return TOOL_OK;
	case 'q':
		tool_quiet = true;
		return TOOL_OK;
	default:
		return TOOL_USAGE;
	}
}

int grid_trace(struct grid *g, const char *spec)
{
	return list_add(&g->traces, spec, strlen(spec));
}

/* ---- Jobs ------------------------------------------------------------------ */

/* A policy from a file is another one when the file has changed. */
static uint64_t file_hash(const char *policy)
{
	char path[512];
	XXH64_state_t *h;
	uint64_t ret = 0;
	FILE *f;
	size_t n;

	if (!strchr(policy, '/'))
		return 0;
	snprintf(path, sizeof(path), "%s", policy);
	f = fopen(path, "re");
	if (!f && strrchr(path, ':')) {
		*strrchr(path, ':') = 0;
		f = fopen(path, "re");
	}
	h = f ? XXH64_createState() : NULL;
	if (h) {
		char buf[4096];

		XXH64_reset(h, 0);
		while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
			XXH64_update(h, buf, n);
		ret = XXH64_digest(h);
		XXH64_freeState(h);
	}
	if (f)
		fclose(f);
	return ret;
}

static int load_traces(struct grid *g)
{
	size_t n = g->traces.n;

	g->workloads = calloc(n, sizeof(*g->workloads));
	g->names = calloc(n, sizeof(*g->names));
	g->identities = calloc(n, sizeof(*g->identities));
	if (!g->workloads || !g->names || !g->identities)
		return tool_error(TOOL_UNABLE, "out of memory");
	for (size_t i = 0; i < n; i++) {
		int ret = load_workload(g->traces.v[i], &g->load, &g->workloads[i]);

		if (ret)
			return ret;
		g->nr_workloads++;
		load_name(g->traces.v[i], g->names[i], sizeof(g->names[i]));
		g->identities[i] = format_identity(&g->workloads[i]);
	}
	return TOOL_OK;
}

/* Value i of a list, or nothing when the list is empty. */
static const char *pick(const struct grid_list *l, size_t i)
{
	return l->n ? l->v[i] : NULL;
}

static size_t at_least_one(const struct grid_list *l)
{
	return l->n ? l->n : 1;
}

/* The parameters of combination k. */
static struct run_params combination(const struct grid *g, size_t k)
{
	struct run_params p = g->base;
	const char *s;
	uint64_t v;

	s = pick(&g->tlbs, k % at_least_one(&g->tlbs));
	k /= at_least_one(&g->tlbs);
	if (s && tool_parse_number(s, 1, 4096, &v))
		p.tlb_entries = (uint32_t)v;
	s = pick(&g->lockings, k % at_least_one(&g->lockings));
	k /= at_least_one(&g->lockings);
	p.shared = s && !strcmp(s, "shared");
	s = pick(&g->spaces, k % at_least_one(&g->spaces));
	k /= at_least_one(&g->spaces);
	if (s && tool_parse_size(s, &v))
		p.space = v;
	s = pick(&g->orders, k % at_least_one(&g->orders));
	k /= at_least_one(&g->orders);
	if (s && tool_parse_number(s, 0, 62, &v))
		p.align_order = (uint32_t)v;
	s = pick(&g->aligns, k % at_least_one(&g->aligns));
	if (s)
		p.align = (enum armdma_iova_align)align_of(s);
	return p;
}

int grid_expand(struct grid *g)
{
	size_t each = at_least_one(&g->tlbs) * at_least_one(&g->lockings) * at_least_one(&g->spaces) * at_least_one(&g->orders) *
		      at_least_one(&g->aligns);
	int ret;

	if (!g->traces.n)
		return tool_error(TOOL_USAGE, "which trace? --help tells more");
	if (!g->policies.n)
		return tool_error(TOOL_USAGE, "which policy? --policy names them, --policy all takes every one of the library");
	ret = load_traces(g);
	if (ret)
		return ret;
	g->jobs = calloc(g->traces.n * g->policies.n * each, sizeof(*g->jobs));
	if (!g->jobs)
		return tool_error(TOOL_UNABLE, "out of memory");
	for (size_t t = 0; t < g->traces.n; t++)
		for (size_t p = 0; p < g->policies.n; p++)
			for (size_t k = 0; k < each; k++) {
				struct pool_job *j = &g->jobs[g->nr_jobs++];

				j->p = combination(g, k);
				j->p.policy = g->policies.v[p];
				j->p.policy_file = file_hash(j->p.policy);
				j->w = &g->workloads[t];
				j->trace = g->names[t];
				j->identity = g->identities[t];
			}
	return TOOL_OK;
}

/* ---- One job as a command -------------------------------------------------- */

void grid_shell_word(FILE *out, const char *s)
{
	if (*s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%") == strlen(s)) {
		fputs(s, out);
		return;
	}
	putc('\'', out);
	for (; *s; s++)
		if (*s == '\'')
			fputs("'\\''", out);
		else
			putc(*s, out);
	putc('\'', out);
}

static void word(FILE *out, const char *s)
{
	putc(' ', out);
	grid_shell_word(out, s);
}

void grid_command(const struct grid *g, const struct pool_job *job, const char *directory, const char *key, FILE *out)
{
	char path[4096];
	const struct run_params *p = &job->p;

	fputs("replay --quiet", out);
	word(out, "--policy");
	word(out, p->policy);
	fprintf(out, " --align %s", align_names[p->align]);
	if (p->align_order != UINT32_MAX)
		fprintf(out, " --align-order %u", p->align_order);
	if (p->space)
		fprintf(out, " --space %llu", (unsigned long long)p->space);
	fputs(" --page-sizes ", out);
	for (uint64_t m = p->page_sizes; m; m &= m - 1)
		fprintf(out, "%s%llu", m == p->page_sizes ? "" : "+", (unsigned long long)(m & -m));
	fprintf(out, " --locking %s", p->shared ? "shared" : "single");
	if (p->tables)
		fputs(" --tables", out);
	if (p->tlb_entries)
		fprintf(out, " --tlb %u", p->tlb_entries);
	fprintf(out, " --leaks %s", p->leaks == RUN_LEAKS_MEND ? "mend" : "keep");
	if (p->batches)
		fprintf(out, " --batches %u", p->batches);
	else
		fputs(" --no-timing", out);
	fprintf(out, " --timeout %u", p->timeout);
	if (g->load.strict)
		fputs(" --strict", out);
	if (g->load.import.device) {
		word(out, "--device");
		word(out, g->load.import.device);
	}
	fputs(" --json", out);
	if (directory) {
		snprintf(path, sizeof(path), "%s/%s.jsonl", directory, key);
		word(out, "-o");
		word(out, path);
	}
	fputs(" --", out);
	word(out, g->traces.v[job->w - g->workloads]);
}
