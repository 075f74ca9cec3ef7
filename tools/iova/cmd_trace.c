/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands that make and show traces: import, generate, show. */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "format.h"
#include "load.h"
#include "output.h"
#include "tool.h"

static int save(const struct workload *w, const char *path)
{
	struct output out;
	int ret = output_open(&out, path);

	if (ret)
		return ret;
	ret = format_write(w, out.f);
	if (ret != -ENOMEM)
		return output_close(&out, !ret);
	output_close(&out, false);
	return tool_error(TOOL_UNABLE, "out of memory");
}

/* ---- import ---------------------------------------------------------------- */

static const char import_help[] =
	"usage: armdma-iova import [OPTION]... RECORDING\n\n"
	"RECORDING: ftrace text (the file trace of tracefs, or trace-cmd report), trace.dat, an armdma-iova trace,\n"
	"or - for standard input. Files may be packed with xz.\n\n"
	"  -o, --output FILE      the trace (default: standard output)\n"
	"  -d, --device NAME      only what this device maps\n"
	"  -s, --source SOURCE    auto (default), probes, dma or iommu: which events to read\n"
	"      --page-size SIZE   of the recorded kernel (default 4K)\n"
	"      --strict           malformed lines and unmatched events are errors; nothing is written\n"
	"  -q, --quiet            say nothing of what was found\n";

static int parse_source(const char *s, enum import_source *source)
{
	static const char *const names[] = { "auto", "probes", "dma", "iommu" };

	for (unsigned int i = 0; i < 4; i++)
		if (!strcmp(names[i], s)) {
			*source = (enum import_source)i;
			return TOOL_OK;
		}
	return tool_error(TOOL_USAGE, "--source: one of auto, probes, dma, iommu; not '%s'", s);
}

