/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Own trace format: blocks of type, length and payload, the numbers in LEB128, addresses as differences.
 * docs/iova-trace-format.md is the specification.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "format.h"
#include "tool.h"

enum block { BLOCK_INFO = 1, BLOCK_SPACE = 2, BLOCK_OPS = 3, BLOCK_END = 15 };

#define OPS_PER_BLOCK 4096u
#define MAX_VARINT 10u

/* Bits of an operation's first byte, above its kind. */
enum { HEAD_THREAD = 0x10, HEAD_SPACE = 0x20, HEAD_TIME = 0x40, HEAD_PART = 0x80 };
/* Bits of an ALLOC's second number, above the direction. */
enum { ALLOC_COHERENT = 4, ALLOC_RECORDED = 8, ALLOC_LIMIT = 16, ALLOC_ALIGN = 32, ALLOC_PIECES = 64, ALLOC_BITS = 127 };

/* What differences are taken to; each block of operations begins with all of it 0. */
struct delta {
	uint64_t thread, space, recorded, pa;
	uint32_t next;		/* number of the next allocation */
};

static uint64_t zigzag(uint64_t d)
{
	return d << 1 ^ (uint64_t)-(int64_t)(d >> 63);
}

static uint64_t unzigzag(uint64_t z)
{
	return z >> 1 ^ (uint64_t)-(int64_t)(z & 1);
}

/* ---- Writing --------------------------------------------------------------- */

struct writer {
	FILE *out;
	XXH64_state_t *hash;
	unsigned char *buf;	/* payload of the block */
	size_t len, cap;
	bool failed;		/* no memory for the payload */
};

static void put_raw(struct writer *w, const void *p, size_t len)
{
	XXH64_update(w->hash, p, len);
	fwrite(p, 1, len, w->out);
}

static void put_byte(struct writer *w, unsigned int byte)
{
	void *p = tool_grow(w->buf, w->len, &w->cap, 1);

	if (!p) {
		w->failed = true;
		return;
	}
	w->buf = p;
	w->buf[w->len++] = (unsigned char)byte;
}

static void put(struct writer *w, uint64_t v)
{
	for (; v > 127; v >>= 7)
		put_byte(w, (unsigned int)(v & 127) | 128);
	put_byte(w, (unsigned int)v);
}

static void put_string(struct writer *w, const char *s)
{
	put(w, strlen(s));
	while (*s)
		put_byte(w, (unsigned char)*s++);
}

static void put_block(struct writer *w, enum block type)
{
	struct writer head = { .hash = w->hash, .out = w->out };

	put(&head, type);
	put(&head, w->len);
	put_raw(w, head.buf, head.len);
	put_raw(w, w->buf, w->len);
	w->failed |= head.failed;
	free(head.buf);
	w->len = 0;
}

static void put_alloc(struct writer *w, const struct workload *wl, const struct op *op, struct delta *d)
{
	unsigned int bits = op->dir;

	bits |= op->flags & OP_COHERENT ? ALLOC_COHERENT : 0;
	bits |= op->recorded != WORKLOAD_NO_ADDR ? ALLOC_RECORDED : 0;
	bits |= op->limit ? ALLOC_LIMIT : 0;
	bits |= op->align_lg2 ? ALLOC_ALIGN : 0;
	bits |= op->nr_pieces ? ALLOC_PIECES : 0;
	put(w, bits);
	put(w, op->size);
	if (bits & ALLOC_RECORDED) {
		put(w, zigzag(op->recorded - d->recorded));
		d->recorded = op->recorded;
	}
	if (bits & ALLOC_LIMIT)
		put(w, op->limit);
	if (bits & ALLOC_ALIGN)
		put(w, op->align_lg2);
	if (bits & ALLOC_PIECES)
		put(w, op->nr_pieces);
	for (uint32_t i = 0; i < op->nr_pieces; i++) {
		const struct piece *p = &wl->pieces[op->pieces + i];

		put(w, zigzag(p->pa - d->pa));
		put(w, p->size);
		d->pa = p->pa + p->size;
	}
	d->next++;
}

static void put_op(struct writer *w, const struct workload *wl, const struct op *op, uint64_t before,
		   struct delta *d)
{
	unsigned int head = op->kind;

