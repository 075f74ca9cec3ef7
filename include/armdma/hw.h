/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The five doors between software (lib/) and hardware (sim/): registers,
 * physical memory, interrupts, the CPU port, and time.
 *
 * This is the only header through which lib/ and sim/ know each other. Whoever
 * implements it can replace the hardware; whoever uses it can replace the
 * software. A machine made for its hardware alone is armdma_hw_create().
 *
 * Threads: a machine is driven by one thread at a time, unless its configuration says `shared`. Different machines are
 * independent and may run in parallel. Doors of a shared machine may be used by several threads at once, but for
 * armdma_hw_create() and armdma_hw_destroy(); see "Threads of a shared machine" below for what that means.
 */
#ifndef ARMDMA_HW_H
#define ARMDMA_HW_H

#include <armdma/config.h>
#include <armdma/event.h>
#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Build the hardware that cfg describes (the structure is copied). The memory
 * comes from a pool of the process when one of the same shape is parked there.
 * Returns 0 and *hw; -EINVAL (bad configuration), -ENOMEM (RAM of that size
 * cannot be reserved) with *err, which may be NULL, saying why.
 */
ARMDMA_API int armdma_hw_create(struct armdma_hw **hw, const struct armdma_config *cfg,
				struct armdma_error *err);
/* Take it apart. Its memory is parked: every page of it traps until it is used again. NULL is ignored. */
ARMDMA_API void armdma_hw_destroy(struct armdma_hw *hw);
/*
 * Stop everything that goes on by itself: transfers are dropped without their callbacks, the clock's queue is emptied. The
 * state of registers and memory stays readable. For the end of a machine, also one that a longjmp out of a callback
 * or interrupt handler left in the middle of a call: buffers given to transfers may be gone by then.
 */
ARMDMA_API void armdma_hw_power_off(struct armdma_hw *hw);
/* Give the memory of all parked machines back to the host. */
ARMDMA_API void armdma_hw_pool_drain(void);

ARMDMA_API const struct armdma_config *armdma_hw_config(const struct armdma_hw *hw);
ARMDMA_API struct armdma_events *armdma_hw_events(struct armdma_hw *hw);

/*
 * Console of the machine, as printk is of a kernel: one line without a newline.
 * The default function writes to stderr.
 */
typedef void (*armdma_log_fn)(void *ctx, const char *line);
ARMDMA_API void armdma_hw_set_log(struct armdma_hw *hw, armdma_log_fn fn, void *ctx);
ARMDMA_API void armdma_hw_log(struct armdma_hw *hw, const char *fmt, ...) ARMDMA_PRINTF(2, 3);

/* ---- Threads of a shared machine ------------------------------------------ */

/*
 * One lock makes every door, and every call of lib/, one step that no other thread sees half done. A thread counts as a CPU: what it
 * has masked (armdma_hw_irq_save()), and that it is in a handler or an atomic context, is its own. Time is one for
 * all: it passes in whichever thread lets it pass, and there the transfers that are due are done.
 *
 * The lock is free whenever a function of the user is called: handlers of interrupts, done() of a transfer, observers of events,
 * reports, the console, the condition of armdma_hw_wait(). It may leave by longjmp; the others go on. These functions are
 * called in the thread in whose call they became due, when that call has done its work (in calls that let time pass: between two events),
 * never in the middle. Interrupts, too, are taken there, by any thread that has them unmasked: a handler runs in one
 * thread at a time, in whichever comes by, so what it shares with the code that waits for it needs the usual care (atomic accesses).
 * A handler that is left by longjmp keeps its line busy until its thread's next call.
 *
 * Plain loads and stores are not part of this: they may go on beside maintenance of the same cache line by another thread, and no byte
 * that a CPU stored is lost by it but where hardware would lose it.
 *
 * Memory, a mapping or an object that one thread frees while another still uses it is as wrong as on a real machine.
 *
 * The following are for software that has state of its own to protect. All of them do nothing in a machine that is not shared.
 */
