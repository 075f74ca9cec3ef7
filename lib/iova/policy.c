/* SPDX-License-Identifier: BSD-2-Clause */
/* The IOVA policies by name. */
#include <string.h>

#include <armdma/iova.h>

const struct armdma_iova_policy *armdma_iova_find(const char *name)
{
	const struct armdma_iova_policy *const policies[] = {
		armdma_iova_linux_arm(),
	};

	for (size_t i = 0; name && i < sizeof(policies) / sizeof(policies[0]); i++)
		if (!strcmp(policies[i]->name, name))
			return policies[i];
	return NULL;
}
