/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzz target: bytes as ftrace text, by each of the three readings, and as a trace of the own format. Whatever comes of them has to
 * be a workload that makes sense, and one that is read back as it was written.
 *
 *	CC=clang cmake -B build/fuzz -DARMDMA_BUILD_FUZZERS=ON -DCMAKE_C_FLAGS=-fsanitize=fuzzer-no-link,address,undefined
 *	cmake --build build/fuzz --target fuzz_iova_import && build/fuzz/tests/fuzz_iova_import tests/data/iova-seeds
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz: %s\n", what);
	abort();
}

static void round_trip(const struct workload *w)
{
	char err[200], *bytes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);
	struct format_report rep;
	struct workload back;

	must(!workload_check(w, err, sizeof(err)), "a workload that makes no sense");
	must(out && !format_write(w, out) && !fclose(out), "cannot write");
	workload_init(&back);
	must(!format_parse((const unsigned char *)bytes, len, &back, &rep), "what was written cannot be read");
	must(format_identity(w) == format_identity(&back), "what was written comes back as something else");
	workload_free(&back);
	free(bytes);
}

static void as_text(const uint8_t *data, size_t size, enum import_source source)
{
	struct import_options opt = { .source = source };
	struct import_report rep;
	struct workload w;
	char err[200];
	FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	struct ftrace *f = in ? ftrace_open_stream(in, err, sizeof(err)) : NULL;

	if (!f)
		return;
	workload_init(&w);
	if (!import_ftrace(f, &opt, &w, &rep, err, sizeof(err)))
		round_trip(&w);
	must(rep.frees <= rep.lines.lines && rep.left <= rep.allocs, "counts that cannot be");
	workload_free(&w);
	ftrace_close(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct format_report rep;
	struct workload w;

	for (int source = IMPORT_AUTO; source <= IMPORT_IOMMU; source++)
		as_text(data, size, (enum import_source)source);
	workload_init(&w);
	if (!format_parse(data, size, &w, &rep))
		round_trip(&w);
	workload_free(&w);
	return 0;
}