/* Take the lock; nests. */
ARMDMA_API void armdma_hw_lock(struct armdma_hw *hw);
/* Undo one armdma_hw_lock(). The outermost one first calls what was put off and takes interrupts. */
ARMDMA_API void armdma_hw_unlock(struct armdma_hw *hw);

/* How the lock was held. */
struct armdma_hold {
	unsigned int depth;
	uint64_t first;
};
/*
 * Free the lock, however deep it is held, around a function of the user; where nothing is half done. The function may never
 * return. Without the lock both do nothing.
 */
ARMDMA_API struct armdma_hold armdma_hw_release(struct armdma_hw *hw);
ARMDMA_API void armdma_hw_reacquire(struct armdma_hw *hw, struct armdma_hold hold);

/* A call that is put off. The fields but fn are the hardware's. */
struct armdma_deferred {
	struct armdma_deferred *next;
	uint64_t owner, nr;
	/* `call` false: the machine goes, only free what there is. Called once, without the lock; d is its own again. */
	void (*fn)(struct armdma_deferred *d, bool call);
};
/* Call d->fn(d, true) in this thread as soon as it may be: at once when the lock is not held. */
ARMDMA_API void armdma_hw_defer(struct armdma_hw *hw, struct armdma_deferred *d);

/* A word of software's own for each CPU (TPIDRPRW): of the calling thread while it holds the lock of a shared machine. 0 at first. */
ARMDMA_API unsigned long *armdma_hw_percpu(struct armdma_hw *hw);

/* ---- Door 1: registers ------------------------------------------------- */

/*
 * 32-bit register access at a physical address. Each advances the clock by its
 * cost and runs what is due. readl/writel carry the barriers that Linux gives
 * them on ARMv7: writel drains the write buffer first, readl pulls device
 * writes afterwards; the relaxed forms do neither.
 * An address that no unit decodes reads 0, drops the write, and is logged.
 */
ARMDMA_API uint32_t armdma_hw_readl(struct armdma_hw *hw, armdma_phys_t reg);
ARMDMA_API void armdma_hw_writel(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value);
ARMDMA_API uint32_t armdma_hw_readl_relaxed(struct armdma_hw *hw, armdma_phys_t reg);
ARMDMA_API void armdma_hw_writel_relaxed(struct armdma_hw *hw, armdma_phys_t reg, uint32_t value);

/*
 * Clocks and power, as the SoC's controllers switch them. All are on at first.
 *
 * A unit (SYSMMU or device) whose clock is gated keeps its state; a register access is an external abort (logged, event
 * ARMDMA_EV_ABORT; reads 0), and a SYSMMU holds what its master sends. A power domain that goes off takes along all
 * registers, TLBs and transfers of its units; a SYSMMU comes back disabled, which is bypass. Return 0, or -ENOENT.
 */
ARMDMA_API int armdma_hw_clock_gate(struct armdma_hw *hw, const char *unit, bool on);
ARMDMA_API int armdma_hw_power_domain(struct armdma_hw *hw, const char *domain, bool on);

/* ---- Door 2: physical memory ------------------------------------------- */

/*
 * Read or write RAM as a non-coherent bus master sees it (the DRAM view), without
 * translation, cost or counters. A write marks lines as a master's write does.
 * Returns 0, or -EFAULT when any byte lies outside RAM (nothing is done then).
 */
ARMDMA_API int armdma_hw_phys_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len);
ARMDMA_API int armdma_hw_phys_write(struct armdma_hw *hw, armdma_phys_t pa, const void *buf,
				    size_t len);
/* What a coherent (snooping) master reads: the newest bytes, wherever they are. Same errors. */
ARMDMA_API int armdma_hw_snoop_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len);
/* Bytes that the CPU's cacheable mappings show (the cache view). Same errors. */
ARMDMA_API int armdma_hw_cache_read(struct armdma_hw *hw, armdma_phys_t pa, void *buf, size_t len);

