/* SPDX-License-Identifier: BSD-2-Clause */
/* The conformance suite: every policy of the library keeps every rule, and of policies that break one rule, it names that rule. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <armdma/iova.h>

struct heard {
	const char *policy, *wanted;	/* wanted: a rule */
	unsigned int verdicts;
	bool broken, others, silent;
};

static void hear(void *ctx, const struct armdma_iova_verdict *v)
{
	struct heard *h = ctx;

	h->verdicts++;
	if (v->result == ARMDMA_IOVA_KEPT)
		return;
	print_message("%s: %s: %s\n", h->policy, v->rule, v->why.msg);
	if (v->result != ARMDMA_IOVA_BROKEN)
		return;
	if (h->wanted && !strcmp(v->rule, h->wanted))
		h->broken = true;
	else
		h->others = true;
	h->silent |= !v->why.msg[0];
}

static void every_policy_keeps_every_rule(void **state)
{
	const struct armdma_iova_policy *p = NULL;

	(void)state;
	while ((p = armdma_iova_next(p)))
		for (uint64_t seed = 1; seed <= 2; seed++) {
			struct heard h = { .policy = p->name };

			if (armdma_iova_selftest(p, seed, hear, &h))
				fail_msg("%s breaks rules", p->name);
			assert_int_equal(h.verdicts, 20);
		}
}

static void thread_caches_over_every_policy_keep_every_rule(void **state)
{
	const struct armdma_iova_policy *p = NULL;
	char name[80];

	(void)state;
	while ((p = armdma_iova_next(p))) {
		struct heard h = { .policy = name };

		if (!strcmp(p->name, "magazine"))
			continue;
		snprintf(name, sizeof(name), "magazine:%s", p->name);
		if (armdma_iova_selftest(armdma_iova_find(name), 3, hear, &h))
			fail_msg("%s breaks rules", name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_policy_keeps_every_rule),
		cmocka_unit_test(thread_caches_over_every_policy_keep_every_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
