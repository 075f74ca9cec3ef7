/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that run policies: replay, sweep; and merge. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "grid.h"
#include "output.h"
#include "report.h"
#include "store.h"
#include "tool.h"

/* ---- What runs bring ------------------------------------------------------- */

struct gather {
	struct store *store;	/* NULL: only in `all` */
	json_t *all;		/* NULL: not wanted */
	unsigned long ok, bad;
	int ret;
};

static int take_result(void *ctx, const struct pool_job *job, json_t *result)
{
	struct gather *g = ctx;
	const char *status = json_string_value(json_object_get(result, "status"));

	if (status && !strcmp(status, "ok")) {
		g->ok++;
	} else {
		g->bad++;
		tool_error(TOOL_FAILED, "%s on %s: %s: %s", job->p.policy, job->trace, status ? status : "?",
			   json_string_value(json_object_get(result, "error")));
	}
	if (g->store)
		g->ret = store_add(g->store, result);
	if (g->all)
		json_array_append(g->all, result);
	json_decref(result);
	return g->ret;
}

static int run_jobs(const struct grid *g, const struct pool_job *jobs, size_t n, struct gather *to)
{
	int ret = pool_run(jobs, n, g->parallel, take_result, to);

	if (ret < 0)
		return tool_error(TOOL_UNABLE, "cannot run: %s", strerror(-ret));
	if (to->ret)
		return to->ret;
	return to->bad ? TOOL_FAILED : TOOL_OK;
}

/* ---- replay ---------------------------------------------------------------- */

static const char replay_help[] =
	"usage: armdma-iova replay --policy A,B,... [OPTION]... TRACE...\n\n"
	"Each policy on each trace. A run is a process of its own.\n" GRID_HELP " (default 1)\n"
	"      --json               one JSON line a run on standard output, in place of the table\n"
	"  -o, --output FILE        add the JSON lines to FILE\n";

