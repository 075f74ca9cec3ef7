// SPDX-License-Identifier: BSD-2-Clause
// The program: rows become Google Benchmark's benchmarks, its reporters print them and write the JSON.
//
// Google Benchmark has no batches with a reference around each, so one of its iterations is a whole row
// (measure.c); figures are its user counters. Its repetitions, interleaved at random, spread each row over the whole
// run, so that a burst of other work on the machine cannot hit all of one row; its median of them is the figure.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <regex>
#include <string>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "bench.h"

namespace {

struct options {
	std::string output = "build/bench/results.json";
	std::string filter;
	unsigned int batches = 21;
	unsigned int rounds = 3;
	bool goals = false;
	bool list = false;
};

const char *const unit_names[] = { "L1 steps", "of memcpy", "x memcpy", "us", "x", "x", "bytes" };

bool met(const bench_row &row, double figure)
{
	return row.unit == BENCH_SHARE || row.unit == BENCH_RATIO ? figure >= row.goal : figure <= row.goal;
}

std::string goal_text(const bench_row &row)
{
	char buf[64];

	if (row.goal == 0)
		return "-";
	std::snprintf(buf, sizeof(buf), "%s %g", row.unit == BENCH_SHARE || row.unit == BENCH_RATIO ? ">=" : "<=", row.goal);
	return buf;
}

std::vector<const bench_row *> all_rows()
{
	const bench_rows *const tables[] = { &bench_rows_machine, &bench_rows_memory, &bench_rows_table,
					     &bench_rows_translate, &bench_rows_sysmmu, &bench_rows_dma, &bench_rows_api, &bench_rows_check,
					     &bench_rows_iova };
	std::vector<const bench_row *> rows;

	for (const bench_rows *table : tables)
		for (size_t i = 0; i < table->nr; i++)
			rows.push_back(&table->row[i]);
	return rows;
}

std::map<std::string, const bench_row *> &by_name()
{
	static std::map<std::string, const bench_row *> rows;

	return rows;
}

void run_row(benchmark::State &state, const bench_row *row, unsigned int batches)
{
	bench_result res = {};

	for (auto _ : state) {
		if (bench_measure(row, batches, &res)) {
			state.SkipWithError("the row failed");
			return;
		}
		state.SetIterationTime(1e-9 * res.op_ns);
	}
	state.SetLabel(unit_names[row->unit]);
	state.counters["figure"] = res.figure;
	state.counters["ns"] = res.op_ns;
	state.counters["figure_min"] = res.min;
	state.counters["figure_max"] = res.max;
	state.counters["reference_ns"] = res.ref_ns;
	state.counters["batch"] = static_cast<double>(res.batch);
	state.counters["batches"] = res.batches;
	if (row->goal != 0)
		state.counters["goal"] = row->goal;
}

using runs_t = std::vector<benchmark::BenchmarkReporter::Run>;

// The runs without what Google Benchmark adds to their names: the row's name is the name.
runs_t plain_names(const runs_t &runs)
{
	runs_t out = runs;

	for (auto &run : out) {
		run.run_name.iterations.clear();
		run.run_name.repetitions.clear();
		run.run_name.time_type.clear();
	}
	return out;
}

double counter(const benchmark::BenchmarkReporter::Run &run, const char *name)
{
	return run.counters.at(name);
}

// The run that holds the row's figure: the median of its rounds, or its only round.
bool is_final(const benchmark::BenchmarkReporter::Run &run)
{
	return run.aggregate_name == "median" ||
	       (run.run_type == benchmark::BenchmarkReporter::Run::RT_Iteration && run.repetitions < 2);
}

class json_file : public benchmark::JSONReporter {
public:
	void ReportRuns(const runs_t &runs) override
	{
		runs_t out = plain_names(runs);

		for (auto &run : out) {
			const bench_row &row = *by_name().at(run.run_name.str());

			if (is_final(run) && !run.error_occurred && row.goal != 0)
				run.counters["met"] = met(row, counter(run, "figure"));
		}
		benchmark::JSONReporter::ReportRuns(out);
	}
};

// The table on the terminal, printed at the end in the order of the rows.
class table : public benchmark::BenchmarkReporter {
public:
	bool ReportContext(const Context &) override
	{
		return true;
	}