/* State of one cache line, as evidence for tests and the checker. */
struct armdma_line_state {
	bool dirty;		/* the inner cache holds CPU stores not yet written outwards */
	bool outer_dirty;	/* the outer cache holds data not yet in DRAM */
	bool stale;		/* the CPU sees older bytes than DRAM holds */
	bool absent;		/* not cached: the next load fetches from DRAM */
	bool uncached;		/* the page has no cacheable mapping */
	bool store_pending;	/* uncached: CPU stores wait in the write buffer */
	bool load_pending;	/* uncached: a master's write waits for a barrier to be seen */
};
/* State of the line that contains pa. Returns 0 or -EFAULT. */
ARMDMA_API int armdma_hw_line_state(struct armdma_hw *hw, armdma_phys_t pa,
				    struct armdma_line_state *st);

/*
 * The first byte of [pa, pa+len) that the CPU stored through its caches and that has not reached DRAM, as an offset; len: there is
 * none. Bytes are compared, not lines; uncached memory has none. Outside RAM: len.
 */
ARMDMA_API uint64_t armdma_hw_find_store(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len);
/*
 * The first byte of [pa, pa+len) at which the CPU's cacheable mappings show something else than DRAM holds, for the reason that a
 * master has written there since; len: there is none.
 */
ARMDMA_API uint64_t armdma_hw_find_stale(struct armdma_hw *hw, armdma_phys_t pa, uint64_t len);

/* ---- Door 3: interrupts ------------------------------------------------ */

/* Returns true if the interrupt was its own (IRQ_HANDLED). Runs with interrupts masked. */
typedef bool (*armdma_irq_fn)(void *ctx, uint32_t line);
/*
 * Add a handler to a level-triggered line; several handlers share a line and all
 * are called. Returns 0, -EINVAL (no such line; inputs of the combiner are not lines, see
 * armdma_irq_request()), -ENOMEM.
 * Delivery happens when the clock advances with interrupts unmasked, and on unmask.
 * A handler that leaves the line high is called again at the next such point; one that
 * nobody handles 1000 times in a row is disabled and logged, as Linux does with a stuck line.
 */
ARMDMA_API int armdma_hw_irq_request(struct armdma_hw *hw, uint32_t line, armdma_irq_fn fn,
				     void *ctx);
/* Take it off. Waits for the handler if another thread is in it, as Linux does. */
ARMDMA_API void armdma_hw_irq_free(struct armdma_hw *hw, uint32_t line, armdma_irq_fn fn, void *ctx);
/* Wait until no other thread is in a handler of the line (at most two seconds: one that was left by longjmp never ends). */
ARMDMA_API void armdma_hw_irq_synchronize(struct armdma_hw *hw, uint32_t line);
/* Mask all interrupts; nests. Returns the depth before. */
ARMDMA_API unsigned int armdma_hw_irq_save(struct armdma_hw *hw);
/* Undo one armdma_hw_irq_save(); delivers what is pending when the depth returns to 0. */
ARMDMA_API void armdma_hw_irq_restore(struct armdma_hw *hw, unsigned int flags);
ARMDMA_API bool armdma_hw_in_irq(const struct armdma_hw *hw);
/* Are interrupts masked (inside armdma_hw_irq_save(), or in a handler)? */
ARMDMA_API bool armdma_hw_irqs_disabled(const struct armdma_hw *hw);
/* Level of a line, or of an input of the combiner, as the units drive it. */
ARMDMA_API bool armdma_hw_irq_level(const struct armdma_hw *hw, uint32_t line);

/* ---- Door 4: the CPU port ---------------------------------------------- */

enum armdma_memtype {
	ARMDMA_MT_CACHED,	/* Normal write-back write-allocate */
	ARMDMA_MT_UNCACHED,	/* Normal non-cacheable bufferable: dmacoherent and write-combine on ARMv7 */
};

/* Disjoint host address ranges. */
enum armdma_space {
	ARMDMA_SPACE_NONE,	/* not memory of this machine */
	ARMDMA_SPACE_LINEAR,	/* the cached linear map of lowmem */
	ARMDMA_SPACE_VMALLOC,
	ARMDMA_SPACE_KMAP,
	ARMDMA_SPACE_USER,
	ARMDMA_SPACE_COOKIE,	/* never mapped: handles of NO_KERNEL_MAPPING buffers */
};

