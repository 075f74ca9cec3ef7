/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures as a table, as JSON, and as plots. */
#include <stdlib.h>
#include <string.h>

#include "study.h"

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* "12.5M" of bytes. */
static const char *bytes(char *buf, size_t len, uint64_t n)
{
	if (n >= 10 << 20)
		snprintf(buf, len, "%.1fM", (double)n / (1 << 20));
	else if (n >= 1 << 10)
		snprintf(buf, len, "%.0fK", (double)n / (1 << 10));
	else
		snprintf(buf, len, "%llu", (unsigned long long)n);
	return buf;
}

static void print_line(FILE *out, const struct study_result *r)
{
	char reach[24], tables[24], waste[24], capacity[24];

	fprintf(out, "%-12s %6llu %8s %8.2f %8llu %9.2f %7s %7s %6.2f %6llu/%-6llu %9s %9.3f\n", r->policy,
		(unsigned long long)study_entries(r), r->reach ? bytes(reach, sizeof(reach), r->reach) : "-", percent(r->hits, r->lookups),
		(unsigned long long)r->walks, percent(r->walk_cycles, r->cycles),
		bytes(tables, sizeof(tables), r->tables), bytes(waste, sizeof(waste), r->taken > r->asked ? r->taken - r->asked : 0),
		r->asked ? percent(r->taken > r->asked ? r->taken - r->asked : 0, r->asked) : 0, (unsigned long long)r->failures,
		(unsigned long long)r->allocations, r->capacity ? bytes(capacity, sizeof(capacity), r->capacity) : "-",
		(double)(r->map_cycles + r->unmap_cycles) / 160e3 / (double)(r->allocations ? r->allocations : 1));
}

void study_print_table(FILE *out, const struct study_result *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!i || strcmp(r[i].load, r[i - 1].load) || r[i].fragmentation < r[i - 1].fragmentation ||
		    r[i].fragmentation > r[i - 1].fragmentation) {
			fprintf(out, "%s%s, %g %% of all pages held by others: %.0f %% of what is free in blocks of 64 KiB and more, %.0f %% of 1 MiB and more\n",
				i ? "\n" : "", r[i].load, r[i].fragmentation, 100 * r[i].free_64k, 100 * r[i].free_1m);
			fprintf(out, "%-12s %6s %8s %8s %8s %9s %7s %7s %6s %13s %9s %9s\n", "policy", "entries", "reach",
				"hits %", "walks", "walk time%", "tables", "waste", "%", "failed/tried", "capacity", "ms a buf");
		}
		print_line(out, &r[i]);
	}
}

/* ---- JSON ---------------------------------------------------------------------- */

static void json_number(FILE *out, const char *name, uint64_t value)
{
	fprintf(out, ", \"%s\": %llu", name, (unsigned long long)value);
}

void study_print_json(FILE *out, const struct study_options *opt, const struct study_result *r, unsigned int n)
{
	fprintf(out, "{\"version\": \"0x%08x\", \"tlb_entries\": %u, \"ram\": %llu, \"seed\": %llu, \"frames\": %u, \"runs\": [",
		opt->version, opt->tlb_entries, (unsigned long long)opt->ram, (unsigned long long)opt->seed, opt->frames);
	for (unsigned int i = 0; i < n; i++, r++) {
		fprintf(out, "%s\n{\"load\": \"%s\", \"policy\": \"%s\", \"fragmentation_percent\": %g", i ? "," : "", r->load,
			r->policy, r->fragmentation);
		fprintf(out, ", \"free_in_64k_blocks\": %.4f, \"free_in_1m_blocks\": %.4f", r->free_64k, r->free_1m);
		json_number(out, "entries_4k", r->entries[ARMDMA_IOMMU_4K]);
		json_number(out, "entries_64k", r->entries[ARMDMA_IOMMU_64K]);
		json_number(out, "entries_1m", r->entries[ARMDMA_IOMMU_1M]);
		json_number(out, "entries_2m", r->entries[ARMDMA_IOMMU_2M]);
		json_number(out, "entries_16m", r->entries[ARMDMA_IOMMU_16M]);
		json_number(out, "table_bytes", r->tables);
		json_number(out, "reach_bytes", r->reach);
		json_number(out, "lookups", r->lookups);
		json_number(out, "hits", r->hits);
		json_number(out, "walks", r->walks);
		json_number(out, "walk_reads", r->walk_reads);
		json_number(out, "cycles", r->cycles);
		json_number(out, "walk_cycles", r->walk_cycles);
		json_number(out, "asked_bytes", r->asked);
		json_number(out, "taken_bytes", r->taken);
		json_number(out, "allocations", r->allocations);
		json_number(out, "failures", r->failures);
		json_number(out, "capacity_bytes", r->capacity);
		json_number(out, "map_cycles", r->map_cycles);
		json_number(out, "unmap_cycles", r->unmap_cycles);
		json_number(out, "register_accesses", r->registers);
		fprintf(out, "}");
	}
	fprintf(out, "\n]}\n");
}

