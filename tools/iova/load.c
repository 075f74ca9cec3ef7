/* SPDX-License-Identifier: BSD-2-Clause */
/* Workloads from wherever they are: see load.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "load.h"
#include "tool.h"
#include "unpack.h"

#define TRACEDAT_MAGIC "\x17\x08\x44tracing"
#define TRACEDAT_MAGIC_LEN 10u
#define GEN "gen:"

/* ---- Names ----------------------------------------------------------------- */

void load_name(const char *spec, char *buf, size_t len)
{
	static const char *const endings[] = { ".xz", ".txt", ".ftrace", ".iova", ".dat" };
	const char *slash = strrchr(spec, '/');
	size_t n;

	if (!strncmp(spec, GEN, strlen(GEN))) {
		snprintf(buf, len, "%s", spec + strlen(GEN));
		return;
	}
	snprintf(buf, len, "%s", !strcmp(spec, "-") ? "stdin" : slash ? slash + 1 : spec);
	for (unsigned int i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		n = strlen(buf);
		if (n > strlen(endings[i]) && !strcmp(buf + n - strlen(endings[i]), endings[i]))
			buf[n - strlen(endings[i])] = 0;
	}
}

/* ---- Generators ------------------------------------------------------------ */

static int one_option(char *item, struct generate_options *opt)
{
	const struct { const char *name; uint64_t *value; } names[] = {
		{ "seed", &opt->seed }, { "live", &opt->live }, { "steps", &opt->steps },
		{ "pages", &opt->pages }, { "percent", &opt->percent }, { "space", &opt->space },
	};
	char *value = strchr(item, '=');

	if (value)
		*value++ = 0;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i].name, item))
			continue;
		if (!value || !tool_parse_size(value, names[i].value) || !*names[i].value)
			return tool_error(TOOL_USAGE, "%s: not a positive number: %s", item, value ? value : "nothing");
		return TOOL_OK;
	}
	return tool_error(TOOL_USAGE, "generators have no option '%s'; they have seed, live, steps, pages, percent, space", item);
}

int load_generate_options(const char *text, struct generate_options *opt)
{
	char *copy = strdup(text), *next = copy;
	int ret = TOOL_OK;

	if (!copy)
		return tool_error(TOOL_UNABLE, "out of memory");
	for (char *item; !ret && (item = strsep(&next, ","));)
		ret = one_option(item, opt);
	free(copy);
	return ret;
}

static int load_generated(const char *spec, struct workload *w)
{
	size_t len = strcspn(spec, ",");
	struct generate_options opt = { .seed = 0 };
	const struct generator *gen;
	char name[32], err[200];
	int ret;

	snprintf(name, sizeof(name), "%.*s", (int)(len < sizeof(name) ? len : sizeof(name) - 1), spec);
	gen = generate_find(name);
	if (!gen)
		return tool_error(TOOL_USAGE, "there is no generator '%s'; armdma-iova generate --list names them", name);
	ret = spec[len] ? load_generate_options(spec + len + 1, &opt) : TOOL_OK;
	if (ret)
		return ret;
	if (generate(gen, &opt, w, err, sizeof(err)))
		return tool_error(TOOL_USAGE, "%s: %s", name, err);
	return TOOL_OK;
}

/* ---- Own files ------------------------------------------------------------- */

static unsigned char *read_all(FILE *in, size_t *len)
{
	unsigned char *v = NULL;
	size_t cap = 0, n;

	*len = 0;
	do {
		unsigned char *p = cap - *len < 65536 ? realloc(v, cap = cap ? 2 * cap : 1u << 20) : v;

		if (!p) {
			free(v);
			return NULL;
		}
		v = p;
		n = fread(v + *len, 1, cap - *len, in);
		*len += n;
	} while (n);
	return v;
}

static int load_own(FILE *in, const char *path, const struct load_options *opt, struct workload *w)
{
	struct format_report rep;
	size_t len;
	unsigned char *data = read_all(in, &len);
	int ret;

	if (!data)
		return tool_error(TOOL_UNABLE, "%s: out of memory", path);
	ret = format_parse(data, len, w, &rep);
	free(data);
	if (!ret)
		return TOOL_OK;
	if (!rep.truncated || opt->strict)
		return tool_error(TOOL_INPUT, "%s: damaged: %s", path, rep.why);
	tool_note("armdma-iova: %s: %s; goes on with the %zu operations before that", path, rep.why, w->nr_ops);
	return TOOL_OK;
}

/* ---- Recordings ------------------------------------------------------------ */

void load_tell(const struct import_report *rep, const char *name)
{
	static const char *const sources[] = { "nothing", "probes on the DMA-mapping code", "dma:* tracepoints", "iommu:map and iommu:unmap" };
	const struct ftrace_stats *st = &rep->lines;
	unsigned long n;

	tool_note("%s: %lu lines, read by %s: %lu allocations, %lu frees, %lu live at the end", name, st->lines, sources[rep->source],
		  rep->allocs, rep->frees, rep->left);
	if (rep->part_frees)
		tool_note("  %lu frees gave back only a part of their allocation (a 32-bit ARM kernel leaks the pages before an offset)",
			  rep->part_frees);
	if (st->malformed)
		tool_note("  %lu malformed lines:", st->malformed);
	n = st->malformed < FTRACE_MAX_BAD ? st->malformed : FTRACE_MAX_BAD;
	for (unsigned long i = 0; i < n; i++)
		tool_note("    line %lu: %s", st->bad[i].line, st->bad[i].why);
	for (unsigned int k = 0; k < LOSS_KINDS; k++) {
		if (!rep->lost[k])
			continue;
		tool_note("  %lu x %s", rep->lost[k], import_explain((enum import_loss)k));
		n = rep->lost[k] < IMPORT_MAX_LOST ? rep->lost[k] : IMPORT_MAX_LOST;
		for (unsigned long i = 0; i < n; i++)
			tool_note("    line %lu", rep->first[k][i]);
	}
	if (rep->outside)
		tool_note("  %lu map events in no allocation of the recording", rep->outside);
}

