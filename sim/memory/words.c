/* SPDX-License-Identifier: BSD-2-Clause */
/* Relaxed atomic words, out of the thread sanitizer's sight. */
#include "sim/memory/words.h"

#if defined(__clang__)
#define UNWATCHED __attribute__((noinline, disable_sanitizer_instrumentation))
#else
#define UNWATCHED __attribute__((noinline, no_sanitize_thread))
#endif

typedef uintptr_t word __attribute__((may_alias));
typedef uintptr_t loose_word __attribute__((may_alias, aligned(1)));
#define WORD sizeof(word)

/* memcpy() of one word, which no sanitizer puts its own in place of. */
#define GET(p) (*(const loose_word *)(p))
#define PUT(p, v) (*(loose_word *)(p) = (v))
#define LOAD(p) __atomic_load_n((const word *)(p), __ATOMIC_RELAXED)
#define STORE(p, v) __atomic_store_n((word *)(p), (v), __ATOMIC_RELAXED)

#define IS_WORD(p, n) (!((uintptr_t)(p) % WORD) && (n) >= WORD)

UNWATCHED void words_read(void *dst, const uint8_t *live, size_t n)
{
	uint8_t *to = dst;

	while (n) {
		size_t step = IS_WORD(live, n) ? WORD : 1;

		if (step == WORD)
			PUT(to, LOAD(live));
		else
			*to = __atomic_load_n(live, __ATOMIC_RELAXED);
		to += step;
		live += step;
		n -= step;
	}
}

UNWATCHED void words_write(uint8_t *live, const void *src, size_t n)
{
	const uint8_t *from = src;

	while (n) {
		size_t step = IS_WORD(live, n) ? WORD : 1;

		if (step == WORD)
			STORE(live, GET(from));
		else
			__atomic_store_n(live, *from, __ATOMIC_RELAXED);
		from += step;
		live += step;
		n -= step;
	}
}

UNWATCHED bool words_differ(const uint8_t *live, const uint8_t *bytes, size_t n)
{
	/* Mostly pages, and mostly the same. */
	for (; IS_WORD(live, n) && n >= 8 * WORD; live += 8 * WORD, bytes += 8 * WORD, n -= 8 * WORD) {
		word differ = 0;

		for (size_t i = 0; i < 8 * WORD; i += WORD)
			differ |= LOAD(live + i) ^ GET(bytes + i);
		if (differ)
			return true;
	}
	while (n) {
		size_t step = IS_WORD(live, n) ? WORD : 1;

		if (step == WORD ? LOAD(live) != GET(bytes) : __atomic_load_n(live, __ATOMIC_RELAXED) != *bytes)
			return true;
		live += step;
		bytes += step;
		n -= step;
	}
	return false;
}

/* All bits of the bytes in which a and b differ. */
UNWATCHED static word differing_bytes(word a, word b)
{
	word x = a ^ b, m = 0;

	for (unsigned int i = 0; i < 8 * WORD; i += 8)
		if (x >> i & 0xFF)
			m |= (word)0xFF << i;
	return m;
}

UNWATCHED void words_merge(uint8_t *live, const uint8_t *was, const uint8_t *now, size_t n)
{
	for (size_t at = 0; at < n; at += WORD) {
		word before = GET(was + at), after = GET(now + at), found = before, want = after;

		if (before == after)
			continue;
		while (!__atomic_compare_exchange_n((word *)(live + at), &found, want, false,
						    __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
			word stored = differing_bytes(found, before);

			want = (after & ~stored) | (found & stored);
		}
	}
}

UNWATCHED bool byte_replace(uint8_t *live, uint8_t was, uint8_t now)
{
	return __atomic_compare_exchange_n(live, &was, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
