/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The board: a machine, a sensor in front of fimc0, the driver, and one application.
 *
 *	fimc_capture [-n FRAMES] [-o FILE] [VIDEO.y4m]
 *
 * Captures frames as NV12 (30 of a 640x480 test card unless told otherwise), compares each byte with what
 * the sensor sent, and appends the frames to FILE.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <armdma/fimc.h>
#include <armdma/machine.h>

#include "user.h"

#define CAMERA "fimc0"

struct app {
	struct armdma_machine *m;
	FILE *out;
	struct fimc_cap_format fmt;
	uint8_t *expected;
	unsigned int frames;
	const char *complaint;
	char text[ARMDMA_ERROR_LEN + 64];
};

static int check_frame(void *ctx, const struct user_frame *f)
{
	struct app *app = ctx;
	struct armdma_picture pic = { .fmt = app->fmt.fmt, .width = app->fmt.width,
				      .height = app->fmt.height };
	struct armdma_error err;
	uint64_t number;
	int ret;

	armdma_picture_layout(&pic, app->expected);
	ret = armdma_fimc_captured(armdma_machine_hw(app->m), CAMERA, f->info.index, &number);
	if (!ret)
		ret = armdma_sensor_expected(armdma_machine_hw(app->m), CAMERA, number, &pic, &err);
	if (ret || f->info.error) {
		app->complaint = "the camera lost data";
		return ret ? ret : -EIO;
	}
	if (memcmp(f->data, app->expected, f->info.bytes)) {
		snprintf(app->text, sizeof(app->text), "frame %llu is not what the sensor sent",
			 (unsigned long long)number);
		app->complaint = app->text;
		return -EBADMSG;
	}
	app->frames++;
	if (app->out && fwrite(f->data, 1, f->info.bytes, app->out) != f->info.bytes) {
		app->complaint = "the output file";
		return -errno;
	}
	return 0;
}

static int capture(struct app *app, unsigned int frames)
{
	struct user_capture uc = { .fmt = app->fmt, .memory = FIMC_CAP_WRITE_COMBINE, .buffers = 4,
				   .frames = frames, .frame = check_frame, .ctx = app };
	const char *stage = "probe";
	struct fimc_cap *cap;
	int ret = fimc_cap_probe(armdma_device_find(app->m, CAMERA), &cap);

	if (!ret) {
		ret = user_capture_run(app->m, cap, &uc, &stage);
		fimc_cap_remove(cap);
	}
	if (!app->complaint)
		app->complaint = stage;
	return ret;
}

/* As many frames as asked for, or as the file has. */
static int attach_sensor(struct app *app, const char *y4m, unsigned int *frames)
{
	struct armdma_sensor_config cfg = { .width = 640, .height = 480, .standby = true };
	struct armdma_hw *hw = armdma_machine_hw(app->m);
	struct armdma_sensor_info info;
	struct armdma_error err = { "" };
	int ret;

	if (y4m) {
		cfg.width = cfg.height = 0;
		cfg.y4m = y4m;
	}
	ret = armdma_sensor_attach(hw, CAMERA, &cfg, &err);
	if (ret) {
		fprintf(stderr, "fimc_capture: %s\n", err.msg);
		return ret;
	}
	armdma_sensor_info(hw, CAMERA, &info);
	app->fmt = (struct fimc_cap_format){ ARMDMA_PIX_NV12, info.width, info.height };
	if (info.nr_frames && info.nr_frames < *frames)
		*frames = (unsigned int)info.nr_frames;
	return 0;
}

static int run(struct app *app, const char *y4m, unsigned int frames)
{
	int ret = attach_sensor(app, y4m, &frames);

	if (ret)
		return ret;
	app->expected = malloc((size_t)app->fmt.width * app->fmt.height * 3 / 2);
	if (!app->expected)
		return -ENOMEM;
	ret = capture(app, frames);
	free(app->expected);
	if (ret)
		fprintf(stderr, "fimc_capture: %s: %s\n", app->complaint, strerror(-ret));
	else
		printf("%u frames of %ux%u NV12, every byte right\n", app->frames, app->fmt.width,
		       app->fmt.height);
	return ret;
}

int main(int argc, char **argv)
{
	struct app app = { .m = NULL };
	struct armdma_error err = { "" };
	unsigned int frames = 30;
	const char *file = NULL;
	int opt, ret;

	while ((opt = getopt(argc, argv, "n:o:")) != -1) {
		if (opt == 'n' && atoi(optarg) > 0) {
			frames = (unsigned int)atoi(optarg);
		} else if (opt == 'o') {
			file = optarg;
		} else {
			fprintf(stderr, "usage: fimc_capture [-n FRAMES] [-o FILE] [VIDEO.y4m]\n");
			return 2;
		}
	}
	if (file && !(app.out = fopen(file, "wb"))) {
		perror(file);
		return 1;
	}
	ret = armdma_machine_create(&app.m, NULL, &err);
	if (ret)
		fprintf(stderr, "fimc_capture: %s\n", err.msg);
	else
		ret = run(&app, argv[optind], frames);
	armdma_machine_destroy(app.m);
	if (app.out && fclose(app.out) && !ret) {
		perror(file);
		ret = -EIO;
	}
	return ret ? 1 : 0;
}