/* Which space a host address belongs to. */
ARMDMA_API enum armdma_space armdma_hw_space_of(const struct armdma_hw *hw, const void *cpu);

/* Linear address of pa, or NULL when pa is not lowmem. No check that it is mapped. */
ARMDMA_API void *armdma_hw_linear(const struct armdma_hw *hw, armdma_phys_t pa);
/* Inverse for linear addresses; ARMDMA_MAPPING_ERROR for any other address. */
ARMDMA_API armdma_phys_t armdma_hw_linear_to_phys(const struct armdma_hw *hw, const void *cpu);
/* Physical address behind any mapped address of this machine (table walk by the CPU's MMU); or ARMDMA_MAPPING_ERROR. */
ARMDMA_API armdma_phys_t armdma_hw_cpu_to_phys(const struct armdma_hw *hw, const void *cpu);

/*
 * What loads of the CPU from [cpu, cpu+len) would return, without loading: through whatever mapping is there, and also where
 * a sanitizer has made the memory unreadable to the program. Changes nothing. Returns 0, or -EFAULT when a load would trap, or when
 * it is no memory of this machine.
 */
ARMDMA_API int armdma_hw_cpu_read(struct armdma_hw *hw, const void *cpu, void *buf, size_t len);

/*
 * Open or close the linear addresses of [pa, pa+len), page aligned, lowmem only. RAM that
 * software never opened traps. `close` is for good (page given back to firmware); for a page
 * that is mapped uncached use hide/show, which also keep the caches right: hide cleans and
 * invalidates, show makes the linear alias see DRAM again. Returns 0, -EINVAL or -ENOMEM.
 */
ARMDMA_API int armdma_hw_linear_open(struct armdma_hw *hw, armdma_phys_t pa, size_t len);
ARMDMA_API int armdma_hw_linear_hide(struct armdma_hw *hw, armdma_phys_t pa, size_t len);
ARMDMA_API int armdma_hw_linear_show(struct armdma_hw *hw, armdma_phys_t pa, size_t len);

/*
 * Map npages pages, given by number, at contiguous addresses of a space (VMALLOC, KMAP or
 * USER) with a memory type. While a page has an uncached mapping it has no cacheable view
 * but a stale one (an open linear alias); the first uncached mapping cleans and invalidates it.
 * Uncached mappings of up to wbuf_max bytes go through the write buffer.
 * Returns 0 and *cpu; -EINVAL (no page, page outside RAM), -ENOMEM (space or host memory
 * exhausted), -ENOSPC (the host's limit of mapped areas is near).
 */
ARMDMA_API int armdma_hw_map(struct armdma_hw *hw, enum armdma_space space,
			     const armdma_pfn_t *pfns, size_t npages, enum armdma_memtype mt,
			     void **cpu);
/* Undo armdma_hw_map(): the address it gave, and its number of pages. Returns 0 or -EINVAL. */
ARMDMA_API int armdma_hw_unmap(struct armdma_hw *hw, void *cpu, size_t npages);

/* A value in the COOKIE range that stands for a buffer of npages and traps when touched; NULL when full. */
ARMDMA_API void *armdma_hw_cookie_alloc(struct armdma_hw *hw, size_t npages);
ARMDMA_API void armdma_hw_cookie_free(struct armdma_hw *hw, void *cookie, size_t npages);

#define ARMDMA_CACHE_INNER 1u
#define ARMDMA_CACHE_OUTER 2u
#define ARMDMA_CACHE_ALL (ARMDMA_CACHE_INNER | ARMDMA_CACHE_OUTER)
/* Outer level first (data flows towards the CPU); the default order is inner first. */
#define ARMDMA_CACHE_OUTER_FIRST 4u