	// First the rounds of a row, then, if there are several, what they come to.
	void ReportRuns(const runs_t &runs) override
	{
		for (const Run &run : plain_names(runs))
			note(run);
	}

	int print(const std::vector<const bench_row *> &rows, bool goals) const
	{
		unsigned int met_goals = 0, all_goals = 0, failed = 0;

		std::printf("%-33s %10s %-9s %21s %12s", "row", "figure", "", "min .. max", "ns");
		std::printf(goals ? "  goal\n" : "\n");
		for (const bench_row *row : rows) {
			const auto line = lines_.find(row->name);
			const bool ok = line != lines_.end() && line->second.complete && !line->second.failed;

			failed += !ok;
			all_goals += row->goal != 0;
			met_goals += ok && row->goal != 0 && met(*row, line->second.figure);
			if (ok)
				print_line(*row, line->second, goals);
			else
				std::printf("%-33s failed\n", row->name);
		}
		if (goals)
			std::printf("goals: %u of %u met\n", met_goals, all_goals);
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;
	}

private:
	struct line {
		double figure, min = HUGE_VAL, max = 0, ns;
		bool complete = false, failed = false;
	};

	void note(const Run &run)
	{
		line &l = lines_[run.run_name.str()];

		if (run.error_occurred) {
			l.failed = true;
			return;
		}
		if (run.run_type == Run::RT_Iteration) {
			l.min = std::min(l.min, counter(run, "figure_min"));
			l.max = std::max(l.max, counter(run, "figure_max"));
		}
		if (is_final(run)) {
			l.figure = counter(run, "figure");
			l.ns = counter(run, "ns");
			l.complete = true;
		}
	}

	static void print_line(const bench_row &row, const line &l, bool goals)
	{
		std::printf("%-33s %10.2f %-9s %9.2f .. %-8.2f %12.1f", row.name, l.figure,
			    unit_names[row.unit], l.min, l.max, l.ns);
		if (goals && row.goal != 0)
			std::printf("  %-8s %s", goal_text(row).c_str(), met(row, l.figure) ? "met" : "missed");
		else if (goals)
			std::printf("  -");
		std::printf("\n");
	}