	head |= op->thread != d->thread ? HEAD_THREAD : 0;
	head |= op->space != d->space ? HEAD_SPACE : 0;
	head |= op->nsecs != before ? HEAD_TIME : 0;
	head |= op->flags & OP_PART ? HEAD_PART : 0;
	put_byte(w, head);
	if (head & HEAD_THREAD)
		put(w, d->thread = op->thread);
	if (head & HEAD_SPACE)
		put(w, d->space = op->space);
	if (head & HEAD_TIME)
		put(w, zigzag(op->nsecs - before));
	switch (op->kind) {
	case OP_ALLOC:
		put_alloc(w, wl, op, d);
		break;
	case OP_FREE:
	case OP_UNMAP:
		put(w, d->next - op->id - 1);
		if (head & HEAD_PART) {
			put(w, op->offset);
			put(w, op->size);
		}
		break;
	case OP_ROOM:
		put(w, op->target);
		put(w, op->size);
		break;
	}
}

static void put_ops(struct writer *w, const struct workload *wl)
{
	uint32_t next = 0;
	uint64_t time = 0;

	for (size_t from = 0; from < wl->nr_ops; from += OPS_PER_BLOCK) {
		size_t n = wl->nr_ops - from < OPS_PER_BLOCK ? wl->nr_ops - from : OPS_PER_BLOCK;
		struct delta d = { .next = next };

		put(w, n);
		put(w, next);
		put(w, time);
		for (size_t i = 0; i < n; i++) {
			put_op(w, wl, &wl->ops[from + i], time, &d);
			time = wl->ops[from + i].nsecs;
		}
		next = d.next;
		put_block(w, BLOCK_OPS);
	}
}

static void put_spaces(struct writer *w, const struct workload *wl)
{
	for (size_t i = 0; i < wl->nr_spaces; i++) {
		const struct space *s = &wl->spaces[i];

		put_string(w, s->name);
		put(w, s->base);
		put(w, s->size);
		put(w, s->granule);
		put(w, s->align_order);
		put_block(w, BLOCK_SPACE);
	}
}

static void put_end(struct writer *w, const struct workload *wl)
{
	unsigned char sum[8];
	uint64_t hash;

	put(w, wl->nr_ops);
	put(w, wl->nr_allocs);
	put_block(w, BLOCK_END);
	hash = XXH64_digest(w->hash);
	for (unsigned int i = 0; i < 8; i++)
		sum[i] = (unsigned char)(hash >> 8 * i);
	fwrite(sum, 1, sizeof(sum), w->out);
}

int format_write(const struct workload *wl, FILE *out)
{
	struct writer w = { .out = out, .hash = XXH64_createState() };
	int ret = 0;

	if (!w.hash)
		return -ENOMEM;
	XXH64_reset(w.hash, 0);
	put_raw(&w, FORMAT_MAGIC, FORMAT_MAGIC_LEN);
	put(&w, FORMAT_VERSION);
	put(&w, wl->seed);
	put_string(&w, wl->info ? wl->info : "");
	put_block(&w, BLOCK_INFO);
	put_spaces(&w, wl);
	put_ops(&w, wl);
	put_end(&w, wl);
	if (w.failed)
		ret = -ENOMEM;
	else if (fflush(out) || ferror(out))
		ret = -EIO;
	free(w.buf);
	XXH64_freeState(w.hash);
	return ret;
}

/* ---- Reading --------------------------------------------------------------- */

struct reader {
	const unsigned char *p, *end;
	const char *why;	/* first thing that is wrong */
};

static void bad(struct reader *r, const char *why)
{
	if (!r->why)
		r->why = why;
	r->p = r->end;
}

static uint64_t get(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned int i = 0; r->p < r->end && i < MAX_VARINT; i++) {
		unsigned char byte = *r->p++;

		if (i == MAX_VARINT - 1 && byte > 1)
			break;
		v |= (uint64_t)(byte & 127) << 7 * i;
		if (byte < 128)
			return v;
	}
	bad(r, "a number ends early or is longer than 64 bits");
	return 0;
}

/* A number that has to be at most max. */
static uint64_t get_max(struct reader *r, uint64_t max, const char *why)
{
	uint64_t v = get(r);

	if (v > max)
		bad(r, why);
	return v > max ? 0 : v;
}

static size_t get_string(struct reader *r, const char **s)
{
	size_t len = (size_t)get_max(r, (uint64_t)(r->end - r->p), "a string leaves its block");

	*s = (const char *)r->p;
	if (len > (size_t)(r->end - r->p)) {
		bad(r, "a string leaves its block");
		return 0;
	}
	r->p += len;
	return len;
}

