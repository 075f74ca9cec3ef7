/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User half: a camera application. It sees the driver's calls and its own mapped memory, nothing of the machine.
 */
#ifndef EXAMPLES_FIMC_CAPTURE_USER_H
#define EXAMPLES_FIMC_CAPTURE_USER_H

#include "driver.h"

struct user_frame {
	const uint8_t *data;		/* in user space */
	struct fimc_cap_frame info;
};
/* Called for each frame; the buffer goes back to the camera afterwards. Nonzero ends the capture. */
typedef int (*user_frame_fn)(void *ctx, const struct user_frame *frame);

struct user_capture {
	struct fimc_cap_format fmt;
	enum fimc_cap_memory memory;
	unsigned int buffers;		/* 1..4 */
	unsigned int frames;
	uint64_t timeout;		/* cycles to wait for one frame; 0: a second */
	/* Flags for queueing the buffer of frame n again (NULL: none). */
	unsigned int (*queue_flags)(void *ctx, unsigned int next_frame);
	/* After mmap, before streaming (NULL: nothing to do). Nonzero: failure. */
	int (*ready)(void *ctx, struct fimc_cap *cap);
	user_frame_fn frame;
	void *ctx;
};

/*
 * Format, buffers, mmap, queue, stream, `frames` times dequeue and queue, and everything back. Returns 0; what frame() or ready()
 * returned; or the driver's error, with *stage (may be NULL) naming the call that failed.
 */
int user_capture_run(struct armdma_machine *m, struct fimc_cap *cap, const struct user_capture *uc,
		     const char **stage);

#endif
