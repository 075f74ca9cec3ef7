/* SPDX-License-Identifier: BSD-2-Clause */
/* The kinds of reports: names, and what each is worth. */
#include <string.h>

#include "lib/check/report.h"

static const struct kind_facts {
	const char *name;
	enum armdma_report_class class;
} kinds[ARMDMA_REPORT_NR] = {
	[ARMDMA_REPORT_NONE] = { "none", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_STALE_CPU] = { "stale-cpu", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_STALE_DEVICE] = { "stale-device", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_FREE] = { "bad-free", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_ARGUMENT] = { "bad-argument", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_TRAP] = { "trap", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_FAULT] = { "iommu-fault", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_LEAK] = { "leak", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BLOCK_TIMEOUT] = { "block-timeout", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_CONTEXT] = { "bad-context", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_IN_USE] = { "in-use", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_MISSING_WMB] = { "missing-write-barrier", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_MISSING_RMB] = { "missing-read-barrier", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_CPU_WRITE] = { "cpu-write-device-owned", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_CPU_READ] = { "cpu-read-device-owned", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_SHARED_LINE] = { "shared-line", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_LOST_STORE] = { "lost-store", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_UNINITIALISED] = { "uninitialised", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_UNMAPPED] = { "device-unmapped", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_AFTER_UNMAP] = { "device-after-unmap", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_OVERRUN] = { "device-overrun", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_DIRECTION] = { "device-direction", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_TRUNCATED] = { "device-truncated", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_STALE_TLB] = { "stale-tlb", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_UNCHECKED] = { "unchecked-error", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_BAD_MEMORY] = { "bad-memory", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_OVERLAP] = { "overlapping-mappings", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_SEGMENT] = { "segment-limit", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_ATOMIC_POOL] = { "atomic-pool", ARMDMA_CLASS_BUG },
	[ARMDMA_REPORT_DEVICE_CPU_OWNED] = { "device-cpu-owned", ARMDMA_CLASS_SUSPICION },
	[ARMDMA_REPORT_UNREAD] = { "unread-data", ARMDMA_CLASS_SUSPICION },
	[ARMDMA_REPORT_REDUNDANT_SYNC] = { "redundant-sync", ARMDMA_CLASS_PERFORMANCE },
	[ARMDMA_REPORT_BIDIRECTIONAL] = { "bidirectional", ARMDMA_CLASS_PERFORMANCE },
};

const char *armdma_report_name(enum armdma_report_kind kind)
{
	return (unsigned int)kind < ARMDMA_REPORT_NR ? kinds[kind].name : "unknown";
}

enum armdma_report_class armdma_report_class(enum armdma_report_kind kind)
{
	return (unsigned int)kind < ARMDMA_REPORT_NR ? kinds[kind].class : ARMDMA_CLASS_BUG;
}

enum armdma_report_kind kind_by_name(const char *name, size_t len)
{
	for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++)
		if (strlen(kinds[kind].name) == len && !memcmp(kinds[kind].name, name, len))
			return (enum armdma_report_kind)kind;
	return ARMDMA_REPORT_NONE;
}