static void get_info(struct reader *r, struct workload *w)
{
	const char *s;
	size_t len;

	if (get(r) != FORMAT_VERSION && !r->why)
		bad(r, "a version of the format that this program does not know");
	w->seed = get(r);
	len = get_string(r, &s);
	if (r->why)
		return;
	if (!w->seed || w->info || memchr(s, 0, len) || (len && s[len - 1] != '\n')) {
		bad(r, "a head that makes no sense");
		return;
	}
	w->info = strndup(s, len);
	if (!w->info)
		bad(r, "out of memory");
}

static void get_space(struct reader *r, struct workload *w)
{
	struct space s = { .base = 0 };
	const char *name;
	size_t len = get_string(r, &name);

	if (len >= sizeof(s.name) || memchr(name, 0, len))
		bad(r, "a space's name is too long");
	else
		memcpy(s.name, name, len);
	s.base = get(r);
	s.size = get(r);
	s.granule = (uint32_t)get_max(r, 1u << 30, "a granule that is too large");
	s.align_order = (uint32_t)get_max(r, 62, "an alignment cap beyond 62");
	if (!r->why && workload_add_space(w, &s) < 0)
		bad(r, "too many spaces");
}

static void get_alloc(struct reader *r, struct workload *w, struct op *op, struct delta *d)
{
	uint64_t bits = get_max(r, ALLOC_BITS, "an allocation with unknown properties");
	uint64_t n = 0;

	op->dir = bits & 3;
	op->flags = bits & ALLOC_COHERENT ? OP_COHERENT : 0;
	op->size = get(r);
	op->recorded = WORKLOAD_NO_ADDR;
	if (bits & ALLOC_RECORDED)
		op->recorded = d->recorded += unzigzag(get(r));
	if (bits & ALLOC_LIMIT)
		op->limit = get(r);
	if (bits & ALLOC_ALIGN)
		op->align_lg2 = (uint8_t)get_max(r, 63, "an alignment beyond 2^63");
	if (bits & ALLOC_PIECES)
		n = get_max(r, (uint64_t)(r->end - r->p) / 2, "more pieces than its block can hold");
	if (r->why || workload_add(w, op)) {
		bad(r, "out of memory");
		return;
	}
	d->next++;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t pa = d->pa + unzigzag(get(r)), size = get(r);

		if (!r->why && workload_add_piece(w, w->nr_ops - 1, pa, size))
			bad(r, "out of memory");
		d->pa = pa + size;
	}
}

static void get_op(struct reader *r, struct workload *w, uint64_t *time, struct delta *d)
{
	unsigned int head;
	struct op op = { .kind = 0 };

	if (r->p == r->end) {
		bad(r, "a block with fewer operations than it says");
		return;
	}
	head = *r->p++;
	op.kind = head & 15;
	if (head & HEAD_THREAD)
		d->thread = get_max(r, WORKLOAD_MAX_THREADS - 1, "too many threads");
	if (head & HEAD_SPACE)
		d->space = get_max(r, WORKLOAD_MAX_SPACES - 1, "a space that does not exist");
	if (head & HEAD_TIME)
		*time += unzigzag(get(r));
	op.flags = head & HEAD_PART ? OP_PART : 0;
	op.thread = (uint16_t)d->thread;
	op.space = (uint16_t)d->space;
	op.nsecs = *time;
	switch (op.kind) {
	case OP_ALLOC:
		op.flags = 0;
		get_alloc(r, w, &op, d);
		return;
	case OP_FREE:
	case OP_UNMAP:
		op.id = d->next - 1 - (uint32_t)get_max(r, d->next ? d->next - 1 : 0, "a free of what is not allocated yet");
		if (head & HEAD_PART) {
			op.offset = get(r);
			op.size = get(r);
		}
		break;
	case OP_ROOM:
		op.target = get(r);
		op.size = get(r);
		break;
	case OP_RELIEF:
		break;
	default:
		bad(r, "an operation of unknown kind");
	}
	if (!r->why && workload_add(w, &op))
		bad(r, "out of memory");
}

static void get_ops(struct reader *r, struct workload *w)
{
	uint64_t n = get_max(r, (uint64_t)(r->end - r->p), "a block with more operations than bytes");
	struct delta d = { .next = (uint32_t)get(r) };
	uint64_t time = get(r);

	if (!r->why && d.next != w->nr_allocs)
		bad(r, "a block of operations is missing before this one");
	for (uint64_t i = 0; i < n && !r->why; i++)
		get_op(r, w, &time, &d);
	if (!r->why && r->p != r->end)
		bad(r, "a block with more bytes than its operations");
}

