/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Image sensors in front of the cameras (FIMC), and what a camera should make of their frames.
 *
 * A sensor sends frame after frame at its own pace, whether somebody captures them or not, as packed
 * 4:2:2 lines (Y Cb Y Cr). Its frames are numbered from 0 at the moment it begins to stream. A streaming
 * sensor keeps the machine's clock busy: armdma_hw_run_until_idle() ends only when it stops.
 */
#ifndef ARMDMA_SENSOR_H
#define ARMDMA_SENSOR_H

#include <armdma/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Zero means default for every field but width and height, which are needed without a file.
 *
 * Without a file the sensor shows a test card with the frame number in big digits. The three low
 * bits of every byte are a hash of seed, frame, line and column, so that no wrong page, offset,
 * order or frame reproduces it.
 *
 * With a file (YUV4MPEG2; 4:2:0 in all its 8-bit namings, 4:2:2, 4:4:4, mono; width even, for 4:2:0
 * the height too) 4:2:0 chroma rows are sent twice, and the camera's 4:2:0 output takes the chroma
 * of even lines: a 4:2:0 file arrives in an NV12 or YUV420 buffer bit for bit. 4:4:4 chroma is
 * taken from even columns; mono gets chroma 128.
 */
struct armdma_sensor_config {
	uint32_t width, height;	/* pixels, 16 to 8192, width even; with a file 0 or the file's own */
	uint32_t fps;		/* frames a second * fps_den; 0: the file's rate, else 30 */
	uint32_t fps_den;	/* 0: 1 */
	uint32_t hblank;	/* pixel clocks between lines; 0: width * 7 / 48 */
	uint32_t vblank;	/* lines between frames, 8 or more; 0: height / 24, at least 8 */
	const char *y4m;	/* path of a file; NULL: the test card */
	bool loop;		/* begin again at the file's end, else stop there */
	bool standby;		/* do not stream until armdma_sensor_stream() */
	uint64_t seed;		/* of the test card */
};

/*
 * Attach a sensor to a camera by name ("fimc0"); it streams from then on unless told to stand by.
 * The whole file is checked here: nothing is attached when it is bad. Returns 0; with *err (may be
 * NULL) naming the value that is wrong: -ENOENT (no such camera or file), -EBUSY (it has a sensor),
 * -EINVAL (configuration or file makes no sense), -EIO (cannot be read), -ENOMEM.
 */
ARMDMA_API int armdma_sensor_attach(struct armdma_hw *hw, const char *camera,
				    const struct armdma_sensor_config *cfg, struct armdma_error *err);
/* Take it off; a frame being captured breaks off without an interrupt. Returns 0 or -ENOENT. */
ARMDMA_API int armdma_sensor_detach(struct armdma_hw *hw, const char *camera);
/*
 * Begin to stream, with frame 0, one line time from now; or stop after the current frame. Returns 0
 * or -ENOENT.
 */
ARMDMA_API int armdma_sensor_stream(struct armdma_hw *hw, const char *camera, bool on);

struct armdma_sensor_info {
	uint32_t width, height;		/* pixels */
	uint32_t hblank, vblank;	/* pixel clocks, lines */
	uint64_t nr_frames;		/* of the file; 0: no end */
	uint64_t sent;			/* frames begun since streaming began */
	uint64_t frame_cycles;		/* length of a frame, cycles, rounded down */
	bool streaming;
};
/* Returns 0 or -ENOENT. */
ARMDMA_API int armdma_sensor_info(const struct armdma_hw *hw, const char *camera,
				  struct armdma_sensor_info *info);

enum armdma_pixfmt {
	ARMDMA_PIX_NV12,	/* Y; Cb Cr pairs at half size */
	ARMDMA_PIX_NV21,	/* Y; Cr Cb pairs at half size */
	ARMDMA_PIX_YUV420,	/* Y; Cb; Cr at half size */
	ARMDMA_PIX_NV16,	/* Y; Cb Cr pairs at half width */
	ARMDMA_PIX_NV61,
	ARMDMA_PIX_YUV422P,	/* Y; Cb; Cr at half width */
	ARMDMA_PIX_YUYV,
	ARMDMA_PIX_YVYU,
	ARMDMA_PIX_UYVY,
	ARMDMA_PIX_VYUY,
	ARMDMA_PIX_RGB565,	/* 16-bit little-endian words, red on top */
	ARMDMA_PIX_RGB32,	/* bytes B, G, R, alpha */
	ARMDMA_PIX_NR
};

/* A picture as a camera writes it, in host memory. */
struct armdma_picture {
	enum armdma_pixfmt fmt;
	uint32_t width, height;		/* pixels; 0: the crop's */
	uint32_t left, top;		/* crop of the sensor's picture, even for halved chroma */
	uint32_t crop_width, crop_height; /* 0: to the right and lower edge */
	bool mirror_x, mirror_y;	/* both: 180 degrees */
	bool bt709;			/* RGB only; else BT.601 */
	bool wide;			/* RGB only: YCbCr uses 0..255 */
	uint8_t alpha;			/* RGB32 only */
	void *plane[3];			/* unused ones are ignored */
	size_t pitch[3];		/* bytes from line to line */
};

/* How many planes a format has (1..3); 0 for no format. */
ARMDMA_API unsigned int armdma_pixfmt_planes(enum armdma_pixfmt fmt);
/* Bytes of one line, and number of lines, of a plane of a picture of that size. */
ARMDMA_API size_t armdma_pixfmt_line(enum armdma_pixfmt fmt, unsigned int plane, uint32_t width);
ARMDMA_API uint32_t armdma_pixfmt_lines(enum armdma_pixfmt fmt, unsigned int plane, uint32_t height);
/*
 * Lay the planes of pic (fmt, width, height are set) one behind the other from base on, without
 * gaps, as a driver does with one buffer. Returns the bytes of all of them; base NULL only counts
 * (plane[] and pitch[] are then left alone).
 */
ARMDMA_API size_t armdma_picture_layout(struct armdma_picture *pic, void *base);

/*
 * The oracle: what frame `frame` of the sensor must look like in memory, computed pixel by pixel from the
 * source, without the camera model. A size other than the crop's is scaled as armdma/fimc.h says.
 * Frame numbers beyond a looping file's end wrap. Returns 0; with *err: -ENOENT (no sensor, no such
 * frame), -EINVAL, -EIO, -ENOMEM.
 */
ARMDMA_API int armdma_sensor_expected(struct armdma_hw *hw, const char *camera, uint64_t frame,
				      const struct armdma_picture *pic, struct armdma_error *err);

#ifdef __cplusplus
}
#endif
#endif
