/* SPDX-License-Identifier: BSD-2-Clause */
/* printk(): the kernel's formats, to the machine's console. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/compat/internal.h"

#define LINE 1024

/* Text under construction. */
struct out {
	char *buf;
	size_t size, len;	/* len: as long as it would be */
};

static void put(struct out *o, const char *text, size_t len)
{
	size_t room = o->len < o->size ? o->size - o->len : 0;

	if (room)
		(memcpy)(o->buf + o->len, text, len < room ? len : room);
	o->len += len;
}

/* One conversion with its flags, "%-8lx": fmt up to end. The longest has 20 and more characters of digits. */
#define PUT_ONE(o, spec, value)                                   \
	do {                                                      \
		char one_[128];                                   \
		int n_ = snprintf(one_, sizeof(one_), spec, value); \
                                                                  \
		if (n_ > 0)                                       \
			put(o, one_, (size_t)n_ < sizeof(one_) ? (size_t)n_ : sizeof(one_) - 1); \
	} while (0)

/* What follows a %p, and how many characters of the format it took. */
static size_t put_pointer(struct out *o, const char *suffix, const void *p)
{
	const unsigned char *mac = p;

	switch (suffix[0]) {
	case 'a':	/* %pa[dp]: an address by reference */
		PUT_ONE(o, "0x%016llx", *(const unsigned long long *)p);
		return suffix[1] == 'd' || suffix[1] == 'p' ? 2 : 1;
	case 'e':	/* an error pointer */
		PUT_ONE(o, "%ld", (long)p);
		return 1;
	case 'M':
		for (int i = 0; i < 6; i++)
			PUT_ONE(o, i ? ":%02x" : "%02x", mac[i]);
		return 1;
	case 'K':
	case 'x':
		PUT_ONE(o, "%lx", (unsigned long)p);
		return 1;
	default:
		PUT_ONE(o, "%p", p);
		return 0;
	}
}

static void put_string(struct out *o, const char *spec, const char *s)
{
	char text[LINE];
	int n = snprintf(text, sizeof(text), spec, s ? s : "(null)");

	if (n > 0)
		put(o, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* A number by its length modifier: "", h, hh, l, ll, z, t, j. */
static void put_number(struct out *o, const char *spec, char length, va_list *ap)
{
	switch (length) {
	case 'L':
	case 'j':
		PUT_ONE(o, spec, va_arg(*ap, long long));
		break;
	case 'l':
	case 'z':
	case 't':
		PUT_ONE(o, spec, va_arg(*ap, long));
		break;
	default:
		PUT_ONE(o, spec, va_arg(*ap, int));
	}
}

/* Flags, width and precision of the conversion at fmt, "*" filled in from the arguments; returns the length in fmt. */
static size_t parse(const char *fmt, char *spec, size_t size, char *length, va_list *ap)
{
	size_t i = 1, n = 1;

	spec[0] = '%';
	*length = 0;
	for (; fmt[i] && strchr("-+ #0123456789.*hlLzjtq", fmt[i]); i++) {
		if (fmt[i] == '*') {
			n += (size_t)snprintf(spec + n, size - n, "%d", va_arg(*ap, int));
			continue;
		}
		if (n < size - 3)
			spec[n++] = fmt[i];
		if (fmt[i] == 'l')
			*length = *length == 'l' ? 'L' : 'l';
		else if (strchr("Lzjt", fmt[i]))
			*length = fmt[i];
	}
	spec[n] = fmt[i];
	spec[n + 1] = '\0';
	return fmt[i] ? i + 1 : i;
}

/* fmt stands at a '%'. Returns how much of it is done. */
static size_t convert(struct out *o, const char *fmt, va_list *ap)
{
	char spec[64], length;
	size_t used = parse(fmt, spec, sizeof(spec) - 16, &length, ap);

	switch (used ? fmt[used - 1] : 0) {
	case 's':
		put_string(o, spec, va_arg(*ap, const char *));
		break;
	case 'p':
		used += put_pointer(o, fmt + used, va_arg(*ap, const void *));
		break;
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
	case 'c':
		put_number(o, spec, length, ap);
		break;
	default:
		put(o, "%", 1);
	}
	return used;
}

int compat_format(char *buf, size_t size, const char *fmt, va_list list)
{
	struct out o = { .buf = buf, .size = size ? size - 1 : 0 };
	va_list ap;

	va_copy(ap, list);
	while (*fmt) {
		size_t plain = strcspn(fmt, "%");

		put(&o, fmt, plain);
		fmt += plain;
		if (*fmt)
			fmt += convert(&o, fmt, &ap);
	}
	va_end(ap);
	if (size)
		buf[o.len < o.size ? o.len : o.size] = '\0';
	return (int)o.len;
}

/* ---- the console -------------------------------------------------------------------- */

static void say(const char *prefix, const char *fmt, va_list ap)
{
	struct armdma_machine *m = armdma_compat_machine();
	char line[LINE];
	size_t len;

	/* A level, "\0013", is for the kernel's log. */
	if (fmt[0] == '\001' && fmt[1])
		fmt += 2;
	compat_format(line, sizeof(line), fmt, ap);
	len = strlen(line);
	if (len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	if (m)
		armdma_hw_log(armdma_machine_hw(m), "%s%s", prefix, line);
	else
		fprintf(stderr, "%s%s\n", prefix, line);
}

int armdma_compat_printk(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
	return 0;
}

/* "driver device: " as the kernel puts it. */
static void prefix_of(const struct device *dev, char *buf, size_t size)
{
	if (!dev)
		snprintf(buf, size, "(NULL device *): ");
	else
		snprintf(buf, size, "%s %s: ", dev->driver && dev->driver->name ? dev->driver->name : "", dev_name(dev));
}

void armdma_compat_dev_printk(const char *level, const struct device *dev, const char *fmt, ...)
{
	char prefix[160];
	va_list ap;

	(void)level;
	prefix_of(dev, prefix, sizeof(prefix));
	va_start(ap, fmt);
	say(prefix, fmt, ap);
	va_end(ap);
}

int dev_err_probe(const struct device *dev, int err, const char *fmt, ...)
{
	char prefix[160], first[200];
	va_list ap;

	/* Deferred probes are tried again: no error yet. */
	if (err == -EPROBE_DEFER)
		return err;
	prefix_of(dev, prefix, sizeof(prefix));
	snprintf(first, sizeof(first), "%serror %d: ", prefix, err);
	va_start(ap, fmt);
	say(first, fmt, ap);
	va_end(ap);
	return err;
}

void armdma_compat_warn(const char *file, int line, const char *function, const char *fmt, ...)
{
	char prefix[300];
	va_list ap;

	snprintf(prefix, sizeof(prefix), "WARNING: at %s:%d %s(): ", file, line, function);
	va_start(ap, fmt);
	say(prefix, fmt, ap);
	va_end(ap);
}

int armdma_compat_scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = compat_format(buf, size, fmt, ap);
	va_end(ap);
	return size && len >= (int)size ? (int)size - 1 : len;
}