/* Undo what a damaged block has added. */
static void roll_back(struct workload *w, size_t nr_ops, size_t nr_pieces, uint32_t nr_allocs)
{
	w->nr_ops = nr_ops;
	w->nr_pieces = nr_pieces;
	w->nr_allocs = nr_allocs;
}

static bool sum_is_right(const unsigned char *data, const unsigned char *at, const unsigned char *end)
{
	uint64_t sum = 0;

	if (end - at != 8)
		return false;
	for (unsigned int i = 0; i < 8; i++)
		sum |= (uint64_t)at[i] << 8 * i;
	return XXH64(data, (size_t)(at - data), 0) == sum;
}

/* One block. 1: the END block. */
static int get_block(struct reader *file, struct workload *w)
{
	uint64_t type = get(file), len = get(file);
	struct reader r;

	if (file->why)
		return 0;
	if (len > (uint64_t)(file->end - file->p)) {
		bad(file, "the file ends in the middle of a block");
		return 0;
	}
	r = (struct reader){ .p = file->p, .end = file->p + len };
	file->p += len;
	if (!w->info && type != BLOCK_INFO) {
		bad(file, "no head before the first block");
		return 0;
	}
	switch (type) {
	case BLOCK_INFO:
		get_info(&r, w);
		break;
	case BLOCK_SPACE:
		get_space(&r, w);
		break;
	case BLOCK_OPS:
		get_ops(&r, w);
		break;
	case BLOCK_END:
		if (get(&r) != w->nr_ops || get(&r) != w->nr_allocs)
			bad(&r, "the end counts other operations than there are");
		break;
	default:
		break;	/* of a later version */
	}
	if (r.why)
		bad(file, r.why);
	return type == BLOCK_END;
}

int format_parse(const unsigned char *data, size_t len, struct workload *w, struct format_report *rep)
{
	struct reader file = { .p = data + FORMAT_MAGIC_LEN, .end = data + len };
	char err[128];
	int end = 0;

	*rep = (struct format_report){ .truncated = false };
	if (len < FORMAT_MAGIC_LEN || memcmp(data, FORMAT_MAGIC, FORMAT_MAGIC_LEN)) {
		snprintf(rep->why, sizeof(rep->why), "no armdma-iova trace");
		return -EINVAL;
	}
	while (!file.why && !end) {
		size_t nr_ops = w->nr_ops, nr_pieces = w->nr_pieces;
		uint32_t nr_allocs = w->nr_allocs;

		if (file.p == file.end) {
			bad(&file, "the file ends without its END block");
			break;
		}
		end = get_block(&file, w);
		if (file.why)
			roll_back(w, nr_ops, nr_pieces, nr_allocs);
	}
	if (end && !file.why && !sum_is_right(data, file.p, file.end))
		bad(&file, "the checksum is wrong");
	if (!w->info || workload_check(w, err, sizeof(err))) {
		snprintf(rep->why, sizeof(rep->why), "%s", !w->info ? file.why ? file.why : "no head" : err);
		workload_free(w);
		return -EINVAL;
	}
	if (!file.why)
		return 0;
	snprintf(rep->why, sizeof(rep->why), "%s", file.why);
	rep->truncated = true;
	return -EINVAL;
}

/* ---- Identity -------------------------------------------------------------- */

uint64_t format_identity(const struct workload *w)
{
	XXH64_state_t *h = XXH64_createState();
	uint64_t ret;

	if (!h)
		return 0;
	XXH64_reset(h, w->seed);
	for (size_t i = 0; i < w->nr_spaces; i++) {
		const struct space *s = &w->spaces[i];
		uint64_t v[] = { s->base, s->size, s->granule, s->align_order };

		XXH64_update(h, v, sizeof(v));
	}
	for (size_t i = 0; i < w->nr_ops; i++) {
		const struct op *op = &w->ops[i];
		uint64_t v[] = { op->kind, op->flags, op->align_lg2, op->space, op->thread, op->id, op->size, op->limit };

		XXH64_update(h, v, sizeof(v));
	}
	ret = XXH64_digest(h);
	XXH64_freeState(h);
	return ret;
}