enum armdma_cache_op {
	ARMDMA_CACHE_CLEAN,	/* write dirty lines back; they stay valid */
	ARMDMA_CACHE_INVALIDATE, /* drop lines; edge lines shared with bytes outside are cleaned first */
	ARMDMA_CACHE_FLUSH,	/* clean and invalidate */
};
/*
 * Cache maintenance of [pa, pa+len) on the given levels, logged as one operation a level
 * (edge lines of an invalidate as operations of their own, ARMDMA_CACHE_FLUSH).
 * clean/flush: rounded out to lines, at least one line. invalidate: whole lines inside are
 * dropped, partial lines at either edge are cleaned and invalidated. Bytes outside RAM are ignored.
 * Behaviour: Linux 6.1 arch/arm/mm/cache-v7.S and cache-l2x0.c.
 */
ARMDMA_API void armdma_hw_cache_op(struct armdma_hw *hw, unsigned int levels,
				   enum armdma_cache_op op, armdma_phys_t pa, size_t len);
/* Zero len bytes of RAM at pa (page aligned) and flush them from both levels: how buffers are cleared. */
ARMDMA_API void armdma_hw_zero_flush(struct armdma_hw *hw, armdma_phys_t pa, size_t len);
/* Zero len bytes (page aligned) through the cached view, without flushing: a cached memset. */
ARMDMA_API void armdma_hw_zero_cached(struct armdma_hw *hw, armdma_phys_t pa, size_t len);
/*
 * Force the lines of [cpu, cpu+len) dirty: a store that may have written the value already there
 * (instrumented code, WRITE_ONCE). Addresses that are not cached mappings are ignored.
 */
ARMDMA_API void armdma_hw_touch(struct armdma_hw *hw, const void *cpu, size_t len);
/*
 * RAM changes hands (a page or object is allocated): lines that the caches still hold from the last owner are evicted, as
 * they may be at any time. Nothing the last owner left behind makes the new owner's stores look like none.
 */
ARMDMA_API void armdma_hw_cache_settle(struct armdma_hw *hw, armdma_phys_t pa, size_t len);
/* What RAM is to hold from earlier, in lines that are settled: caches and DRAM get it alike. Whole lines of RAM. */
ARMDMA_API void armdma_hw_ram_content(struct armdma_hw *hw, armdma_phys_t pa, const void *buf, size_t len);
/* Evict one line as the cache may at any time: write back if dirty, then refill from DRAM. */
ARMDMA_API void armdma_hw_evict(struct armdma_hw *hw, armdma_phys_t pa);

enum armdma_barrier {
	ARMDMA_BARRIER_MB,	/* drains stores to DRAM and pulls device writes */
	ARMDMA_BARRIER_WMB,	/* drains stores */
	ARMDMA_BARRIER_RMB,	/* pulls device writes */
	ARMDMA_BARRIER_DMA_WMB,	/* orders stores, drains nothing */
	ARMDMA_BARRIER_DMA_RMB,	/* pulls device writes */
};
ARMDMA_API void armdma_hw_barrier(struct armdma_hw *hw, enum armdma_barrier kind);
/* READ_ONCE() of uncached memory: pull device writes to the one line at cpu. */
ARMDMA_API void armdma_hw_read_once(struct armdma_hw *hw, const void *cpu);

/*
 * What hardware is free to do, and when. Between any two events (register access, barrier, maintenance, bus transfer, interrupt, time
 * passing) is a *choice point*; there each thing that the caches, the write buffer or a device might do now is offered to the
 * chooser, in a fixed order. What it declines may be offered again at the next point.
 */
enum armdma_choice_kind {
	ARMDMA_CHOICE_EVICT,	/* a dirty line is written back: out of the inner cache, the outer, or all the way (levels) */
	ARMDMA_CHOICE_FILL,	/* a clean line that is older than what lies below is dropped and filled again; likewise */
	ARMDMA_CHOICE_DRAIN,	/* the CPU's pending store of one word becomes visible to masters (after all that a dma_wmb() put before it) */
	ARMDMA_CHOICE_PULL,	/* what a master wrote to one word becomes visible to the CPU's loads of uncached memory */
	ARMDMA_CHOICE_PROGRESS,	/* the CPU is held up while devices go on: one step, or until they are done (levels) */
	ARMDMA_NR_CHOICES
};

