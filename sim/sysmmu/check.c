/* SPDX-License-Identifier: BSD-2-Clause */
/* The check of a unit's configuration against what its version can have. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "sim/sysmmu/sysmmu_internal.h"

ARMDMA_PRINTF(2, 3)
static int bad(struct armdma_error *err, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}

static bool is_power_of_2(uint32_t v)
{
	return v && !(v & (v - 1));
}

static int check_tlb(const struct armdma_sysmmu_config *c, const struct sysmmu_variant *v,
		     struct armdma_error *err)
{
	uint32_t entries = c->tlb_entries ? c->tlb_entries : v->tlb_entries;

	if (entries > v->max_entries)
		return bad(err, "%s: tlb_entries %u is beyond %u", c->name, entries, v->max_entries);
	if (c->tlb_sets && (!is_power_of_2(c->tlb_sets) || c->tlb_sets > TLB_MAX_SETS))
		return bad(err, "%s: tlb_sets %u is not a power of two up to %u", c->name, c->tlb_sets,
			   TLB_MAX_SETS);
	if (c->tlb_sets && entries % c->tlb_sets)
		return bad(err, "%s: tlb_sets %u does not divide %u entries", c->name, c->tlb_sets, entries);
	if (c->tlb_replacement > ARMDMA_TLB_RANDOM)
		return bad(err, "%s: tlb_replacement %d is unknown", c->name, (int)c->tlb_replacement);
	if (c->nr_tlbs > 1 && c->nr_tlbs > v->max_tlbs)
		return bad(err, "%s: nr_tlbs %u: this version has at most %u", c->name, c->nr_tlbs,
			   v->max_tlbs ? v->max_tlbs : 1u);
	return 0;
}

static int check_tlb2(const struct armdma_sysmmu_config *c, const struct sysmmu_variant *v,
		      struct armdma_error *err)
{
	if (!c->tlb2_sets && !c->tlb2_ways)
		return 0;
	if (!v->tlb2_sets && !v->tlb2_optional)
		return bad(err, "%s: tlb2_sets %u, tlb2_ways %u: this version has no second level", c->name,
			   c->tlb2_sets, c->tlb2_ways);
	if (!is_power_of_2(c->tlb2_sets) || c->tlb2_sets > 256)
		return bad(err, "%s: tlb2_sets %u is not a power of two up to 256", c->name, c->tlb2_sets);
	if (!c->tlb2_ways || c->tlb2_ways > 15)
		return bad(err, "%s: tlb2_ways %u is not in 1..15", c->name, c->tlb2_ways);
	return 0;
}

static int check_caches(const struct armdma_sysmmu_config *c, const struct sysmmu_variant *v,
			struct armdma_error *err)
{
	uint32_t n = c->prefetch_buffers;

	if (n && (v->pb_kind == PB_INDEXED ? n != 3 && n != 4 && n != 6 : n != v->nr_pbs))
		return bad(err, "%s: prefetch_buffers %u: this version cannot have so many", c->name, n);
	if (c->flpd_entries && !v->flpd)
		return bad(err, "%s: flpd_entries %u: this version caches no level-1 descriptors", c->name,
			   c->flpd_entries);
	if (c->flpd_entries > FLPD_MAX_ENTRIES)
		return bad(err, "%s: flpd_entries %u is beyond %d", c->name, c->flpd_entries, FLPD_MAX_ENTRIES);
	if (c->flpd_entries && v->line > 1 && !is_power_of_2(c->flpd_entries))
		return bad(err, "%s: flpd_entries %u is not a power of two", c->name, c->flpd_entries);
	return 0;
}

int sysmmu_check(const struct armdma_sysmmu_config *c, struct armdma_error *err)
{
	const struct sysmmu_variant *v = sysmmu_variant(c->version);
	int ret;

	if (!v)
		return bad(err, "%s: version word 0x%08x is not a known SYSMMU (1.0 to 7.4)", c->name,
			   c->version);
	ret = check_tlb(c, v, err);
	if (!ret)
		ret = check_tlb2(c, v, err);
	if (!ret)
		ret = check_caches(c, v, err);
	if (ret)
		return ret;
	if (c->errata_off & ~ARMDMA_SYSMMU_ERRATA_ALL)
		return bad(err, "%s: errata_off 0x%x names unknown errata", c->name, c->errata_off);
	if (c->addr_bits && (c->addr_bits < 32 || c->addr_bits > v->addr_bits))
		return bad(err, "%s: addr_bits %u is not in 32..%u", c->name, c->addr_bits, v->addr_bits);
	if (c->no_block && !v->max_tlbs)
		return bad(err, "%s: no_block: this version has no CAPA1 to say so", c->name);
	return 0;
}