	std::map<std::string, line> lines_;
};

void usage(FILE *out)
{
	std::fputs("usage: armdma-bench [--goals] [--filter REGEX] [--output FILE] [--batches N]\n"
		   "                    [--rounds N] [--list]\n"
		   "\n"
		   "  --goals         compare with the goals and count how many are met\n"
		   "  --filter REGEX  only rows whose name contains a match\n"
		   "  --output FILE   JSON, in Google Benchmark's format (build/bench/results.json)\n"
		   "  --batches N     batches a row and round (21; fewer are good for a first look only)\n"
		   "  --rounds N      how often all rows are measured (3), in random order\n"
		   "  --list          print the names of the rows, with their goals\n",
		   out);
}

bool parse_count(const std::string &option, const char *text, unsigned int &value)
{
	char *end;
	const unsigned long n = std::strtoul(text, &end, 10);

	if (end == text || *end || n < 1 || n > 10000) {
		std::fprintf(stderr, "armdma-bench: %s %s: 1 to 10000\n", option.c_str(), text);
		return false;
	}
	value = static_cast<unsigned int>(n);
	return true;
}

// Returns -1 to go on, or the exit status.
int parse(int argc, char **argv, options &opt)
{
	for (int i = 1; i < argc; i++) {
		const std::string arg = argv[i];
		const bool has_value = i + 1 < argc;

		if (arg == "--goals") {
			opt.goals = true;
		} else if (arg == "--list") {
			opt.list = true;
		} else if (arg == "--first-machine") {
			return bench_first_machine();
		} else if (arg == "--help" || arg == "-h") {
			usage(stdout);
			return EXIT_SUCCESS;
		} else if ((arg == "--output" || arg == "--out") && has_value) {
			opt.output = argv[++i];
		} else if (arg == "--filter" && has_value) {
			opt.filter = argv[++i];
		} else if (arg == "--batches" && has_value) {
			if (!parse_count(arg, argv[++i], opt.batches))
				return 2;
		} else if (arg == "--rounds" && has_value) {
			if (!parse_count(arg, argv[++i], opt.rounds))
				return 2;
		} else {
			std::fprintf(stderr, "armdma-bench: %s: unknown, or its value is missing\n", argv[i]);
			usage(stderr);
			return 2;
		}
	}
	return -1;
}

bool choose(const options &opt, std::vector<const bench_row *> &rows)
{
	try {
		const std::regex re(opt.filter);

		for (const bench_row *row : all_rows())
			if (std::regex_search(row->name, re))
				rows.push_back(row);
	} catch (const std::regex_error &e) {
		std::fprintf(stderr, "armdma-bench: --filter %s: %s\n", opt.filter.c_str(), e.what());
		return false;
	}
	if (rows.empty())
		std::fprintf(stderr, "armdma-bench: --filter %s: no such row; --list names them\n",
			     opt.filter.c_str());
	return !rows.empty();
}

bool writable(const std::string &path)
{
	const std::filesystem::path dir = std::filesystem::path(path).parent_path();
	std::error_code ignored;

	if (!dir.empty())
		std::filesystem::create_directories(dir, ignored);
	FILE *f = std::fopen(path.c_str(), "w");

	if (!f) {
		std::fprintf(stderr, "armdma-bench: --output %s: %s\n", path.c_str(), std::strerror(errno));
		return false;
	}
	std::fclose(f);
	return true;
}

// glibc's malloc keeps more and more to itself the longer a process lives. Every row finds it as it is at the start of
// a process, whatever ran before.
void fix_heap()
{
#ifdef __GLIBC__
	mallopt(M_TRIM_THRESHOLD, 128 * 1024);
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
#endif
}

void init_library(const char *program, const std::string &output)
{
	// It keeps the program's name where it is.
	static std::string args[] = { program, "--benchmark_out=" + output, "--benchmark_out_format=json",
				      "--benchmark_enable_random_interleaving=true" };
	char *argv[] = { &args[0][0], &args[1][0], &args[2][0], &args[3][0], nullptr };
	int argc = 4;

	benchmark::Initialize(&argc, argv);
}

} // namespace

int main(int argc, char **argv)
{
	std::vector<const bench_row *> rows;
	options opt;
	const int status = parse(argc, argv, opt);

	if (status >= 0)
		return status;
	if (!choose(opt, rows))
		return 2;
	if (opt.list) {
		for (const bench_row *row : rows)
			std::printf("%-36s %-9s %s\n", row->name, unit_names[row->unit],
				    goal_text(*row).c_str());
		return EXIT_SUCCESS;
	}
	if (!writable(opt.output))
		return 2;
	fix_heap();
	init_library(argv[0], opt.output);
	for (const bench_row *row : rows) {
		by_name()[row->name] = row;
		benchmark::RegisterBenchmark(row->name, run_row, row, opt.batches)
			->Iterations(1)
			->Repetitions(static_cast<int>(opt.rounds))
			->UseManualTime()
			->Unit(benchmark::kNanosecond);
	}

	std::fprintf(stderr, "armdma-bench: %zu rows, in %u rounds; the table comes at the end\n", rows.size(),
		     opt.rounds);

	table display;
	json_file file;

	benchmark::RunSpecifiedBenchmarks(&display, &file);
	return display.print(rows, opt.goals);
}
