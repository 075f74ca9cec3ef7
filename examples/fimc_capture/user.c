/* SPDX-License-Identifier: BSD-2-Clause */
/* The life of a capture application: set up, loop, tear down. */
#include "user.h"

#define SECOND 160000000ull	/* cycles */

struct session {
	struct armdma_machine *m;
	struct fimc_cap *cap;
	const struct user_capture *uc;
	struct armdma_vma vma[FIMC_CAP_MAX_BUFFERS];
	const char *stage;
};

static unsigned int flags_of(const struct session *s, unsigned int frame)
{
	return s->uc->queue_flags ? s->uc->queue_flags(s->uc->ctx, frame) : 0;
}

static int map_buffers(struct session *s)
{
	int ret = 0;

	s->stage = "mmap";
	for (unsigned int i = 0; !ret && i < s->uc->buffers; i++) {
		s->vma[i].npages = fimc_cap_buffer_pages(s->cap, i);
		ret = fimc_cap_mmap(s->cap, i, &s->vma[i]);
	}
	return ret;
}

static int queue_all(struct session *s)
{
	int ret = 0;

	s->stage = "queue";
	for (unsigned int i = 0; !ret && i < s->uc->buffers; i++)
		ret = fimc_cap_queue(s->cap, i, flags_of(s, i));
	return ret;
}

static int loop(struct session *s)
{
	uint64_t timeout = s->uc->timeout ? s->uc->timeout : SECOND;
	int ret = 0;

	for (unsigned int n = 0; !ret && n < s->uc->frames; n++) {
		struct user_frame frame;

		s->stage = "dequeue";
		ret = fimc_cap_dequeue(s->cap, &frame.info, timeout);
		if (ret)
			break;
		frame.data = s->vma[frame.info.index].addr;
		s->stage = "frame";
		ret = s->uc->frame(s->uc->ctx, &frame);
		if (ret || n + s->uc->buffers >= s->uc->frames)
			continue;
		s->stage = "queue";
		ret = fimc_cap_queue(s->cap, frame.info.index, flags_of(s, n + s->uc->buffers));
	}
	return ret;
}

static int stream(struct session *s)
{
	int ret = queue_all(s);

	if (!ret && s->uc->ready) {
		s->stage = "ready";
		ret = s->uc->ready(s->uc->ctx, s->cap);
	}
	if (ret)
		return ret;
	s->stage = "stream on";
	ret = fimc_cap_stream_on(s->cap);
	if (ret)
		return ret;
	ret = loop(s);
	fimc_cap_stream_off(s->cap);
	return ret;
}

int user_capture_run(struct armdma_machine *m, struct fimc_cap *cap, const struct user_capture *uc,
		     const char **stage)
{
	struct session s = { .m = m, .cap = cap, .uc = uc, .stage = "set format" };
	int ret = fimc_cap_set_format(cap, &uc->fmt);

	if (!ret) {
		s.stage = "request buffers";
		ret = fimc_cap_request_buffers(cap, uc->buffers, uc->memory);
	}
	if (!ret)
		ret = map_buffers(&s);
	if (!ret)
		ret = stream(&s);
	for (unsigned int i = 0; i < FIMC_CAP_MAX_BUFFERS; i++)
		armdma_munmap(m, &s.vma[i]);
	fimc_cap_request_buffers(cap, 0, uc->memory);
	if (stage)
		*stage = s.stage;
	return ret;
}