int cmd_import(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' }, { "device", required_argument, NULL, 'd' },
		{ "source", required_argument, NULL, 's' }, { "page-size", required_argument, NULL, 'P' },
		{ "strict", no_argument, NULL, 'S' }, { "quiet", no_argument, NULL, 'q' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct load_options opt = { .strict = false };
	const char *output = "-";
	struct workload w;
	int c, ret = TOOL_OK;

	while (!ret && (c = getopt_long(argc, argv, "o:d:s:qh", options, NULL)) != -1) {
		switch (c) {
		case 'o':
			output = optarg;
			break;
		case 'd':
			opt.import.device = optarg;
			break;
		case 's':
			ret = parse_source(optarg, &opt.import.source);
			break;
		case 'P':
			if (!tool_parse_size(optarg, &opt.import.page_size) || opt.import.page_size < 1024 ||
			    opt.import.page_size > 1 << 20 || opt.import.page_size & (opt.import.page_size - 1))
				ret = tool_error(TOOL_USAGE, "--page-size: a power of two from 1K to 1M, not '%s'", optarg);
			break;
		case 'S':
			opt.strict = true;
			break;
		case 'q':
			tool_quiet = true;
			break;
		case 'h':
			fputs(import_help, stdout);
			return TOOL_OK;
		default:
			return TOOL_USAGE;
		}
	}
	if (ret)
		return ret;
	if (optind + 1 != argc)
		return tool_error(TOOL_USAGE, "import: one recording, please; --help tells more");
	ret = load_workload(argv[optind], &opt, &w);
	if (ret)
		return ret;
	ret = save(&w, output);
	workload_free(&w);
	return ret;
}

/* ---- generate -------------------------------------------------------------- */

static const char generate_help[] =
	"usage: armdma-iova generate [OPTION]... NAME\n"
	"       armdma-iova generate --list\n\n"
	"  -o, --output FILE   the trace (default: standard output)\n"
	"      --seed N        another workload of the same kind\n"
	"      --live N        allocations alive at once\n"
	"      --steps N       how long it goes on\n"
	"      --pages N       size of an allocation, for w1, w1b, w2 and w5\n"
	"      --percent N     occupancy that w3 fills up to\n"
	"      --space SIZE    of the address space\n"
	"      --list          names, what they are, and their own values\n"
	"replay and sweep take gen:NAME and gen:NAME,seed=N,... in place of a file.\n";

static int list_generators(void)
{
	const struct generator *const lists[] = { generators_w, generators_device };

	for (unsigned int l = 0; l < 2; l++)
		for (const struct generator *g = lists[l]; g->name; g++) {
			char space[24];

			printf("%-13s %s\n%13s seed=%llu", g->name, g->what, "", (unsigned long long)g->def.seed);
			if (g->def.live)
				printf(" live=%llu", (unsigned long long)g->def.live);
			printf(" steps=%llu", (unsigned long long)g->def.steps);
			if (g->def.pages)
				printf(" pages=%llu", (unsigned long long)g->def.pages);
			if (g->def.percent)
				printf(" percent=%llu", (unsigned long long)g->def.percent);
			printf(" space=%s\n", tool_bytes(g->def.space, space));
		}
	return TOOL_OK;
}

int cmd_generate(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' }, { "seed", required_argument, NULL, 1 },
		{ "live", required_argument, NULL, 1 }, { "steps", required_argument, NULL, 1 },
		{ "pages", required_argument, NULL, 1 }, { "percent", required_argument, NULL, 1 },
		{ "space", required_argument, NULL, 1 }, { "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	struct generate_options opt = { .seed = 0 };
	const struct generator *gen;
	const char *output = "-";
	char text[128], err[200];
	struct workload w;
	int c, which = 0, ret = TOOL_OK;

	while (!ret && (c = getopt_long(argc, argv, "o:lh", options, &which)) != -1) {
		switch (c) {
		case 'o':
			output = optarg;
			break;
		case 1:
			snprintf(text, sizeof(text), "%s=%s", options[which].name, optarg);
			ret = load_generate_options(text, &opt);
			break;
		case 'l':
			return list_generators();
		case 'h':
			fputs(generate_help, stdout);
			return TOOL_OK;
		default:
			return TOOL_USAGE;
		}
	}
	if (ret)
		return ret;
	if (optind + 1 != argc)
		return tool_error(TOOL_USAGE, "generate: one name, please; --list tells them");
	gen = generate_find(argv[optind]);
	if (!gen)
		return tool_error(TOOL_USAGE, "there is no generator '%s'; --list tells them", argv[optind]);
	workload_init(&w);
	if (generate(gen, &opt, &w, err, sizeof(err)))
		ret = tool_error(TOOL_USAGE, "%s: %s", gen->name, err);
	else
		ret = save(&w, output);
	workload_free(&w);
	return ret;
}

/* ---- show ------------------------------------------------------------------ */

static const char show_help[] =
	"usage: armdma-iova show [OPTION]... TRACE...\n\n"
	"  -O, --operations   every operation, one a line\n"
	"      --strict       a damaged trace is an error\n";

static void show_op(const struct workload *w, const struct op *op)
{
	static const char *const dirs[] = { "both", "to", "from" };

	printf("%llu.%03llu us  cpu %u  %s  ", (unsigned long long)op->nsecs / 1000, (unsigned long long)op->nsecs % 1000, op->thread,
	       w->spaces[op->space].name);
	switch (op->kind) {
	case OP_ALLOC:
		printf("alloc #%u %llu bytes %s%s", op->id, (unsigned long long)op->size, dirs[op->dir % 3],
		       op->flags & OP_COHERENT ? " coherent" : "");
		if (op->recorded != WORKLOAD_NO_ADDR)
			printf(" recorded 0x%llx", (unsigned long long)op->recorded);
		if (op->limit)
			printf(" limit 0x%llx", (unsigned long long)op->limit);
		if (op->align_lg2)
			printf(" align 2^%u", op->align_lg2);
		for (uint32_t i = 0; i < op->nr_pieces; i++)
			printf("%s0x%llx+0x%llx", i ? "," : " at ", (unsigned long long)w->pieces[op->pieces + i].pa,
			       (unsigned long long)w->pieces[op->pieces + i].size);
		break;
	case OP_FREE:
	case OP_UNMAP:
		printf("%s #%u", op->kind == OP_FREE ? "free" : "unmap", op->id);
		if (op->flags & OP_PART)
			printf(" part 0x%llx+0x%llx", (unsigned long long)op->offset, (unsigned long long)op->size);
		break;
	case OP_ROOM:
		printf("room for %llu bytes below %llu", (unsigned long long)op->size, (unsigned long long)op->target);
		break;
	default:
		printf("relief");
		break;
	}
	putchar('\n');
}

static void show_spaces(const struct workload *w)
{
	char size[24], biggest[24];

	for (size_t i = 0; i < w->nr_spaces; i++) {
		const struct space *s = &w->spaces[i];
		unsigned long allocs = 0, frees = 0;
		uint64_t largest = 0;

		for (size_t k = 0; k < w->nr_ops; k++) {
			if (w->ops[k].space != i)
				continue;
			allocs += w->ops[k].kind == OP_ALLOC;
			frees += w->ops[k].kind == OP_FREE;
			if (w->ops[k].kind == OP_ALLOC && w->ops[k].size > largest)
				largest = w->ops[k].size;
		}
		printf("  %-20s 0x%llx + %s, granule %u: %lu allocations (largest %s), %lu frees\n", s->name, (unsigned long long)s->base,
		       tool_bytes(s->size, size), s->granule, allocs, tool_bytes(largest, biggest), frees);
	}
}

static void show(const char *name, const struct workload *w, bool operations)
{
	printf("%s: %zu operations, %u allocations, %zu spaces, %u threads, identity %016llx\n", name, w->nr_ops, w->nr_allocs, w->nr_spaces,
	       w->nr_threads, (unsigned long long)format_identity(w));
	for (const char *s = w->info; s && *s; s = strchr(s, '\n') + 1)
		printf("  %.*s\n", (int)strcspn(s, "\n"), s);
	show_spaces(w);
	for (size_t i = 0; operations && i < w->nr_ops; i++)
		show_op(w, &w->ops[i]);
}

int cmd_show(int argc, char **argv)
{
	static const struct option options[] = {
		{ "operations", no_argument, NULL, 'O' }, { "strict", no_argument, NULL, 'S' }, { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct load_options opt = { .quiet = true };
	bool operations = false;
	int c, ret = TOOL_OK;

	while ((c = getopt_long(argc, argv, "Oh", options, NULL)) != -1) {
		switch (c) {
		case 'O':
			operations = true;
			break;
		case 'S':
			opt.strict = true;
			break;
		case 'h':
			fputs(show_help, stdout);
			return TOOL_OK;
		default:
			return TOOL_USAGE;
		}
	}
	if (optind == argc)
		return tool_error(TOOL_USAGE, "show: which trace? --help tells more");
	for (; optind < argc; optind++) {
		struct workload w;
		int one = load_workload(argv[optind], &opt, &w);

		if (one) {
			ret = one;
			continue;
		}
		show(argv[optind], &w, operations);
		workload_free(&w);
	}
	return ret;
}
