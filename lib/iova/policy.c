/* SPDX-License-Identifier: BSD-2-Clause */
/* The IOVA policies of this library by name. */
#include <string.h>

#include "lib/iova/iova.h"

static const struct armdma_iova_policy *const policies[] = {
	&iova_policy_first_fit,
	&iova_policy_next_fit,
	&iova_policy_best_fit,
	&iova_policy_top_down,
	&iova_policy_linux_arm,
	&iova_policy_linux_arm_order,
	&iova_policy_genpool_first,
	&iova_policy_genpool_best,
};

#define NR_POLICIES (sizeof(policies) / sizeof(policies[0]))

const struct armdma_iova_policy *armdma_iova_find(const char *name)
{
	for (size_t i = 0; name && i < NR_POLICIES; i++)
		if (!strcmp(policies[i]->name, name))
			return policies[i];
	return NULL;
}

const struct armdma_iova_policy *armdma_iova_next(const struct armdma_iova_policy *policy)
{
	if (!policy)
		return policies[0];
	for (size_t i = 0; i + 1 < NR_POLICIES; i++)
		if (policies[i] == policy)
			return policies[i + 1];
	return NULL;
}
