/* SPDX-License-Identifier: BSD-2-Clause */
/* armdma-tlb: page sizes, and what they do to the TLB of a device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <armdma/sysmmu.h>

#include "study.h"

#define MAX_FRAGS 8u
#define MAX_RUNS 512u

struct arguments {
	struct study_options opt;
	const struct study_load *load[8];
	const struct study_policy *policy[8];
	double frag[MAX_FRAGS];
	unsigned int nr_loads, nr_policies, nr_frags;
	const char *json, *plot;
};

static const struct {
	const char *name;
	uint32_t version;
} versions[] = {
	{ "1.0", ARMDMA_SYSMMU_V1_0 }, { "1.2", ARMDMA_SYSMMU_V1_2 }, { "2.0", ARMDMA_SYSMMU_V2_0 },
	{ "2.1", ARMDMA_SYSMMU_V2_1 }, { "3.0", ARMDMA_SYSMMU_V3_0 }, { "3.1", ARMDMA_SYSMMU_V3_1 },
	{ "3.2", ARMDMA_SYSMMU_V3_2 }, { "3.3", ARMDMA_SYSMMU_V3_3 }, { "5.0", ARMDMA_SYSMMU_V5_0 },
	{ "5.1", ARMDMA_SYSMMU_V5_1 }, { "6.0", ARMDMA_SYSMMU_V6_0 }, { "7.0", ARMDMA_SYSMMU_V7_0 },
	{ "7.2", ARMDMA_SYSMMU_V7_2 }, { "7.4", ARMDMA_SYSMMU_V7_4 },
};

static void usage(FILE *out)
{
	fputs("usage: armdma-tlb [options]\n"
	      "\n"
	      "What each way to choose page sizes costs and brings, measured on a simulated SYSMMU.\n"
	      "\n"
	      "  --load NAME           a load (several: repeat); all but trace:\n", out);
	for (unsigned int i = 0; i < study_nr_loads; i++)
		fprintf(out, "                          %-14s %s\n", study_loads[i].name, study_loads[i].what);
	fputs("  --policy NAME         a way to choose (several: repeat); all:\n", out);
	for (unsigned int i = 0; i < study_nr_policies; i++)
		fprintf(out, "                          %-14s %s\n", study_policies[i].name, study_policies[i].what);
	fputs("  --fragmentation P,... percent of all pages that others hold on to after the memory has aged (0,0.1,1,5)\n"
	      "  --trace FILE          a recording (ftrace text, plain or .xz); adds the load trace\n"
	      "  --version V           of the SYSMMU, 1.0 to 7.4 (1.2)\n"
	      "  --tlb N               entries of its TLB (as the version has)\n"
	      "  --ram MIB             of the machine, 64 to 2048 (128)\n"
	      "  --frames N            frames of a ring (8)\n"
	      "  --seed N              of aging and loads (1)\n"
	      "  --json FILE           all figures; - for standard output, instead of the table\n"
	      "  --plot DIR            a plot of each load (SVG, by gnuplot)\n", out);
}

static int bad(const char *option, const char *value, const char *want)
{
	fprintf(stderr, "armdma-tlb: %s %s: %s\n", option, value ? value : "", want);
	return -1;
}

static int number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
	char want[64], *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (!errno && end != text && !*end && *text != '-' && *value >= least && *value <= most)
		return 0;
	snprintf(want, sizeof(want), "a number from %llu to %llu", (unsigned long long)least, (unsigned long long)most);
	return bad(option, text, want);
}

static int parse_fragmentation(struct arguments *a, const char *text)
{
	a->nr_frags = 0;
	for (const char *p = text; *p;) {
		char *end;
		double value = strtod(p, &end);

		if (end == p || !(value >= 0 && value <= 90) || a->nr_frags == MAX_FRAGS || (*end && *end != ','))
			return bad("--fragmentation", text, "percentages from 0 to 90, at most 8, with commas");
		a->frag[a->nr_frags++] = value;
		p = *end ? end + 1 : end;
	}
	return a->nr_frags ? 0 : bad("--fragmentation", text, "nothing in it");
}

static int parse_version(struct arguments *a, const char *text)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (!strcmp(versions[i].name, text)) {
			a->opt.version = versions[i].version;
			return 0;
		}
	}
	return bad("--version", text, "one of 1.0 1.2 2.0 2.1 3.0 3.1 3.2 3.3 5.0 5.1 6.0 7.0 7.2 7.4");
}

static int parse_load(struct arguments *a, const char *text)
{
	const struct study_load *load = study_load_find(text);

	if (!load || a->nr_loads == 8)
		return bad("--load", text, "no such load; --help names them");
	a->load[a->nr_loads++] = load;
	return 0;
}

static int parse_policy(struct arguments *a, const char *text)
{
	const struct study_policy *policy = study_policy_find(text);

	if (!policy || a->nr_policies == 8)
		return bad("--policy", text, "no such policy; --help names them");
	a->policy[a->nr_policies++] = policy;
	return 0;
}

static int parse_option(struct arguments *a, const char *option, const char *value)
{
	uint64_t n = 0;
	int ret = 0;

	if (!strcmp(option, "--load")) {
		ret = parse_load(a, value);
	} else if (!strcmp(option, "--policy")) {
		ret = parse_policy(a, value);
	} else if (!strcmp(option, "--fragmentation")) {
		ret = parse_fragmentation(a, value);
	} else if (!strcmp(option, "--version")) {
		ret = parse_version(a, value);
	} else if (!strcmp(option, "--trace")) {
		a->opt.trace = value;
	} else if (!strcmp(option, "--json")) {
		a->json = value;
	} else if (!strcmp(option, "--plot")) {
		a->plot = value;
	} else if (!strcmp(option, "--tlb")) {
		ret = number(option, value, 1, 255, &n);
		a->opt.tlb_entries = (uint32_t)n;
	} else if (!strcmp(option, "--ram")) {
		ret = number(option, value, 64, 2048, &n);
		a->opt.ram = (n << 20) & ~((16ull << 20) - 1);
	} else if (!strcmp(option, "--frames")) {
		ret = number(option, value, 1, 10000, &n);
		a->opt.frames = (unsigned int)n;
	} else if (!strcmp(option, "--seed")) {
		ret = number(option, value, 0, UINT64_MAX, &a->opt.seed);
	} else {
		ret = bad(option, NULL, "unknown; --help names the options");
	}
	return ret;
}

static void add_load(struct arguments *a, const struct study_load *load)
{
	for (unsigned int i = 0; i < a->nr_loads; i++) {
		if (a->load[i] == load)
			return;
	}
	if (a->nr_loads < 8)
		a->load[a->nr_loads++] = load;
}

/* What was not named: all of it; a recording counts as named. */
static void fill_in(struct arguments *a)
{
	bool no_load = !a->nr_loads, no_policy = !a->nr_policies;

	for (unsigned int i = 0; i < study_nr_loads && no_load; i++) {
		if (study_loads[i].run != study_trace_run)
			add_load(a, &study_loads[i]);
	}
	if (a->opt.trace)
		add_load(a, study_load_find("trace"));
	for (unsigned int i = 0; i < study_nr_policies && no_policy; i++)
		a->policy[a->nr_policies++] = &study_policies[i];
}