int cmd_replay(int argc, char **argv)
{
	static const struct option options[] = {
		GRID_OPTIONS, { "json", no_argument, NULL, 'J' }, { "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct gather to = { .all = json_array() };
	const char *output = NULL;
	bool json = false;
	struct grid g;
	int c, ret = TOOL_OK, closed;

	grid_init(&g);
	while (!ret && (c = getopt_long(argc, argv, GRID_LETTERS "o:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(replay_help, stdout);
			goto out;
		}
		if (c == 'J')
			json = true;
		else if (c == 'o')
			output = optarg;
		else
			ret = grid_option(&g, c, optarg);
	}
	for (; !ret && optind < argc; optind++)
		ret = grid_trace(&g, argv[optind]);
	if (!ret)
		ret = grid_expand(&g);
	if (!ret && (json || output))
		ret = store_open(output, &to.store);
	if (!ret) {
		ret = run_jobs(&g, g.jobs, g.nr_jobs, &to);
		closed = store_close(to.store);
		ret = closed ? closed : ret;
		if (!json)
			report_table(to.all, stdout);
	}
out:
	json_decref(to.all);
	grid_free(&g);
	return ret;
}

/* ---- sweep ----------------------------------------------------------------- */

static const char sweep_help[] =
	"usage: armdma-iova sweep --policy A,B,... [OPTION]... -o FILE TRACE...\n"
	"       armdma-iova sweep --jobs --policy A,B,... [OPTION]... [-o DIRECTORY] TRACE...\n\n"
	"Every policy on every trace with every combination of the listed parameters. Runs whose result is in FILE already are left out,\n"
	"so that an interrupted sweep goes on when it is called again.\n" GRID_HELP " (default: all cores)\n"
	"  -o, --output FILE        results, one JSON line a run; they are added\n"
	"      --jobs               run nothing: print one shell line a run, for GNU parallel or a Slurm array.\n"
	"                           Each prints its result, or writes it to DIRECTORY/KEY.jsonl; those that are there are left out\n";

static bool is_done(const char *directory, const char *key)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s.jsonl", directory, key);
	return !stat(path, &st) && st.st_size > 0;
}

static int print_jobs(const struct grid *g, const char *directory)
{
	char key[17];

	if (directory && mkdir(directory, 0777) && errno != EEXIST)
		return tool_error(TOOL_OUTPUT, "%s: %s", directory, strerror(errno));
	for (size_t i = 0; i < g->traces.n; i++)
		if (!strcmp(g->traces.v[i], "-"))
			return tool_error(TOOL_USAGE, "--jobs: standard input cannot be read again by each job");
	for (size_t i = 0; i < g->nr_jobs; i++) {
		run_key(&g->jobs[i].p, g->jobs[i].identity, key);
		if (directory && is_done(directory, key))
			continue;
		grid_shell_word(stdout, cmd_program);
		putchar(' ');
		grid_command(g, &g->jobs[i], directory, key, stdout);
		putchar('\n');
	}
	return TOOL_OK;
}

/* Jobs without a result. Returns how many, at the front of `jobs`. */
static size_t left_to_do(const struct grid *g, const struct store *s, struct pool_job *jobs)
{
	size_t n = 0;
	char key[17];

	for (size_t i = 0; i < g->nr_jobs; i++) {
		run_key(&g->jobs[i].p, g->jobs[i].identity, key);
		if (!store_has(s, key))
			jobs[n++] = g->jobs[i];
	}
	return n;
}

static int sweep(const struct grid *g, const char *output)
{
	struct pool_job *jobs = calloc(g->nr_jobs ? g->nr_jobs : 1, sizeof(*jobs));
	struct gather to = { .store = NULL };
	int ret, closed;
	size_t n;

	if (!jobs)
		return tool_error(TOOL_UNABLE, "out of memory");
	ret = store_open(output, &to.store);
	if (ret) {
		free(jobs);
		return ret;
	}
	n = left_to_do(g, to.store, jobs);
	if (n < g->nr_jobs)
		tool_note("%zu of %zu runs have their result already", g->nr_jobs - n, g->nr_jobs);
	ret = run_jobs(g, jobs, n, &to);
	closed = store_close(to.store);
	tool_note("%lu runs went well, %lu did not%s", to.ok, to.bad, to.ok + to.bad < n ? "; the rest was not begun" : "");
	free(jobs);
	return closed ? closed : ret;
}

int cmd_sweep(int argc, char **argv)
{
	static const struct option options[] = {
		GRID_OPTIONS, { "jobs", no_argument, NULL, 'J' }, { "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	const char *output = NULL;
	bool jobs = false;
	struct grid g;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int c, ret = TOOL_OK;

	grid_init(&g);
	g.parallel = cores > 0 ? (unsigned int)cores : 1;
	while (!ret && (c = getopt_long(argc, argv, GRID_LETTERS "o:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(sweep_help, stdout);
			goto out;
		}
		if (c == 'J')
			jobs = true;
		else if (c == 'o')
			output = optarg;
		else
			ret = grid_option(&g, c, optarg);
	}
	for (; !ret && optind < argc; optind++)
		ret = grid_trace(&g, argv[optind]);
	if (!ret && !jobs && !output)
		ret = tool_error(TOOL_USAGE, "sweep: -o FILE says where the results go (- : standard output)");
	if (!ret)
		ret = grid_expand(&g);
	if (!ret)
		ret = jobs ? print_jobs(&g, output) : sweep(&g, strcmp(output, "-") ? output : NULL);
out:
	grid_free(&g);
	return ret;
}

/* ---- merge ----------------------------------------------------------------- */

static const char merge_help[] =
	"usage: armdma-iova merge [OPTION]... RESULTS...\n\n"
	"Combines result files (-: standard input) into one: one line a run, in the order of trace, policy and parameters. Of several\n"
	"results of one run the first that went well stays; so what failed once and was repeated counts as well.\n\n"
	"  -o, --output FILE   (default: standard output)\n"
	"      --strict        lines that are no result are an error\n";

static bool went_well(const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "status"));

	return s && !strcmp(s, "ok");
}

static int by_name(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;
	const char *sx[3], *sy[3];

	sx[0] = json_string_value(json_object_get(json_object_get(x, "trace"), "name"));
	sy[0] = json_string_value(json_object_get(json_object_get(y, "trace"), "name"));
	sx[1] = json_string_value(json_object_get(x, "policy"));
	sy[1] = json_string_value(json_object_get(y, "policy"));
	sx[2] = json_string_value(json_object_get(x, "key"));
	sy[2] = json_string_value(json_object_get(y, "key"));
	for (unsigned int i = 0; i < 3; i++) {
		int order = strcmp(sx[i] ? sx[i] : "", sy[i] ? sy[i] : "");

		if (order)
			return order;
	}
	return 0;
}

static int write_merged(json_t *by_key, const char *path)
{
	size_t n = json_object_size(by_key), i = 0;
	json_t **sorted = calloc(n ? n : 1, sizeof(*sorted)), *o;
	struct output out;
	const char *key;
	int ret, ok = 1;

	if (!sorted)
		return tool_error(TOOL_UNABLE, "out of memory");
	json_object_foreach(by_key, key, o)
		sorted[i++] = o;
	qsort(sorted, n, sizeof(*sorted), by_name);
	ret = output_open(&out, path);
	for (i = 0; !ret && i < n; i++)
		ok = ok && !json_dumpf(sorted[i], out.f, JSON_COMPACT) && putc('\n', out.f) != EOF;
	if (!ret)
		ret = output_close(&out, ok);
	free(sorted);
	return ret;
}

int cmd_merge(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' }, { "strict", no_argument, NULL, 'S' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	json_t *all, *by_key = json_object(), *o;
	const char *output = "-";
	bool strict = false;
	int c, ret = TOOL_OK;
	size_t i;

	while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			output = optarg;
			break;
		case 'S':
			strict = true;
			break;
		case 'h':
			fputs(merge_help, stdout);
			json_decref(by_key);
			return TOOL_OK;
		default:
			json_decref(by_key);
			return TOOL_USAGE;
		}
	}
	if (optind == argc) {
		json_decref(by_key);
		return tool_error(TOOL_USAGE, "merge: which result files? --help tells more");
	}
	all = store_read(argv + optind, argc - optind, strict, &ret);
	json_array_foreach(all, i, o) {
		const char *key = json_string_value(json_object_get(o, "key"));
		const json_t *old = json_object_get(by_key, key);

		if (!old || (!went_well(old) && went_well(o)))
			json_object_set(by_key, key, o);
	}
	if (!ret) {
		tool_note("%zu results of %zu runs", json_array_size(all), json_object_size(by_key));
		ret = write_merged(by_key, output);
	}
	json_decref(all);
	json_decref(by_key);
	return ret;
}
