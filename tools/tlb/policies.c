/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways to choose page sizes that are compared. */
#include <string.h>

#include "study.h"

static struct armdma_pgsize_policy strict_64k(void)
{
	return armdma_pgsize_strict(64 << 10);
}

static struct armdma_pgsize_policy strict_1m(void)
{
	return armdma_pgsize_strict(1 << 20);
}

static struct armdma_pgsize_policy min_64k(void)
{
	return (struct armdma_pgsize_policy){ .min = 64 << 10 };
}

const struct study_policy study_policies[] = {
	{ "4k", "single pages, entries of 4 KiB", armdma_pgsize_4k, false },
	{ "linux", "blocks of 2 MiB, 1 MiB, 64 KiB, 4 KiB as there are; entries up to 1 MiB", armdma_pgsize_linux, false },
	{ "largest", "the same blocks, and every size of entry that the SYSMMU has", armdma_pgsize_linux, true },
	{ "strict-64k", "whole blocks of 64 KiB, rounded up", strict_64k, false },
	{ "strict-1m", "whole blocks of 1 MiB, rounded up", strict_1m, false },
	{ "min-64k", "as linux, but nothing below 64 KiB, rounded up", min_64k, false },
	{ "promote", "single pages; neighbours become larger entries afterwards", armdma_pgsize_promote, false },
};
const unsigned int study_nr_policies = sizeof(study_policies) / sizeof(study_policies[0]);

const struct study_policy *study_policy_find(const char *name)
{
	for (unsigned int i = 0; i < study_nr_policies; i++) {
		if (!strcmp(study_policies[i].name, name))
			return &study_policies[i];
	}
	return NULL;
}
