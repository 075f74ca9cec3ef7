/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report as one JSON object on one line. Every field is always there, null when it is not known. Addresses and the seed are strings
 * ("0x40000000"): JSON's numbers do not hold 64 bits everywhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <armdma/site.h>

#include "lib/check/internal.h"

static bool continues(const unsigned char *s, unsigned int n)
{
	for (unsigned int i = 1; i <= n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Bytes of the UTF-8 character at s; 0: it is none (file names may be anything). */
static unsigned int utf8_len(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf && continues(s, 1))
		return 2;
	if (s[0] >= 0xe0 && s[0] <= 0xef && continues(s, 2) && !(s[0] == 0xe0 && s[1] < 0xa0) &&
	    !(s[0] == 0xed && s[1] > 0x9f))
		return 3;
	if (s[0] >= 0xf0 && s[0] <= 0xf4 && continues(s, 3) && !(s[0] == 0xf0 && s[1] < 0x90) &&
	    !(s[0] == 0xf4 && s[1] > 0x8f))
		return 4;
	return 0;
}

void put_json_string(FILE *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	unsigned int n;

	if (!text) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	for (; *s; s += n ? n : 1) {
		n = utf8_len(s);
		if (!n)
			fputs("\\ufffd", f);
		else if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", f);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s);
		else
			fwrite(s, 1, n, f);
	}
	fputc('"', f);
}

static void json_address(FILE *f, const char *key, bool known, uint64_t addr)
{
	if (known)
		fprintf(f, ",\"%s\":\"0x%" PRIx64 "\"", key, addr);
	else
		fprintf(f, ",\"%s\":null", key);
}

static void json_text(FILE *f, const char *key, const char *text)
{
	fprintf(f, ",\"%s\":", key);
	put_json_string(f, text);
}

static void json_site(FILE *f, const void *site)
{
	struct armdma_site_info info;

	if (!site) {
		fputs("null", f);
		return;
	}
	if (armdma_site_lookup(site, &info))
		memset(&info, 0, sizeof(info));
	fprintf(f, "{\"address\":\"0x%" PRIxPTR "\"", (uintptr_t)site);
	json_text(f, "function", info.function[0] ? info.function : NULL);
	json_text(f, "file", info.file[0] ? info.file : NULL);
	if (info.line)
		fprintf(f, ",\"line\":%u", info.line);
	else
		fputs(",\"line\":null", f);
	json_text(f, "module", info.module[0] ? info.module : NULL);
	json_address(f, "offset", info.module[0], info.offset);
	fputc('}', f);
}

static void json_stack(FILE *f, const struct armdma_stack *stack)
{
	if (!stack) {
		fputs("null", f);
		return;
	}
	fputc('[', f);
	for (unsigned int i = 0; i < stack->nr; i++) {
		if (i)
			fputc(',', f);
		json_site(f, stack->frames[i]);
	}
	fputc(']', f);
}

static void json_sites(FILE *f, const struct armdma_report *rep)
{
	static const char *const names[ARMDMA_NR_SITES] = {
		[ARMDMA_SITE_HERE] = "here",
		[ARMDMA_SITE_ALLOC] = "allocated",
		[ARMDMA_SITE_MAP] = "mapped",
		[ARMDMA_SITE_SYNC] = "synced",
		[ARMDMA_SITE_END] = "ended",
	};

	fputs(",\"sites\":{", f);
	for (int i = 0; i < ARMDMA_NR_SITES; i++) {
		fprintf(f, "%s\"%s\":", i ? "," : "", names[i]);
		json_site(f, rep->sites[i]);
	}
	fputs("},\"stacks\":{", f);
	for (int i = 0; i < ARMDMA_NR_SITES; i++) {
		fprintf(f, "%s\"%s\":", i ? "," : "", names[i]);
		json_stack(f, rep->stacks[i]);
	}
	fputc('}', f);
}

static const char *class_name(enum armdma_report_class class)
{
	static const char *const names[ARMDMA_NR_CLASSES] = { "bug", "suspicion", "performance" };

	return names[class];
}

static void json_object(FILE *f, const struct armdma_report *rep)
{
	bool mapped = rep->sites[ARMDMA_SITE_MAP];

	fputs("{\"kind\":", f);
	put_json_string(f, armdma_report_name(rep->kind));
	json_text(f, "class", class_name(armdma_report_class(rep->kind)));
	json_text(f, "sentence", rep->sentence);
	json_text(f, "device", rep->dev ? armdma_device_name(rep->dev) : NULL);
	json_address(f, "dma", rep->addr != ARMDMA_MAPPING_ERROR, rep->addr);
	json_address(f, "physical", rep->pa != ARMDMA_MAPPING_ERROR, rep->pa);
	json_address(f, "cpu", rep->cpu, (uintptr_t)rep->cpu);
	fprintf(f, ",\"len\":%" PRIu64 ",\"offset\":%" PRId64, rep->len, rep->offset);
	json_text(f, "direction", mapped ? dir_name(rep->dir) : NULL);
	if (rep->has_bytes)
		fprintf(f, ",\"expected\":%u,\"seen\":%u", rep->expected, rep->seen);
	else
		fputs(",\"expected\":null,\"seen\":null", f);
	json_sites(f, rep);
	json_text(f, "story", rep->story);
	json_text(f, "mend", rep->mend);
	fprintf(f, ",\"time\":%" PRIu64, rep->time);
	json_address(f, "seed", true, rep->seed);
	json_text(f, "schedule", rep->schedule);
	fprintf(f, ",\"wanted\":%s}\n", rep->wanted ? "true" : "false");
}

/* One line, made whole first: lines of several threads and processes stay apart. NULL: no memory. */
static char *json_line(const struct armdma_report *rep, size_t *len)
{
	char *line = NULL;
	FILE *f = open_memstream(&line, len);

	if (!f)
		return NULL;
	json_object(f, rep);
	if (!fclose(f))
		return line;
	free(line);
	return NULL;
}

int armdma_report_write_json(const struct armdma_report *report, FILE *f)
{
	size_t len, done;
	char *line = json_line(report, &len);

	if (!line)
		return -ENOMEM;
	done = fwrite(line, 1, len, f);
	free(line);
	return done == len ? 0 : -EIO;
}

/* ---- option json=PATH ------------------------------------------------------------ */

int report_json_open(const char *path, struct armdma_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666), saved = errno;

	if (fd >= 0)
		return fd;
	if (err)
		snprintf(err->msg, sizeof(err->msg), "json=%.128s: %s", path, strerror(saved));
	return -saved;
}

void report_json_append(int fd, const struct armdma_report *rep)
{
	size_t len;
	char *line = json_line(rep, &len);

	if (!line || write(fd, line, len) != (ssize_t)len)
		fprintf(stderr, "armdma: a report could not be written as JSON: %s\n", strerror(errno));
	free(line);
}