static int load_text(FILE *in, const char *path, const struct load_options *opt, struct workload *w)
{
	struct import_report rep;
	char err[200], name[64];
	struct ftrace *f = ftrace_open_stream(in, err, sizeof(err));
	int ret;

	if (!f)
		return tool_error(TOOL_UNABLE, "%s: %s", path, err);
	load_name(path, name, sizeof(name));
	ret = import_ftrace(f, &opt->import, w, &rep, err, sizeof(err));
	ftrace_close(f);
	if (!opt->quiet || rep.lines.malformed || import_lost(&rep))
		load_tell(&rep, name);
	if (ret == -ENOMEM)
		return tool_error(TOOL_UNABLE, "%s: %s", path, err);
	if (ret)
		return tool_error(TOOL_INPUT, "%s: %s", path, err);
	if (opt->strict && (rep.lines.malformed || import_lost(&rep)))
		return tool_error(TOOL_INPUT, "%s: %lu malformed lines and %lu unmatched events (--strict)", path, rep.lines.malformed,
				  import_lost(&rep));
	workload_info(w, "source", name);
	return TOOL_OK;
}

static int load_tracedat(const char *path, const struct load_options *opt, struct workload *w)
{
	char err[200];
	pid_t child;
	FILE *in = tracedat_open(path, &child, err, sizeof(err));
	int ret;

	if (!in)
		return tool_error(TOOL_UNABLE, "%s: %s", path, err);
	ret = load_text(in, path, opt, w);
	if (tracedat_wait(child, err, sizeof(err)) && (!ret || ret == TOOL_INPUT)) {
		if (!w->nr_ops || opt->strict)
			return tool_error(TOOL_INPUT, "%s: %s", path, err);
		tool_note("armdma-iova: %s: %s; goes on with what was read before that", path, err);
	}
	return ret;
}

/* ---- Which is it ----------------------------------------------------------- */

static FILE *peek(FILE *in, unsigned char head[TRACEDAT_MAGIC_LEN], size_t *n)
{
	int c;

	for (*n = 0; *n < TRACEDAT_MAGIC_LEN && (c = getc(in)) != EOF; ++*n)
		head[*n] = (unsigned char)c;
	/* The C library takes back what has just been read. */
	for (size_t i = *n; i; i--)
		if (ungetc(head[i - 1], in) == EOF)
			return NULL;
	return in;
}

static int load_file(const char *path, const struct load_options *opt, struct workload *w)
{
	unsigned char head[TRACEDAT_MAGIC_LEN];
	size_t n;
	pid_t xz;
	FILE *in = unpack_open(path, &xz);
	int ret;

	if (!in)
		return tool_error(TOOL_INPUT, "%s: %s", path, strerror(errno));
	if (!peek(in, head, &n)) {
		fclose(in);
		return tool_error(TOOL_UNABLE, "%s: cannot look ahead", path);
	}
	if (n == TRACEDAT_MAGIC_LEN && !memcmp(head, TRACEDAT_MAGIC, TRACEDAT_MAGIC_LEN)) {
		fclose(in);
		return load_tracedat(path, opt, w);
	}
	if (n >= FORMAT_MAGIC_LEN && !memcmp(head, FORMAT_MAGIC, FORMAT_MAGIC_LEN)) {
		ret = load_own(in, path, opt, w);
		fclose(in);
	} else {
		ret = load_text(in, path, opt, w);	/* closes it */
	}
	n = (size_t)-unpack_wait(&xz);
	if (!n)
		return ret;
	if (n == ENOENT)
		return tool_error(TOOL_UNABLE, "%s: the program xz cannot be run", path);
	if (ret || !w->nr_ops || opt->strict)
		return ret ? ret : tool_error(TOOL_INPUT, "%s: the compressed file is damaged or ends early", path);
	tool_note("armdma-iova: %s: the compressed file is damaged or ends early; goes on with the %zu operations before that", path,
		  w->nr_ops);
	return TOOL_OK;
}

int load_workload(const char *spec, const struct load_options *opt, struct workload *w)
{
	char err[200];
	int ret;

	workload_init(w);
	if (!strncmp(spec, GEN, strlen(GEN)))
		ret = load_generated(spec + strlen(GEN), w);
	else
		ret = load_file(spec, opt, w);
	if (!ret && workload_check(w, err, sizeof(err)))
		ret = tool_error(TOOL_INPUT, "%s: makes no sense: %s", spec, err);
	if (!ret && !w->nr_ops)
		ret = tool_error(TOOL_INPUT, "%s: holds no operation", spec);
	if (ret)
		workload_free(w);
	return ret;
}