/* ---- Plots ----------------------------------------------------------------------- */

struct panel {
	const char *title, *column, *scale;
};

/* Columns: 1 load, 2 policy, 3 fragmentation, then what follows here. */
static const struct panel panels[] = {
	{ "entries needed", "4", "set logscale y" },
	{ "TLB misses, % of look-ups", "5", "set logscale y" },
	{ "time in table walks, %", "6", "unset logscale y" },
	{ "memory that fits, MiB (rings), or waste, %", "7", "unset logscale y" },
};

static int write_data(const char *path, const struct study_result *r, unsigned int n)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return -1;
	fprintf(out, "# load policy fragmentation%% entries misses%% walk%% capacity-MiB-or-waste%%\n");
	for (unsigned int i = 0; i < n; i++, r++) {
		double misses = percent(r->lookups - r->hits, r->lookups);

		fprintf(out, "%s %s %g %llu %g %g %g\n", r->load, r->policy, r->fragmentation,
			(unsigned long long)study_entries(r), misses > 0.0001 ? misses : 0.0001,
			percent(r->walk_cycles, r->cycles),
			r->capacity ? (double)r->capacity / (1 << 20) : percent(r->taken - r->asked, r->asked));
	}
	return fclose(out) ? -1 : 0;
}

static bool seen(const struct study_result *r, unsigned int i, bool load)
{
	for (unsigned int k = 0; k < i; k++) {
		if (!strcmp(load ? r[k].load : r[k].policy, load ? r[i].load : r[i].policy))
			return true;
	}
	return false;
}

static void write_panel(FILE *out, const struct panel *p, const char *load, const struct study_result *r, unsigned int n)
{
	bool first = true;

	fprintf(out, "%s\nset title '%s'\nplot ", p->scale, p->title);
	for (unsigned int i = 0; i < n; i++) {
		if (seen(r, i, false))
			continue;
		fprintf(out, "%s'pagesize.dat' using (strcol(1) eq '%s' && strcol(2) eq '%s' ? $3 : NaN):%s with linespoints title '%s'",
			first ? "" : ", \\\n ", load, r[i].policy, p->column, r[i].policy);
		first = false;
	}
	fprintf(out, "\n");
}

static int write_script(const char *path, const struct study_result *r, unsigned int n)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return -1;
	fprintf(out, "set terminal svg size 1000,760 background 'white'\nset datafile missing 'NaN'\n"
		     "set xlabel 'pages held by others, %% of all'\nset key below\n");
	for (unsigned int i = 0; i < n; i++) {
		if (seen(r, i, true))
			continue;
		fprintf(out, "set output 'pagesize-%s.svg'\nset multiplot layout 2,2 title '%s'\n", r[i].load, r[i].load);
		for (unsigned int k = 0; k < sizeof(panels) / sizeof(panels[0]); k++)
			write_panel(out, &panels[k], r[i].load, r, n);
		fprintf(out, "unset multiplot\n");
	}
	return fclose(out) ? -1 : 0;
}

int study_plot(const char *dir, const struct study_result *r, unsigned int n)
{
	char path[1024], command[1200];

	snprintf(path, sizeof(path), "%s/pagesize.dat", dir);
	if (write_data(path, r, n))
		return -1;
	snprintf(path, sizeof(path), "%s/pagesize.gp", dir);
	if (write_script(path, r, n))
		return -1;
	snprintf(command, sizeof(command), "cd '%s' && gnuplot pagesize.gp", dir);
	return system(command) ? 1 : 0;
}