/* How far ARMDMA_CHOICE_PROGRESS goes. */
#define ARMDMA_PROGRESS_STEP 1u		/* the next thing that any device does */
#define ARMDMA_PROGRESS_IDLE 3u		/* until no device has anything left to do, at most ARMDMA_PROGRESS_US */
#define ARMDMA_PROGRESS_US 100u

struct armdma_choice {
	enum armdma_choice_kind kind;
	uint32_t levels;	/* EVICT, FILL: ARMDMA_CACHE_*; PROGRESS: ARMDMA_PROGRESS_*; else 0 */
	armdma_phys_t pa;	/* the line or word; PROGRESS: 0 */
	uint32_t len;		/* bytes */
	uint64_t point;		/* number of the choice point since the chooser was set */
};

/* Returns whether hardware does it. May not call the machine but to look (armdma_hw_choice_state(), armdma_hw_phys_read()). */
typedef bool (*armdma_chooser_fn)(void *ctx, const struct armdma_choice *choice);
/*
 * Put a chooser in place of the one that config.cache_policy asks for; NULL puts that back. The count of points begins anew.
 * Returns 0, or -EINVAL (config.undo is false, or the caches are ARMDMA_CACHE_COHERENT: there is nothing to choose; or config.shared). Costs time at every
 * event: with none set (ARMDMA_CACHE_PESSIMAL) all choices are declined and none is looked for.
 */
ARMDMA_API int armdma_hw_set_chooser(struct armdma_hw *hw, armdma_chooser_fn fn, void *ctx);
/*
 * Nothing is offered before choice point `point`; UINT64_MAX: no more. Everything until then is declined, and costs little. May be called
 * by a chooser.
 */
ARMDMA_API void armdma_hw_chooser_wait(struct armdma_hw *hw, uint64_t point);
/*
 * Inside a chooser: a hash of what the choice would work on. The same as when it was declined: doing it now has the same effect as
 * doing it then would have had, as far as hardware can see (loads of the CPU are not).
 */
ARMDMA_API uint64_t armdma_hw_choice_state(struct armdma_hw *hw, const struct armdma_choice *choice);
/* "evict", "fill", "drain", "pull", "progress"; never NULL. */
ARMDMA_API const char *armdma_choice_name(enum armdma_choice_kind kind);

/* ---- Door 5: time ------------------------------------------------------ */

/* The clock counts cycles of the 160 MHz bus clock that feeds FIMC and its SYSMMU on Exynos4. */
#define ARMDMA_CLOCK_MHZ 160
/* Cycles of the bus clock since creation. */
ARMDMA_API uint64_t armdma_hw_now(const struct armdma_hw *hw);
/* Let n cycles pass; runs what is due and delivers interrupts. */
ARMDMA_API void armdma_hw_advance(struct armdma_hw *hw, uint64_t cycles);
/* One turn of a busy-wait loop. */
ARMDMA_API void armdma_hw_cpu_relax(struct armdma_hw *hw);
ARMDMA_API void armdma_hw_udelay(struct armdma_hw *hw, unsigned long usecs);
/*
 * Run until no event is queued (a free-running camera never gets idle) or max cycles have passed.
 * Returns 0 when idle, -ETIMEDOUT.
 */
ARMDMA_API int armdma_hw_run_until_idle(struct armdma_hw *hw, uint64_t max_cycles);
/*
 * Sleep until cond(ctx) is true, checked after every interrupt and event; at most max cycles.
 * Returns 0, -ETIMEDOUT (at max), or -EDEADLK when nothing is queued that could make it true
 * (the clock then stands where the last event left it). In a shared machine both errors speak of simulated time: what another
 * thread is about to do takes none.
 */
ARMDMA_API int armdma_hw_wait(struct armdma_hw *hw, bool (*cond)(void *ctx), void *ctx,
			      uint64_t max_cycles);

