/* SPDX-License-Identifier: BSD-2-Clause */
/* The fuzz target of the importers as a plain program: its seeds, and what a few thousand changes make of them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fuzz/iova_import.c"
#include "tool.h"

#define SEEDS TEST_DATA_DIR "/iova-seeds"
#define MAX_SEED 65536u
#define MAX_SEEDS 32u
#define CHANGES 150u	/* of each seed */

static struct seed {
	char name[64];
	uint8_t data[MAX_SEED];
	size_t len;
} seeds[MAX_SEEDS];
static unsigned int nr_seeds;

static int read_seeds(void **state)
{
	DIR *dir = opendir(SEEDS);
	const struct dirent *e;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir)) && nr_seeds < MAX_SEEDS) {
		struct seed *s = &seeds[nr_seeds];
		char path[4096];
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", SEEDS, e->d_name);
		snprintf(s->name, sizeof(s->name), "%.60s", e->d_name);
		f = fopen(path, "r");
		assert_non_null(f);
		s->len = fread(s->data, 1, MAX_SEED, f);
		fclose(f);
		nr_seeds++;
	}
	closedir(dir);
	return nr_seeds ? 0 : -1;
}

static void every_seed_is_read(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_seeds; i++)
		LLVMFuzzerTestOneInput(seeds[i].data, seeds[i].len);
	assert_true(nr_seeds >= 5);
}

/* Bytes changed, taken out, put in, pieces of other seeds, ends cut off. */
static size_t change(uint8_t *p, size_t len, uint64_t *rng)
{
	const struct seed *other = &seeds[tool_below(rng, nr_seeds)];
	size_t at = len ? tool_below(rng, (uint32_t)len) : 0, n = 1 + tool_below(rng, 40);

	switch (tool_below(rng, 5)) {
	case 0:
		p[at] ^= (uint8_t)(1 << tool_below(rng, 8));
		return len;
	case 1:
		p[at] = "0123456789abcdefx={},\n \"\0\xff"[tool_below(rng, 26)];
		return len;
	case 2:
		n = n < len - at ? n : len - at;
		memmove(p + at, p + at + n, len - at - n);
		return len - n;
	case 3:
		n = n < other->len ? n : other->len;
		if (len + n > MAX_SEED)
			return len;
		memmove(p + at + n, p + at, len - at);
		memcpy(p + at, other->data + tool_below(rng, (uint32_t)(other->len - n) + 1), n);
		return len + n;
	default:
		return at ? at : len;
	}
}

static void changed_seeds_do_no_harm(void **state)
{
	static uint8_t data[MAX_SEED];
	uint64_t rng = 2024;

	(void)state;
	for (unsigned int i = 0; i < nr_seeds; i++)
		for (unsigned int k = 0; k < CHANGES; k++) {
			size_t len = seeds[i].len;

			memcpy(data, seeds[i].data, len);
			for (uint32_t times = 1 + tool_below(&rng, 6); times && len; times--)
				len = change(data, len, &rng);
			LLVMFuzzerTestOneInput(data, len);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_seed_is_read),
		cmocka_unit_test(changed_seeds_do_no_harm),
	};

	return cmocka_run_group_tests(tests, read_seeds, NULL);
}
