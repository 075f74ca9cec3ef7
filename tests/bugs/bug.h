/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bug catalogue: every bug is a small driver, compiled twice (BUG=1, BUG=0), and one entry in a table.
 *
 * How to add one
 * --------------
 *  1. tests/bugs/bNN_short_name.c: the driver. It includes linux/ headers, sgdma_regs.h and frame_port.h, nothing else, and ends in
 *     module_platform_driver(). Bug and twin are one text: what differs stands behind `#if BUG`.
 *  2. In table_NN.c: a scenario, what the board and the port's user do (it sees both twins alike and knows nothing of the bug), and an entry
 *     of struct bug: what users see and how to mend it, for docs/bugs.md; on which sets of operations it is a bug; what is reported where.
 *  3. `./run bugs --bug BNN --verbose`; then `./run bugs --declared --markdown >docs/bugs.md`.
 *
 * The runner computes what is found from the reports that it receives, and compares that with the entry: a bug is found when, in
 * its mode and on each of its sets, exactly the entry's kinds came, each at its function. Reports of a twin, and kinds that the
 * entry does not have, are false alarms. A scenario says by bug_check() whether the driver did its work: a twin that does not work counts as
 * broken.
 */
#ifndef TESTS_BUGS_BUG_H
#define TESTS_BUGS_BUG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <armdma/dma.h>
#include <armdma/machine.h>
#include <armdma/report.h>

#include "tests/bugs/frame_port.h"

struct platform_driver;
struct platform_device;
struct bug_run;

/* Sets of operations, as bits. */
#define ON_DIRECT (1u << ARMDMA_OPS_DIRECT)
#define ON_DIRECT_COHERENT (1u << ARMDMA_OPS_DIRECT_COHERENT)
#define ON_IOMMU (1u << ARMDMA_OPS_IOMMU)
#define ON_IOMMU_COHERENT (1u << ARMDMA_OPS_IOMMU_COHERENT)
#define ON_BOUNCE (1u << ARMDMA_OPS_BOUNCE)
#define ON_ALL ((1u << ARMDMA_NR_OPSETS) - 1)
#define ON_ANY_IOMMU (ON_IOMMU | ON_IOMMU_COHERENT)
#define ON_ANY_DIRECT (ON_DIRECT | ON_DIRECT_COHERENT | ON_BOUNCE)
#define ON_CACHED (ON_DIRECT | ON_IOMMU)	/* the caches are maintained by hand, the device works in the driver's pages */

/* In which run a bug is found. */
enum bug_mode {
	BUG_DEFAULT,		/* a plain test run */
	BUG_ADVERSARY,		/* caches that evict and refill by a seed */
	BUG_FAILURE,		/* with each allocation step failing once */
	BUG_PERFORMANCE,	/* with performance findings on */
	BUG_SUSPICION,		/* with suspicions on; not a proof, and never the declared mode */
	BUG_ASAN,		/* the program is built with -fsanitize=address */
	BUG_NR_MODES
};

/* What proves it. */
enum bug_class {
	BUG_REPORT,		/* the call or access itself is reported */
	BUG_EVIDENCE,		/* reported where wrong bytes show: what the code relies on must be asserted, or the device must read them */
	BUG_FINDING,		/* correct but slow: a performance finding */
};

/* One report that must come (or, may: that may come, too). */
struct bug_wanted {
	enum armdma_report_kind kind;	/* ARMDMA_REPORT_NONE ends a list */
	const char *function;		/* at the site, NULL: there is no code at fault (a fault of hardware) */
	enum armdma_report_site site;	/* which of the report's sites; 0: the call that went wrong */
	bool may;
	unsigned int sets;		/* ON_*; 0: on all of the bug's sets */
};
#define BUG_WANTED 8

struct bug {
	const char *id;			/* "B15" */
	const char *file;		/* the driver's text, without directory */
	const char *title;		/* the bug, in a few words */
	/* For docs/bugs.md: sentences. */
	const char *symptom;		/* what the board shows */
	const char *mend;
	const char *limits;		/* what is not detected, or when; NULL: nothing to say */
	enum bug_class class;
	enum bug_mode mode;
	unsigned int sets;		/* where it is a bug */
	unsigned int works_on;		/* where the twin works; 0: everywhere */
	struct bug_wanted wanted[BUG_WANTED];
	struct platform_driver *const *drivers[2];	/* twin, bug */
	/* The board and the user: bind the driver, use its port, unbind it. */
	void (*scenario)(struct bug_run *r);
	/* Changes the machine before it is made; may be NULL. */
	void (*configure)(struct armdma_config *cfg, enum armdma_dma_opset set);
};

