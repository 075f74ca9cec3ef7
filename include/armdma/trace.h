/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event trace: the last events of a machine in a ring, and files of them for the viewers that people have.
 *
 *	struct armdma_trace *t;
 *
 *	armdma_trace_start(&t, armdma_machine_hw(m), NULL);
 *	...
 *	armdma_trace_save(t, ARMDMA_TRACE_JSON, "run.json");
 *	armdma_trace_free(t);
 *
 * A trace is an observer like any other (armdma/event.h): a machine without one pays the test of a mask an event. Two runs
 * of one program with one seed give the same files to the byte.
 */
#ifndef ARMDMA_TRACE_H
#define ARMDMA_TRACE_H

#include <stdio.h>

#include <armdma/event.h>
#include <armdma/hw.h>

#ifdef __cplusplus
extern "C" {
#endif

struct armdma_trace;

struct armdma_trace_config {
	size_t capacity;	/* events kept, the newest ones; 0: 65536 (about 8 MB) */
	uint64_t mask;		/* ARMDMA_EV_BIT() of each type to keep; 0: all */
};

/*
 * Record events of hw from now on; cfg NULL: the defaults. Several traces of one machine are independent. Returns 0 and *t;
 * -ENOMEM; -ENOSYS when the library was built with ARMDMA_NO_TRACE.
 */
ARMDMA_API int armdma_trace_start(struct armdma_trace **t, struct armdma_hw *hw,
				  const struct armdma_trace_config *cfg);
/* Record no more; what was recorded stays. Before the hardware goes, so that a trace can outlive it. */
ARMDMA_API void armdma_trace_stop(struct armdma_trace *t);
/* Stop it if need be, and free it. NULL is ignored. */
ARMDMA_API void armdma_trace_free(struct armdma_trace *t);
/* Forget what was recorded. */
ARMDMA_API void armdma_trace_clear(struct armdma_trace *t);

/* One event as it is kept: the names are the trace's own, ev.dev is only good while its machine lives. */
struct armdma_trace_record {
	struct armdma_event ev;	/* who: unit, master or message; NULL when the type has none */
	const char *dev;	/* name of ev.dev, or NULL */
	bool in_irq;		/* emitted inside an interrupt handler */
};

/* Events kept, and events that newer ones have overwritten. */
ARMDMA_API size_t armdma_trace_len(const struct armdma_trace *t);
ARMDMA_API uint64_t armdma_trace_lost(const struct armdma_trace *t);
/* Event i of those kept, 0: the oldest; NULL when there is none. Valid until the next event, clear or free. */
ARMDMA_API const struct armdma_trace_record *armdma_trace_get(const struct armdma_trace *t, size_t i);
/* How many of those kept are of a type; of one unit, master or device only if name is not NULL. */
ARMDMA_API size_t armdma_trace_count(const struct armdma_trace *t, enum armdma_event_type type,
				     const char *name);

enum armdma_trace_format {
	/*
	 * Text of the kernel's ftrace buffer. iommu:map, iommu:unmap, iommu:io_page_fault, irq:irq_handler_entry and
	 * irq:irq_handler_exit are the kernel's own tracepoints (Linux 6.1). The DMA API has none there; its calls
	 * (dma_map_page, dma_unmap_page, dma_map_sg, dma_unmap_sg, dma_alloc, dma_free, dma_sync_single_for_cpu,
	 * dma_sync_single_for_device, iova_alloc, iova_alloc_ret) come out as kprobes on those functions do. In the order of
	 * the kernel: a call stands before what it does. Other events are left out. Times in microseconds since the machine was created.
	 */
	ARMDMA_TRACE_FTRACE,
	/* The same events as the binary trace.dat, version 6, of trace-cmd and KernelShark; times in nanoseconds. */
	ARMDMA_TRACE_DAT,
	/*
	 * Chrome's trace-event JSON (ui.perfetto.dev, chrome://tracing): all events; an asynchronous span for the life of each
	 * mapping, buffer and IOVA, with the site of the call; a track for each unit and master.
	 */
	ARMDMA_TRACE_JSON,
	/* Value change dump (GTKWave): bus, TLB, table walks, faults, interrupt lines, registers, cameras. Unit 10 ps. */
	ARMDMA_TRACE_VCD,
};

/* Write what is kept. Returns 0, or negative errno of the file (-ENOMEM: of the bookkeeping). */
ARMDMA_API int armdma_trace_write(const struct armdma_trace *t, enum armdma_trace_format format,
				  FILE *out);
/* The same into a file of this path, made or overwritten. */
ARMDMA_API int armdma_trace_save(const struct armdma_trace *t, enum armdma_trace_format format,
				 const char *path);

#ifdef __cplusplus
}
#endif
#endif
