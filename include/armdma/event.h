/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events: what observers (the checker, the trace, a test) see of both halves.
 *
 * Neither half calls an observer by name. Each emits events of the types
 * below; an event that nobody listens to costs one test of a mask.
 * Callbacks run at once, in the context of the emitter, and may not call back
 * into the machine except to read (statistics, armdma_hw_phys_read()). In a shared machine they run when the call
 * that caused the event is over (armdma/hw.h), in its thread, and may do what they like; the event is a copy.
 */
#ifndef ARMDMA_EVENT_H
#define ARMDMA_EVENT_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum armdma_event_type {
	/* hardware */
	ARMDMA_EV_REG_READ,	/* who=unit, addr=PA, value */
	ARMDMA_EV_REG_WRITE,	/* who=unit, addr=PA, value */
	ARMDMA_EV_CACHE_OP,	/* pa, len, value=armdma_cache_op, flags=one ARMDMA_CACHE_* level */
	ARMDMA_EV_BARRIER,	/* value=armdma_barrier */
	ARMDMA_EV_BUS_READ,	/* who=master, addr=IOVA, pa, len, value=cycles on the bus, result=armdma_bus_resp */
	ARMDMA_EV_BUS_WRITE,	/* same */
	ARMDMA_EV_BUS_TRUNCATED, /* who=master, addr=as its engines asked, value=what the port's width left of it, len */
	/*
	 * who=unit whose register was written without a barrier (at site) while a store waited, pa=that store, value=its byte: a
	 * master reads there now, and does not see it. The ARMDMA_EV_BUS_READ that follows says who.
	 */
	ARMDMA_EV_STORE_MISSED,
	ARMDMA_EV_IRQ_LEVEL,	/* addr=line, value=new level of the line */
	ARMDMA_EV_IRQ_ENTER,	/* addr=line */
	ARMDMA_EV_IRQ_EXIT,	/* addr=line, value=1 a handler claimed it */
	ARMDMA_EV_TLB_FILL,	/* who=unit, addr=IOVA, pa, len=page size */
	ARMDMA_EV_TLB_INV,	/* who=unit, addr=IOVA or 0, len=0 for all, value=entries dropped */
	ARMDMA_EV_WALK,		/* who=unit, addr=IOVA, pa=of the descriptor, value=descriptor, flags=level */
	ARMDMA_EV_FAULT,	/* who=unit, addr=IOVA, value=interrupt bit, dir */
	ARMDMA_EV_BLOCK,	/* who=unit, value=1 blocked, 0 unblocked */
	ARMDMA_EV_FRAME,	/* who=camera, addr=frame number, value=1-based buffer index, result<0: overflow */
	ARMDMA_EV_CPU_MAP,	/* cpu, len, value=armdma_memtype, flags=armdma_space */
	ARMDMA_EV_CPU_UNMAP,	/* cpu, len */
	ARMDMA_EV_TRAP,		/* cpu=address touched, flags=armdma_space, value=1 write */
	ARMDMA_EV_ABORT,	/* register access without an answer: who=unit or NULL, addr=PA, value=1 write */
	ARMDMA_EV_POWER,	/* who=unit, value=1 on, 0 off, flags=0 power, 1 clock */
	ARMDMA_EV_CHOICE,	/* hardware did what it need not: value=armdma_choice_kind, pa, len, flags=ARMDMA_CACHE_* levels, addr=choice point */
	/* software */
	ARMDMA_EV_PAGE_ALLOC,	/* pa, len */
	ARMDMA_EV_PAGE_FREE,	/* pa, len */
	ARMDMA_EV_KFREE,	/* pa, len: an object of kmalloc's slabs is free */
	ARMDMA_EV_IOVA_ALLOC,	/* addr, len, value=level-1 table of the address space, result */
	ARMDMA_EV_IOVA_FREE,	/* addr, len, value=the same */
	ARMDMA_EV_IOMMU_MAP,	/* addr=IOVA, pa, len, flags=prot, result */
	ARMDMA_EV_IOMMU_UNMAP,	/* addr=IOVA, len, value=bytes unmapped */
	ARMDMA_EV_DMA_ALLOC,	/* dev, addr=handle, cpu, len, value=attrs, flags=ARMDMA_MAP_OWN or 0, site, result */
	ARMDMA_EV_DMA_FREE,	/* dev, addr=handle, cpu, len, value=attrs, site */
	ARMDMA_EV_DMA_MMAP,	/* dev, addr=handle, cpu=user address, len, value=attrs, site, result */
	ARMDMA_EV_DMA_MAP,	/* dev, addr=handle, pa, len, dir, value=attrs, flags=ARMDMA_MAP_*, site, result */
	/*
	 * An unmap (of one range that has any) or sync for the CPU, before its maintenance: as DMA_MAP; value=attrs of the call.
	 */
	ARMDMA_EV_DMA_TAKE,
	ARMDMA_EV_DMA_GIVE,	/* a map or sync for the device: the same; addr of a map: all ones */
	ARMDMA_EV_DMA_UNMAP,	/* as DMA_MAP */
	ARMDMA_EV_DMA_SYNC_CPU,	/* dev, addr=handle+offset, pa, len, dir, site */
	ARMDMA_EV_DMA_SYNC_DEV,	/* same */
	ARMDMA_EV_DMA_ERROR_CHECK, /* dev, addr: dma_mapping_error() was asked about a valid address */
	/*
	 * who=public function of the DMA API that is entered, dev, flags=armdma_dma_opset, site. Calls about an address space
	 * have no dev, and flags=ARMDMA_NR_OPSETS. Calls that only tell (stats, validate, get_ops) are no events: observers use them.
	 */
	ARMDMA_EV_DMA_CALL,
	ARMDMA_EV_MISUSE,	/* pa or ARMDMA_MAPPING_ERROR, dev, addr, len, site, flags=armdma_report_kind, who=message */
	ARMDMA_EV_NR
};

