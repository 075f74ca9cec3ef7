/* SPDX-License-Identifier: BSD-2-Clause */
/* ARMDMA_OPTIONS: key=value pairs into the structure of settings. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check/internal.h"

/* One key=value of the text. */
struct pair {
	const char *key, *value;
	size_t key_len, value_len;
};

/* Returns 0; -1 when the value makes no sense, with words for it in why. */
typedef int (*set_fn)(struct armdma_options *opt, const char *value, size_t len, struct text *why);

static bool is_word(const char *value, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(value, word, len);
}

static int set_bool(bool *out, const char *value, size_t len, struct text *why)
{
	if (is_word(value, len, "1") || is_word(value, len, "true") || is_word(value, len, "yes"))
		*out = true;
	else if (is_word(value, len, "0") || is_word(value, len, "false") || is_word(value, len, "no"))
		*out = false;
	else
		return text_add(why, "0 or 1"), -1;
	return 0;
}

static int set_number(unsigned int *out, unsigned int max, const char *value, size_t len, struct text *why)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < len && isdigit((unsigned char)value[i]) && n <= max; i++)
		n = 10 * n + (unsigned int)(value[i] - '0');
	if (!len || i < len || n > max)
		return text_add(why, "a number from 0 to %u", max), -1;
	*out = n;
	return 0;
}

/* ---- rules ----------------------------------------------------------------- */

static void set_class(struct armdma_options *opt, int class, bool on)
{
	for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++)
		if (class < 0 || (int)armdma_report_class((enum armdma_report_kind)kind) == class)
			opt->rule[kind] = on;
}

/* A kind or a class by name. */
static int set_rule(struct armdma_options *opt, const char *name, size_t len, bool on)
{
	static const char *const classes[ARMDMA_NR_CLASSES] = {
		[ARMDMA_CLASS_BUG] = "bugs",
		[ARMDMA_CLASS_SUSPICION] = "suspicions",
		[ARMDMA_CLASS_PERFORMANCE] = "performance",
	};
	enum armdma_report_kind kind = kind_by_name(name, len);

	if (kind != ARMDMA_REPORT_NONE)
		return opt->rule[kind] = on, 0;
	for (int class = 0; class < ARMDMA_NR_CLASSES; class++)
		if (is_word(name, len, classes[class]))
			return set_class(opt, class, on), 0;
	if (is_word(name, len, "all"))
		return set_class(opt, -1, on), 0;
	return -1;
}

static int set_rules(struct armdma_options *opt, const char *value, size_t len, bool on, struct text *why)
{
	for (size_t used = 0; used <= len;) {
		const char *comma = memchr(value + used, ',', len - used);
		size_t n = comma ? (size_t)(comma - (value + used)) : len - used;

		if (set_rule(opt, value + used, n, on)) {
			text_add(why, "kinds of reports separated by commas, not '%.*s'; all, bugs, suspicions, performance, or",
				 (int)n, value + used);
			for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++)
				text_add(why, " %s", armdma_report_name((enum armdma_report_kind)kind));
			return -1;
		}
		used += n + 1;
	}
	return 0;
}

static int set_enable(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_rules(opt, value, len, true, why);
}

static int set_disable(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_rules(opt, value, len, false, why);
}

/* ---- what becomes of reports -------------------------------------------------- */

static int set_print(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	bool on;

	if (is_word(value, len, "auto"))
		return opt->print = ARMDMA_PRINT_AUTO, 0;
	if (set_bool(&on, value, len, why))
		return text_add(why, ", or auto"), -1;
	opt->print = on ? ARMDMA_PRINT_ALWAYS : ARMDMA_PRINT_NEVER;
	return 0;
}

static int set_abort(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_bool(&opt->abort_on_report, value, len, why);
}

static int set_exitcode(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	unsigned int code;

	if (set_number(&code, 255, value, len, why))
		return -1;
	opt->exitcode = (uint8_t)code;
	return 0;
}

static int set_path(char *out, const char *value, size_t len, struct text *why)
{
	if (!len || len >= ARMDMA_OPTION_LEN)
		return text_add(why, "a path of 1 to %d bytes", ARMDMA_OPTION_LEN - 1), -1;
	memcpy(out, value, len);
	out[len] = 0;
	return 0;
}

static int set_json(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_path(opt->json, value, len, why);
}

static int set_suppressions(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_path(opt->suppressions, value, len, why);
}

static int set_coverage(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_path(opt->coverage, value, len, why);
}

static int set_stack(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_number(&opt->stack, ARMDMA_STACK_MAX, value, len, why);
}

static int set_summary(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	return set_bool(&opt->summary, value, len, why);
}

static int set_poison(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	bool on;

	if (is_word(value, len, "strict"))
		return opt->poison = ARMDMA_POISON_STRICT, 0;
	if (set_bool(&on, value, len, why))
		return text_add(why, ", or strict"), -1;
	opt->poison = on ? ARMDMA_POISON_ON : ARMDMA_POISON_OFF;
	return 0;
}

static int set_help(struct armdma_options *opt, const char *value, size_t len, struct text *why)
{
	bool on;

	(void)opt;
	if (set_bool(&on, value, len, why))
		return -1;
	if (on)
		process_help();
	return 0;
}

