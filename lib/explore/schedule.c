/* SPDX-License-Identifier: BSD-2-Clause */
/* Schedules as text. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/explore/internal.h"

/* How far a choice goes is part of its name. */
struct extent {
	const char *suffix, *words;
	uint8_t levels;
};
static const struct extent cache_extents[] = {
	{ "", "", ARMDMA_CACHE_ALL },
	{ "-inner", " (inner cache)", ARMDMA_CACHE_INNER },
	{ "-outer", " (outer cache)", ARMDMA_CACHE_OUTER },
	{ NULL, NULL, 0 },
};
static const struct extent progress_extents[] = {
	{ "", " until devices are done", ARMDMA_PROGRESS_IDLE },
	{ "-step", " until a device's next step", ARMDMA_PROGRESS_STEP },
	{ NULL, NULL, 0 },
};
static const struct extent no_extents[] = { { "", "", 0 }, { NULL, NULL, 0 } };

static const struct extent *extents_of(unsigned int kind)
{
	if (kind == ARMDMA_CHOICE_EVICT || kind == ARMDMA_CHOICE_FILL)
		return cache_extents;
	return kind == ARMDMA_CHOICE_PROGRESS ? progress_extents : no_extents;
}

static const struct extent *extent_of(const struct departure *d)
{
	const struct extent *e = extents_of(d->kind);

	while (e->suffix && e->levels != d->levels)
		e++;
	return e->suffix ? e : no_extents;
}

void schedule_print(const struct schedule *s, char *buf, size_t len)
{
	size_t used = 0;

	if (!s->n)
		snprintf(buf, len, "none");
	for (unsigned int i = 0; i < s->n && used < len; i++) {
		const struct departure *d = &s->d[i];

		used += (size_t)snprintf(buf + used, len - used, "%s%" PRIu64 ":%s%s:0x%" PRIx64, i ? "," : "", d->point,
					 armdma_choice_name((enum armdma_choice_kind)d->kind), extent_of(d)->suffix,
					 (uint64_t)d->pa);
	}
}

/* "evict-outer" or "drain". */
static bool parse_choice(struct departure *d, const char *text, size_t n)
{
	for (unsigned int kind = 0; kind < ARMDMA_NR_CHOICES; kind++)
		for (const struct extent *e = extents_of(kind); e->suffix; e++) {
			char name[32];

			snprintf(name, sizeof(name), "%s%s", armdma_choice_name((enum armdma_choice_kind)kind), e->suffix);
			if (strlen(name) != n || memcmp(name, text, n))
				continue;
			d->kind = (uint8_t)kind;
			d->levels = e->levels;
			return true;
		}
	return false;
}

/* One departure; returns what follows it, or NULL. */
static const char *parse_one(struct departure *d, const char *text)
{
	const char *colon;
	char *end;

	memset(d, 0, sizeof(*d));
	if (*text < '0' || *text > '9')
		return NULL;
	errno = 0;
	d->point = strtoull(text, &end, 10);
	if (errno || *end != ':')
		return NULL;
	text = end + 1;
	colon = strchr(text, ':');
	if (!colon || !parse_choice(d, text, (size_t)(colon - text)) || strncmp(colon + 1, "0x", 2))
		return NULL;
	d->pa = strtoull(colon + 3, &end, 16);
	return errno || end == colon + 3 || (*end && *end != ',') ? NULL : end;
}

int schedule_parse(struct schedule *s, const char *text, struct armdma_error *err)
{
	memset(s, 0, sizeof(*s));
	if (!strcmp(text, "none"))
		return 0;
	for (const char *at = text;; at++) {
		const char *end = s->n < MAX_DEPARTURES ? parse_one(&s->d[s->n], at) : NULL;

		if (!end || (s->n && s->d[s->n].point < s->d[s->n - 1].point)) {
			if (err)
				snprintf(err->msg, sizeof(err->msg),
					 "schedule \"%.100s\": no departure (POINT:CHOICE:0xADDRESS, at most %d, by point) at \"%.40s\"",
					 text, MAX_DEPARTURES, at);
			return -EINVAL;
		}
		s->n++;
		at = end;
		if (!*at)
			return 0;
	}
}

void departure_describe(const struct departure *d, char *buf, size_t len)
{
	static const char *const what[ARMDMA_NR_CHOICES] = {
		[ARMDMA_CHOICE_EVICT] = "the dirty line is written back",
		[ARMDMA_CHOICE_FILL] = "the clean line is filled again",
		[ARMDMA_CHOICE_DRAIN] = "the CPU's store becomes visible to devices",
		[ARMDMA_CHOICE_PULL] = "what a device wrote becomes visible to the CPU",
		[ARMDMA_CHOICE_PROGRESS] = "the CPU is held up",
	};
	char at[32] = "";

	if (d->kind != ARMDMA_CHOICE_PROGRESS)
		snprintf(at, sizeof(at), "0x%" PRIx64 ": ", (uint64_t)d->pa);
	snprintf(buf, len, "    at choice point %" PRIu64 ": %s%s%s\n", d->point, at, what[d->kind], extent_of(d)->words);
}