/* What a mapping is, in the events about it. */
#define ARMDMA_MAP_LIST 1u	/* an entry of a list */
#define ARMDMA_MAP_OWN 2u	/* memory that the layer allocated itself */
#define ARMDMA_MAP_BOUNCED 4u	/* addr leads to a safe buffer, pa is the driver's */
#define ARMDMA_MAP_RESOURCE 8u	/* registers */

/* One event; fields that a type does not name are zero. */
struct armdma_event {
	enum armdma_event_type type;
	enum armdma_dir dir;
	uint32_t flags;
	int result;		/* 0 or negative errno */
	uint64_t time;		/* cycles, filled in by the emitter function */
	uint64_t addr;		/* IOVA, DMA handle or register address */
	armdma_phys_t pa;
	uint64_t len;		/* bytes */
	uint64_t value;
	const char *who;	/* unit's, master's name or message; valid during the callback */
	const void *cpu;
	const void *site;	/* call site: return address of the public call, see armdma/site.h */
	struct armdma_device *dev;
};

typedef void (*armdma_event_fn)(void *ctx, const struct armdma_event *ev);

/* The list of observers of one machine. Only `mask` may be read directly. */
struct armdma_events {
	uint64_t mask;		/* union of all observers' masks */
};

#define ARMDMA_EV_BIT(type) (1ULL << (type))
#define ARMDMA_EV_ALL (ARMDMA_EV_BIT(ARMDMA_EV_NR) - 1)

/* What the checker itself lives on. */
#define ARMDMA_EV_CHECKED                                                                  \
	(ARMDMA_EV_BIT(ARMDMA_EV_MISUSE) | ARMDMA_EV_BIT(ARMDMA_EV_TRAP) |                 \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_ALLOC) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_FREE) |          \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_MAP) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_UNMAP) |           \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_TAKE) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_ERROR_CHECK) |    \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_SYNC_CPU) | ARMDMA_EV_BIT(ARMDMA_EV_DMA_SYNC_DEV) |   \
	 ARMDMA_EV_BIT(ARMDMA_EV_BUS_READ) | ARMDMA_EV_BIT(ARMDMA_EV_BUS_WRITE) |          \
	 ARMDMA_EV_BIT(ARMDMA_EV_BUS_TRUNCATED) | ARMDMA_EV_BIT(ARMDMA_EV_STORE_MISSED) |    \
	 ARMDMA_EV_BIT(ARMDMA_EV_DMA_GIVE))

/* What it needs besides where ASan or Valgrind is told what a device owns. */
#define ARMDMA_EV_POISONED (ARMDMA_EV_BIT(ARMDMA_EV_PAGE_FREE) | ARMDMA_EV_BIT(ARMDMA_EV_KFREE))

/*
 * True when somebody listens to events of this type: test it before building one. A library built with
 * ARMDMA_NO_TRACE (to measure what this test costs) has no other events than the checker's.
 */
ARMDMA_INLINE bool armdma_event_on(const struct armdma_events *evs, enum armdma_event_type type)
{
#ifdef ARMDMA_NO_TRACE
	if (!((ARMDMA_EV_CHECKED | ARMDMA_EV_POISONED) >> type & 1))
		return false;
#endif
	return __builtin_expect((evs->mask & ARMDMA_EV_BIT(type)) != 0, 0);
}

/*
 * Deliver an event to every observer whose mask has its type; stamps the time.
 */
ARMDMA_API void armdma_event_emit(struct armdma_events *evs, struct armdma_event *ev);

/*
 * Add an observer: fn(ctx, event) is called for each event whose bit is in
 * mask. The same (fn, ctx) again changes its mask; mask 0 removes it.
 * Returns 0, or -ENOMEM.
 */
ARMDMA_API int armdma_event_subscribe(struct armdma_events *evs, uint64_t mask, armdma_event_fn fn,
				      void *ctx);

/*
 * The same for an observer that is part of the machine's own bookkeeping: in a shared machine, too, it is called at once, inside the
 * lock. It must not wait for another thread nor leave by longjmp.
 */
ARMDMA_API int armdma_event_subscribe_within(struct armdma_events *evs, uint64_t mask, armdma_event_fn fn,
					     void *ctx);

/* Short lower-case name of a type ("dma_map", "tlb_fill"), never NULL. */
ARMDMA_API const char *armdma_event_name(enum armdma_event_type type);

#ifdef __cplusplus
}
#endif
#endif