/* -1: go on; else an exit status. */
static int parse(struct arguments *a, int argc, char **argv)
{
	static const double frags[] = { 0, 0.1, 1, 5 };

	memcpy(a->frag, frags, sizeof(frags));
	a->nr_frags = 4;
	for (int i = 1; i < argc; i += 2) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			usage(stdout);
			return EXIT_SUCCESS;
		}
		if (i + 1 == argc)
			return bad(argv[i], NULL, "its value is missing"), 2;
		if (parse_option(a, argv[i], argv[i + 1]))
			return 2;
	}
	fill_in(a);
	for (unsigned int i = 0; i < a->nr_loads; i++) {
		if (a->load[i]->run == study_trace_run && !a->opt.trace)
			return bad("--load", "trace", "needs --trace FILE"), 2;
	}
	return -1;
}

static int write_json(const struct arguments *a, const struct study_result *r, unsigned int n)
{
	FILE *out = strcmp(a->json, "-") ? fopen(a->json, "w") : stdout;
	int failed;

	if (!out) {
		perror(a->json);
		return -1;
	}
	study_print_json(out, &a->opt, r, n);
	failed = fflush(out) || ferror(out);
	if (out != stdout)
		failed |= fclose(out) != 0;
	if (failed)
		perror(a->json);
	return failed ? -1 : 0;
}

static int report(const struct arguments *a, const struct study_result *r, unsigned int n)
{
	int ret = 0;

	if (!a->json || strcmp(a->json, "-"))
		study_print_table(stdout, r, n);
	if (a->json)
		ret = write_json(a, r, n);
	if (a->plot && !ret) {
		if (mkdir(a->plot, 0777) && errno != EEXIST)
			ret = -1;
		else
			ret = study_plot(a->plot, r, n);
		if (ret < 0)
			perror(a->plot);
		else if (ret)
			fprintf(stderr, "armdma-tlb: gnuplot failed or is missing (Debian: gnuplot-nox); %s/pagesize.gp is its input\n",
				a->plot);
	}
	return ret;
}

int main(int argc, char **argv)
{
	static struct study_result results[MAX_RUNS];
	struct arguments a = {
		.opt = { .version = ARMDMA_SYSMMU_V1_2, .ram = 128ull << 20, .seed = 1, .frames = 8 },
	};
	unsigned int n = 0;
	char why[512];
	int status = parse(&a, argc, argv);

	if (status >= 0)
		return status;
	for (unsigned int l = 0; l < a.nr_loads; l++) {
		for (unsigned int f = 0; f < a.nr_frags; f++) {
			for (unsigned int p = 0; p < a.nr_policies; p++) {
				if (study_run(&a.opt, a.load[l], a.policy[p], a.frag[f], &results[n], why, sizeof(why))) {
					fprintf(stderr, "armdma-tlb: %s\n", why);
					return EXIT_FAILURE;
				}
				n++;
			}
		}
	}
	return report(&a, results, n) ? EXIT_FAILURE : EXIT_SUCCESS;
}
