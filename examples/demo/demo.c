/* SPDX-License-Identifier: BSD-2-Clause */
/* What the steps of the demo share: the machine, what the library reports, and the output. */
#include "demo.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#ifndef DEMO_SOURCE_DIR
#define DEMO_SOURCE_DIR "/"
#endif

/* Keep a report, with files named by their place in the source tree. */
static void keep(struct demo *d, const char *text)
{
	char *to = d->report, *end = d->report + sizeof(d->report) - 1;
	size_t root = strlen(DEMO_SOURCE_DIR);

	while (*text && to < end) {
		if (root > 1 && !strncmp(text, DEMO_SOURCE_DIR, root))
			text += root;
		else
			*to++ = *text++;
	}
	*to = 0;
}

static void on_report(void *ctx, const struct armdma_report *rep)
{
	struct demo *d = ctx;

	d->seen[rep->kind]++;
	if (d->expected >> rep->kind & 1) {
		keep(d, rep->text);
		return;
	}
	d->unexpected++;
	fputs(rep->text, d->out);
}

static int attach_sensor(struct demo *d)
{
	struct armdma_sensor_config cfg = { .y4m = d->opt.input, .loop = true, .standby = true };
	struct armdma_sensor_info info;
	struct armdma_error err = { "" };
	int ret;

	if (!cfg.y4m) {
		cfg.width = d->opt.width ? d->opt.width : 1920;
		cfg.height = d->opt.height ? d->opt.height : 1080;
	}
	ret = armdma_sensor_attach(d->hw, DEMO_CAMERA, &cfg, &err);
	if (ret) {
		fprintf(d->out, "armdma-demo: %s\n", err.msg[0] ? err.msg : strerror(-ret));
		return ret;
	}
	armdma_sensor_info(d->hw, DEMO_CAMERA, &info);
	d->width = info.width;
	d->height = info.height;
	if (d->height % 2) {
		fprintf(d->out, "armdma-demo: %s: height %u is odd, NV12 needs pairs of lines\n",
			d->opt.input ? d->opt.input : "test card", d->height);
		return -EINVAL;
	}
	return 0;
}

static int boot(struct demo *d, enum armdma_fidelity fidelity, struct armdma_machine **m, struct armdma_mm_stats *mm)
{
	struct armdma_config cfg = armdma_config_exynos4210();
	struct armdma_error err = { "" };
	int ret;

	cfg.fidelity = fidelity;
	ret = armdma_machine_create(m, &cfg, &err);
	if (ret) {
		fprintf(d->out, "armdma-demo: %s\n", err.msg);
		return ret;
	}
	armdma_set_report_fn(*m, on_report, d);
	armdma_mm_stats(*m, mm);
	return 0;
}

int demo_open(struct demo *d, const struct demo_options *opt, FILE *out)
{
	int ret;

	*d = (struct demo){ .opt = *opt, .out = out };
	ret = boot(d, ARMDMA_AS_DOCUMENTED, &d->m, &d->boot);
	if (!ret)
		ret = boot(d, ARMDMA_AS_LINUX_6_1, &d->linux_m, &d->linux_boot);
	if (!ret) {
		d->hw = armdma_machine_hw(d->m);
		ret = attach_sensor(d);
	}
	if (ret)
		demo_close(d);
	return ret;
}

void demo_close(struct demo *d)
{
	armdma_machine_destroy(d->linux_m);
	armdma_machine_destroy(d->m);
	d->m = d->linux_m = NULL;
	d->hw = NULL;
}

void demo_say(struct demo *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(d->out, fmt, ap);
	va_end(ap);
	fputc('\n', d->out);
	fflush(d->out);
}

/* Bytes of the line at text that fit into width columns: to its end, or to its last space before that. */
static size_t fit(const char *text, size_t width)
{
	size_t n = strcspn(text, "\n"), cut = width;

	if (n <= width)
		return n;
	while (cut && text[cut] != ' ')
		cut--;
	return cut > strspn(text, " ") ? cut : strcspn(text + width, " \n") + width;
}

void demo_say_text(struct demo *d, const char *prefix, const char *text)
{
	size_t width = 80 - strlen(prefix), indent = 0;

	while (*text) {
		size_t n = fit(text, width - indent);

		fprintf(d->out, "%s%*s%.*s\n", prefix, (int)indent, "", (int)n, text);
		text += n;
		indent = *text == '\n' || !*text ? 0 : 8;
		text += *text != 0;
	}
}

double demo_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int demo_expected(struct demo *d, uint64_t number, uint8_t *buf)
{
	struct armdma_picture pic = { .fmt = ARMDMA_PIX_NV12, .width = d->width, .height = d->height };
	struct armdma_error err = { "" };
	int ret;

	armdma_picture_layout(&pic, buf);
	ret = armdma_sensor_expected(d->hw, DEMO_CAMERA, number, &pic, &err);
	if (ret)
		demo_say(d, "      frame %llu of the sensor: %s", (unsigned long long)number, err.msg);
	return ret;
}

static int make_dir(const char *dir)
{
	char path[512];

	if (snprintf(path, sizeof(path), "%s", dir) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = 0;
		if (mkdir(path, 0777) && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return mkdir(path, 0777) && errno != EEXIST ? -errno : 0;
}

int demo_trace(struct demo *d, struct armdma_trace *trace)
{
	static const char *const names[] = {
		[ARMDMA_TRACE_FTRACE] = "trace.ftrace.txt", [ARMDMA_TRACE_DAT] = "trace.dat",
		[ARMDMA_TRACE_JSON] = "trace.json", [ARMDMA_TRACE_VCD] = "trace.vcd",
	};
	int ret = make_dir(d->opt.dir);
	char path[512];

	for (int i = 0; !ret && i <= ARMDMA_TRACE_VCD; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", d->opt.dir, names[i]) >= (int)sizeof(path))
			ret = -ENAMETOOLONG;
		else
			ret = armdma_trace_save(trace, (enum armdma_trace_format)i, path);
	}
	if (ret)
		demo_say(d, "      cannot write %s/trace.*: %s", d->opt.dir, strerror(-ret));
	armdma_trace_free(trace);
	return ret;
}

int demo_picture(struct demo *d, const char *name, const uint8_t *nv12, char *path)
{
	int ret = make_dir(d->opt.dir);

	if (!ret && snprintf(path, 512, "%s/%s", d->opt.dir, name) >= 512)
		ret = -ENAMETOOLONG;
	if (!ret)
		ret = png_write_nv12(path, nv12, d->width, d->height);
	if (ret)
		demo_say(d, "      cannot write %s/%s: %s", d->opt.dir, name, strerror(-ret));
	return ret;
}
