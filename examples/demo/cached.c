/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Step 3: the same camera into cached memory. The first frame is taken back with its sync, the second
 * without: nobody has told the cache that memory has changed, and the user goes on seeing the first.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <armdma/fimc.h>

#include "../fimc_capture/user.h"
#include "demo.h"

struct step {
	struct demo *d;
	struct demo_cached *res;
	uint8_t *expected;
};

/* The driver syncs at dequeue, unless the user told it at queueing that it need not. This user lies. */
static unsigned int queue_flags(void *ctx, unsigned int frame)
{
	(void)ctx;
	return frame == 1 ? FIMC_CAP_NO_CACHE_INVALIDATE : 0;
}

static int with_sync(struct step *s, const uint8_t *data, size_t len)
{
	s->res->synced_right = armdma_cpu_sees(s->d->m, data, s->expected, len);
	if (!s->res->synced_right) {
		demo_say(s->d, "      the synced frame is not what the sensor sent");
		return -EBADMSG;
	}
	demo_say(s->d, "   with sync    sensor frame %llu: all %zu bytes as the sensor sent them",
		 (unsigned long long)s->res->frame[0], len);
	return 0;
}

static int without_sync(struct step *s, const uint8_t *data, size_t len)
{
	struct demo *d = s->d;
	struct demo_cached *res = s->res;
	unsigned int before = d->seen[ARMDMA_REPORT_STALE_CPU];
	char path[512];
	int ret;

	for (size_t i = 0; i < len; i++)
		res->stale += data[i] != s->expected[i];
	d->expected |= 1u << ARMDMA_REPORT_STALE_CPU;
	if (armdma_cpu_sees(d->m, data, s->expected, len))
		demo_say(d, "      without sync the user sees the new frame all the same");
	d->expected &= ~(1u << ARMDMA_REPORT_STALE_CPU);
	res->explained = d->seen[ARMDMA_REPORT_STALE_CPU] == before + 1;
	ret = demo_picture(d, "sent.png", s->expected, path);
	if (!ret)
		ret = demo_expected(d, res->frame[0], s->expected);
	if (ret)
		return ret;
	res->shows_previous = !memcmp(data, s->expected, len);
	demo_say(d, "   without      sensor frame %llu: %zu bytes are wrong", (unsigned long long)res->frame[1],
		 res->stale);
	if (res->shows_previous)
		demo_say(d, "                user space still sees frame %llu, and this is why:",
			 (unsigned long long)res->frame[0]);
	demo_say_text(d, "   | ", res->explained ? d->report : "(no explanation)");
	return demo_picture(d, "stale.png", data, path);
}

static int frame(void *ctx, const struct user_frame *f)
{
	struct step *s = ctx;
	unsigned int n = f->info.sequence;
	int ret = armdma_fimc_captured(s->d->hw, DEMO_CAMERA, f->info.index, &s->res->frame[n]);

	if (!ret)
		ret = demo_expected(s->d, s->res->frame[n], s->expected);
	if (ret)
		return ret;
	return n ? without_sync(s, f->data, f->info.bytes) : with_sync(s, f->data, f->info.bytes);
}

int demo_cached(struct demo *d, struct demo_cached *res)
{
	size_t size = (size_t)d->width * d->height * 3 / 2;
	struct step s = { .d = d, .res = res, .expected = malloc(size) };
	const struct user_capture uc = {
		.fmt = { ARMDMA_PIX_NV12, d->width, d->height },
		.memory = FIMC_CAP_CACHED, .buffers = 1, .frames = 2,
		.queue_flags = queue_flags, .frame = frame, .ctx = &s,
	};
	unsigned int unexpected = d->unexpected;
	struct armdma_trace *trace = NULL;
	const char *stage = "probe";
	struct fimc_cap *cap;
	int ret = -ENOMEM, written;

	*res = (struct demo_cached){ .stale = 0 };
	demo_say(d, "3. Capture into a cached buffer: one %zu KiB block, mapped FROM_DEVICE",
		 (ARMDMA_PAGE_SIZE << armdma_get_order(size)) >> 10);
	if (s.expected)
		ret = armdma_trace_start(&trace, d->hw, NULL);
	if (!ret)
		ret = fimc_cap_probe(armdma_device_find(d->m, DEMO_CAMERA), &cap);
	if (!ret) {
		ret = user_capture_run(d->m, cap, &uc, &stage);
		fimc_cap_remove(cap);
	}
	free(s.expected);
	written = trace ? demo_trace(d, trace) : 0;
	if (ret) {
		demo_say(d, "      capture failed (%s): %s", stage, strerror(-ret));
		return ret;
	}
	if (written)
		return written;
	return res->stale && res->shows_previous && res->explained && d->unexpected == unexpected ?
		       0 : -EPROTO;
}