/* ---- Statistics -------------------------------------------------------- */

struct armdma_hw_stats {
	uint64_t cycles;
	uint64_t reg_reads, reg_writes;
	uint64_t cache_cleans, cache_invalidates, cache_flushes;	/* operations, one a level */
	uint64_t cache_lines;						/* lines worked on, all levels */
	uint64_t barriers;
	uint64_t irqs;							/* handler calls */
	uint64_t bursts_read, bursts_write;
	uint64_t bytes_read, bytes_written;
	uint64_t slverr, decerr;
	uint64_t tlb_hits, tlb_misses;					/* one look-up a burst */
	uint64_t walks, walk_reads;					/* table walks, descriptor fetches */
	uint64_t tlb_invalidations;
	uint64_t faults;
	uint64_t frames, overflows;
	uint64_t flpd_hits, flpd_misses;				/* level-1 descriptors, where a unit caches them */
	uint64_t pb_lookups, pb_misses;					/* of prefetch buffers, after a TLB miss */
};
/* Sums over all units. */
ARMDMA_API void armdma_hw_stats(const struct armdma_hw *hw, struct armdma_hw_stats *st);

/* Per-unit sums of one SYSMMU or bus master by name. Returns 0 or -ENOENT. */
ARMDMA_API int armdma_hw_unit_stats(const struct armdma_hw *hw, const char *name,
				    struct armdma_hw_stats *st);

/* ---- Devices and probes ------------------------------------------------ */

enum armdma_bus_resp { ARMDMA_RESP_OKAY = 0, ARMDMA_RESP_EXOKAY = 1, ARMDMA_RESP_SLVERR = 2, ARMDMA_RESP_DECERR = 3 };

/*
 * Fire one transfer from the bus port of the device `master` (by name), as its own engines do:
 * through its SYSMMU, in bursts. Asynchronous: done(ctx, resp, bytes) is called when it has ended;
 * a fault holds it until software lets it go on. buf must live until then. Transfers of one
 * direction of one master run in order. Returns 0, -ENOENT, -EINVAL (len 0), -ENOMEM.
 */
typedef void (*armdma_bus_done_fn)(void *ctx, enum armdma_bus_resp resp, size_t bytes);
ARMDMA_API int armdma_hw_master_read(struct armdma_hw *hw, const char *master, armdma_dma_t addr,
				     void *buf, size_t len, armdma_bus_done_fn done, void *ctx);
ARMDMA_API int armdma_hw_master_write(struct armdma_hw *hw, const char *master, armdma_dma_t addr,
				      const void *buf, size_t len, armdma_bus_done_fn done,
				      void *ctx);
/*
 * The same, waiting for the end at most max cycles. Whoever leaves the wait by longjmp (a failing assertion in an interrupt
 * handler) must not let time pass before armdma_hw_power_off(), armdma_machine_abandon() or destroy. Returns 0, -EIO (SLVERR or DECERR), -ETIMEDOUT
 * (held by a fault; the transfer is withdrawn), or the errors above.
 */
ARMDMA_API int armdma_hw_master_read_sync(struct armdma_hw *hw, const char *master,
					  armdma_dma_t addr, void *buf, size_t len,
					  uint64_t max_cycles);
ARMDMA_API int armdma_hw_master_write_sync(struct armdma_hw *hw, const char *master,
					   armdma_dma_t addr, const void *buf, size_t len,
					   uint64_t max_cycles);

/* Has the device's bus port transfers queued or held? False also when no master has that name. */
ARMDMA_API bool armdma_hw_master_busy(const struct armdma_hw *hw, const char *master);
/*
 * Connect the device's bus port to the snoop port of the CPU caches, or take it off: a property of the board, to be
 * changed while the device does nothing. Returns 0, -ENOENT, -EBUSY (transfers are under way).
 */
ARMDMA_API int armdma_hw_set_coherent(struct armdma_hw *hw, const char *master, bool coherent);

#ifdef __cplusplus
}
#endif
#endif