static const struct option {
	const char *key, *value, *what;
	set_fn set;
} options[] = {
	{ "disable", "KIND[,KIND...]", "do not look for these kinds of reports, or classes of them", set_disable },
	{ "enable", "KIND[,KIND...]", "look for these kinds, too, or classes: bugs (default), suspicions, performance, all", set_enable },
	{ "print", "0|1|auto", "print reports on stderr; auto: when no callback takes them", set_print },
	{ "abort_on_report", "0|1", "abort() after the first report", set_abort },
	{ "exitcode", "N", "exit status of a program that had reports and no callback, default 66; 0: leave it", set_exitcode },
	{ "json", "PATH", "append each report to this file as a line of JSON", set_json },
	{ "suppressions", "FILE", "tell nothing that this file's lines kind:function-glob match", set_suppressions },
	{ "stack", "N", "return addresses to keep of each call, at most 64; 0: the call alone", set_stack },
	{ "coverage", "0|1|PATH", "count the states of DMA that are exercised: 1: print a table at exit; or append to a file", set_coverage },
	{ "summary", "0|1", "when a machine goes, print how often each bug was met", set_summary },
	{ "poison", "0|1|strict", "under ASan or Valgrind, let it report accesses to what a device owns; strict: mapped TO_DEVICE, too", set_poison },
	{ "help", "0|1", "print this", set_help },
};
#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

void options_help(FILE *f)
{
	fputs("ARMDMA_OPTIONS: key=value, separated by colons\n", f);
	for (size_t i = 0; i < NR_OPTIONS; i++) {
		char head[64];

		snprintf(head, sizeof(head), "%s=%s", options[i].key, options[i].value);
		fprintf(f, "    %-26s %s\n", head, options[i].what);
	}
	fputs("kinds of reports (* off by default):\n", f);
	for (int kind = ARMDMA_REPORT_NONE + 1; kind < ARMDMA_REPORT_NR; kind++)
		fprintf(f, "    %s%s\n", armdma_report_name((enum armdma_report_kind)kind),
			armdma_report_class((enum armdma_report_kind)kind) == ARMDMA_CLASS_BUG ? "" : " *");
}

/* ---- the text ----------------------------------------------------------------- */

static bool is_separator(char c)
{
	return c == ':' || isspace((unsigned char)c);
}

/* The next pair of *text, which moves on. 1: there is one; 0: the end; -1: no pair, *out tells what is there. */
static int next_pair(const char **text, struct pair *out)
{
	const char *p = *text;
	char quote = 0;

	while (is_separator(*p))
		p++;
	if (!*p)
		return 0;
	out->key = p;
	while (*p && *p != '=' && !is_separator(*p))
		p++;
	out->key_len = (size_t)(p - out->key);
	out->value = "";
	out->value_len = 0;
	if (*p != '=')
		return -1;
	p++;
	if (*p == '\'' || *p == '"')
		quote = *p++;
	out->value = p;
	while (*p && (quote ? *p != quote : !is_separator(*p)))
		p++;
	out->value_len = (size_t)(p - out->value);
	if (quote && !*p) {
		out->key_len = (size_t)(p - out->key);
		out->value_len = 0;
		return -1;
	}
	*text = quote ? p + 1 : p;
	return 1;
}

static const struct option *find_option(const struct pair *pair)
{
	for (size_t i = 0; i < NR_OPTIONS; i++)
		if (is_word(pair->key, pair->key_len, options[i].key))
			return &options[i];
	return NULL;
}

static int fail(struct armdma_error *err, const char *fmt, const struct pair *pair, const char *why)
{
	if (err)
		snprintf(err->msg, sizeof(err->msg), fmt, (int)pair->key_len, pair->key, (int)pair->value_len, pair->value, why);
	return -EINVAL;
}

int armdma_options_parse(struct armdma_options *opt, const char *text, struct armdma_error *err)
{
	struct armdma_options out = *opt;
	struct pair pair;
	int more;

	while ((more = next_pair(&text, &pair)) > 0) {
		const struct option *option = find_option(&pair);
		char buf[ARMDMA_ERROR_LEN] = "";
		struct text why = { buf, sizeof(buf), 0 };

		if (!option)
			return fail(err, "unknown option '%.*s=%.*s'; help=1 lists them%s", &pair, "");
		if (option->set(&out, pair.value, pair.value_len, &why))
			return fail(err, "option '%.*s=%.*s': the value must be %s", &pair, buf);
	}
	if (more < 0)
		return fail(err, "not key=value: '%.*s%.*s'%s", &pair, "");
	*opt = out;
	return 0;
}

struct armdma_options armdma_options_default(void)
{
	struct armdma_options opt = { .exitcode = ARMDMA_EXITCODE, .poison = ARMDMA_POISON_ON };

	set_class(&opt, ARMDMA_CLASS_BUG, true);
	return opt;
}

int options_from_environment(struct armdma_options *opt, struct armdma_error *err)
{
	const char *text = getenv("ARMDMA_OPTIONS");
	struct armdma_error bad = { "" };
	int ret = text ? armdma_options_parse(opt, text, &bad) : 0;

	if (!ret)
		return 0;
	/* Nobody who calls without err may go on unaware. */
	if (err)
		snprintf(err->msg, sizeof(err->msg), "ARMDMA_OPTIONS: %.230s", bad.msg);
	else
		fprintf(stderr, "armdma: ARMDMA_OPTIONS: %s\n", bad.msg);
	return ret;
}