/* The two compilations of a driver: BUG_DRIVER(b15) declares them, .drivers = BUG_TWINS(b15) in the entry. */
#define BUG_DRIVER(name) \
	extern struct platform_driver *const armdma_module_##name##_good, *const armdma_module_##name##_bad
#define BUG_TWINS(name) { &armdma_module_##name##_good, &armdma_module_##name##_bad }

/*
 * Correct drivers without a bug beside them: cNN_*.c, compiled once. They look wrong to somebody who knows half of the rules, and must
 * never be reported. Their entries have no sets and nothing wanted: what applies is id, file, title, works_on, drivers, scenario, configure.
 */
#define CLEAN_DRIVER(name) extern struct platform_driver *const armdma_module_##name##_good
#define CLEAN_ONE(name) { &armdma_module_##name##_good, NULL }

extern const struct bug bug_table_1[], bug_table_2[];	/* B01 to B28, B29 to B56; an entry without id ends each */
extern const struct bug clean_table[];			/* C01 and so on */

/* ---- One run: a machine, a driver, its user ------------------------------------- */

#define BUG_MAX_PORTS 4

struct bug_port {
	struct device *dev;
	const struct frame_port_ops *ops;
};

struct bug_run {
	const struct bug *bug;
	bool bad;			/* which twin: for the runner, not for scenarios */
	enum armdma_dma_opset set;
	enum bug_mode mode;
	struct armdma_machine *m;
	struct armdma_hw *hw;
	/*
	 * "sgdma", an engine, on the set under test; "other", an engine of the same kind on the same set, with a SYSMMU of its own; "peer", a
	 * direct bus master without a driver.
	 */
	struct armdma_device *dev, *other, *peer;
	bool worked;			/* no bug_check() has failed */
	const char *failed;		/* the first that did */
	struct bug_port ports[BUG_MAX_PORTS];
	/* What the wire sends: frames for port 0, and how far they were handed over. */
	uint8_t *wire;
	size_t wire_len, wire_used;
	unsigned int frames;		/* that frame_port_rx() was given */
	bool right;			/* all of them had the wire's bytes */
	/* What the wire was sent. */
	uint8_t *sink;
	size_t sink_len;
	unsigned int sent, send_errors;	/* calls of frame_port_sent() */
	void *user;			/* the scenario's own */
};

/* The run of this thread, for the subsystem that has no argument for it. */
struct bug_run *bug_current(void);

/* Probe the driver under test on "sgdma" (or on another device). 0 or the probe's error. */
int bug_bind(struct bug_run *r);
int bug_bind_to(struct bug_run *r, struct armdma_device *dev);
/* remove(), and the device lets go of what was managed. Not bound: nothing. */
void bug_unbind(struct bug_run *r);
void bug_unbind_from(struct bug_run *r, struct armdma_device *dev);

/* The port's methods, as a user calls them; -ENODEV without a port, -EOPNOTSUPP without the method. */
int port_open(struct bug_run *r);
void port_stop(struct bug_run *r);
int port_poll(struct bug_run *r, int budget);
int port_send(struct bug_run *r, void *data, size_t len);
int port_send_sg(struct bug_run *r, struct armdma_scatterlist *sg, int nents);
int port_receive(struct bug_run *r, void *data, size_t len);
int port_receive_sg(struct bug_run *r, struct armdma_scatterlist *sg, int nents);
int port_mmap(struct bug_run *r, struct vm_area_struct *vma);
int port_control(struct bug_run *r, unsigned int request, unsigned long arg);

/* From now on the wire delivers len bytes, none like another, from the first on; what was left of earlier ones is gone. */
void wire_delivers(struct bug_run *r, size_t len);
/* What is sent goes into a buffer of len bytes, r->sink, from its start. */
void wire_records(struct bug_run *r, size_t len);
/* Bytes that no other place, length or seed has. */
void bug_pattern(void *buf, size_t len, uint32_t seed);
/* Let the hardware finish what it has to do. */
void bug_idle(struct bug_run *r);

/* The code under test relies on these bytes being what the wire delivered, at site (the caller of the subsystem). */
bool bug_relies_on(struct bug_run *r, const void *data, const void *expected, size_t len, const void *site);

/* The driver did what it is there for. In runs with injected failures it need not. */
#define bug_check(r, condition) bug_check_that(r, condition, #condition)
void bug_check_that(struct bug_run *r, bool condition, const char *what);

#endif
