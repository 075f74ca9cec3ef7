/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iova_pairs POLICY PAIRS: 10 000 live pages in 1 GiB; so often a random one is freed and one is allocated. What a pair costs in
 * instructions is the difference between two numbers of pairs (tests/iova_instructions_test.sh).
 */
#include <stdio.h>
#include <stdlib.h>

#include <armdma/iova.h>

#define LIVE 10000u
#ifndef PAGES
#define PAGES 1
#endif
#define PAGE (4096u * PAGES)

static armdma_dma_t live[LIVE];

int main(int argc, char **argv)
{
	struct armdma_iova_space space = { .size = 1ULL << 30, .granule = 4096, .align_order = 8 };
	struct armdma_iova_request req = { .size = PAGE };
	const struct armdma_iova_policy *p = argc == 3 ? armdma_iova_find(argv[1]) : NULL;
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	uint64_t x = 12345;
	void *priv;

	if (!p || p->create(p, &priv, &space, NULL))
		return EXIT_FAILURE;
	for (unsigned int i = 0; i < LIVE; i++)
		if (p->alloc(priv, &req, &live[i]))
			return EXIT_FAILURE;
	while (n--) {
		armdma_dma_t *l;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		l = &live[(x >> 32) * LIVE >> 32];
		if (p->free(priv, *l, PAGE) || p->alloc(priv, &req, l))
			return EXIT_FAILURE;
	}
	printf("%llx\n", (unsigned long long)live[0]);
	p->destroy(priv);
	return EXIT_SUCCESS;
}
