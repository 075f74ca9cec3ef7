/* SPDX-License-Identifier: BSD-2-Clause */
/* The IOVA policies of this library by name. */
#include <string.h>

#include "lib/iova/iova.h"

/* With thread caches over first-fit as "magazine", and over each of them as "magazine:NAME". */
#define WITH_CACHES(policy, its_name) { &(policy), IOVA_MAGAZINE("magazine:" its_name, &(policy)) }

static const struct armdma_iova_policy magazine = IOVA_MAGAZINE("magazine", &iova_policy_first_fit);

static const struct {
	const struct armdma_iova_policy *plain, cached;
} policies[] = {
	WITH_CACHES(iova_policy_first_fit, "first-fit"),
	WITH_CACHES(iova_policy_next_fit, "next-fit"),
	WITH_CACHES(iova_policy_best_fit, "best-fit"),
	WITH_CACHES(iova_policy_top_down, "top-down"),
	WITH_CACHES(iova_policy_two_level, "two-level"),
	WITH_CACHES(iova_policy_buddy, "buddy"),
	WITH_CACHES(iova_policy_linux_arm, "linux-arm"),
	WITH_CACHES(iova_policy_linux_arm_order, "linux-arm-order"),
	WITH_CACHES(iova_policy_genpool_first, "genpool-first"),
	WITH_CACHES(iova_policy_genpool_best, "genpool-best"),
	{ .plain = &magazine },
};

#define NR_POLICIES (sizeof(policies) / sizeof(policies[0]))

const struct armdma_iova_policy *armdma_iova_find(const char *name)
{
	for (size_t i = 0; name && i < NR_POLICIES; i++) {
		if (!strcmp(policies[i].plain->name, name))
			return policies[i].plain;
		if (policies[i].cached.name && !strcmp(policies[i].cached.name, name))
			return &policies[i].cached;
	}
	return NULL;
}

/* Those with caches are not listed but for the one: they double the others. */
const struct armdma_iova_policy *armdma_iova_next(const struct armdma_iova_policy *policy)
{
	if (!policy)
		return policies[0].plain;
	for (size_t i = 0; i + 1 < NR_POLICIES; i++)
		if (policies[i].plain == policy)
			return policies[i + 1].plain;
	return NULL;
}
