/* Times questions about 30 days, warm, on a store that query_bulk made: every
 * filter with every group, for the median domain, the largest, and all; the
 * fields of rows within one domain. Prints a table and PASS or FAIL against
 * the limits, and exits with 1 when one is missed.
 *
 * usage: query_run DIRECTORY [REPEATS [SCOPE]]
 */
#include "insight/insight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPEATS_MAX = 21, TIMES_MAX = 4096, TEXT = 256, DAYS = 30 };

static const enum store_field coarse[] = {
	STORE_F_DOMAIN,    STORE_F_DAY,         STORE_F_REPORTER,
	STORE_F_CLASS,     STORE_F_RESULT,      STORE_F_SPF,
	STORE_F_DKIM,      STORE_F_DISPOSITION, STORE_F_POLICY,
	STORE_F_COUNTRY,   STORE_F_ASN,         STORE_F_SOURCE,
	STORE_F_TO_DOMAIN,
};
static const enum store_field fine[] = {
	STORE_F_IP,          STORE_F_HOST,          STORE_F_SELECTOR,
	STORE_F_FROM_DOMAIN, STORE_F_ENVELOPE_FROM, STORE_F_SPF_RESULT,
	STORE_F_DKIM_RESULT, STORE_F_TEXT,
};

struct bench {
	struct store *s;
	int64_t last_day;
	unsigned repeats;
	char domain[TEXT];              /* of the scope; empty: all */
	char value[STORE_FIELDS][TEXT]; /* the most frequent in the scope */
};

/* The times of one line of the table. */
struct line {
	size_t count;
	double ms[TIMES_MAX];
	double worst;
	double cpu; /* of the worst by that */
	char question[TEXT];
};

static double
now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
must(enum err e, const struct diag *why)
{
	if (e == ERR_NONE)
		return;
	fprintf(stderr, "query_run: %s: %s\n", why->code, why->detail);
	exit(2);
}

static void
filter(struct store_query *q, enum store_field field, const char *value)
{
	q->filter[q->filter_count++] = (struct store_filter){
		.field = field,
		.value = str_of(value),
	};
}

static struct store_query
month(const struct bench *b)
{
	struct store_query q;

	insight_init(&q, STORE_OWNER_SELF);
	q.last_day = b->last_day;
	q.first_day = b->last_day - DAYS + 1;
	q.limit = 100;
	if (b->domain[0] != '\0')
		filter(&q, STORE_F_DOMAIN, b->domain);
	return q;
}

static enum err
pass_over(void *ctx, const struct store_answer_row *row)
{
	size_t *count = ctx;

	*count += row->key.n > 0;
	return ERR_NONE;
}

/* Wall and processor time: on a busy machine only the second is steady. */
static double
ask_once(const struct bench *b, const struct store_query *q, double *cpu)
{
	SCOPED_BUF next = BUF(8192);
	struct store_answer_row totals;
	struct diag why = { 0 };
	size_t count = 0;
	double cpu_start = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	double start = now_ms(CLOCK_MONOTONIC);

	must(store_ask(b->s, q, pass_over, &count, &totals, &next, &why), &why);
	*cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
	return now_ms(CLOCK_MONOTONIC) - start;
}

static int
compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static void
describe(const struct store_query *q, char out[TEXT])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < q->filter_count && n < TEXT; i++)
		n += (size_t)snprintf(out + n, TEXT - n, "%s=%.*s ",
				      store_field_name(q->filter[i].field),
				      STR_ARG(q->filter[i].value));
	if (q->grouped && n < TEXT)
		snprintf(out + n, TEXT - n, "group=%s",
			 store_field_name(q->group));
}

/* The median of the repeats, after one that warms. */
static void
measure(const struct bench *b, const struct store_query *q, struct line *l)
{
	double ms[REPEATS_MAX], cpu[REPEATS_MAX];

	(void)ask_once(b, q, &cpu[0]);
	for (unsigned i = 0; i < b->repeats; i++)
		ms[i] = ask_once(b, q, &cpu[i]);
	qsort(ms, b->repeats, sizeof(ms[0]), compare);
	qsort(cpu, b->repeats, sizeof(cpu[0]), compare);
	if (cpu[b->repeats / 2] > l->cpu)
		l->cpu = cpu[b->repeats / 2];
	if (l->count < TIMES_MAX)
		l->ms[l->count++] = ms[b->repeats / 2];
	if (ms[b->repeats / 2] > l->worst) {
		l->worst = ms[b->repeats / 2];
		describe(q, l->question);
	}
}

static bool
show(struct line *l, const char *scope, const char *group, double limit)
{
	bool good = l->worst <= limit;

	if (l->count == 0)
		return true;
	qsort(l->ms, l->count, sizeof(l->ms[0]), compare);
	printf("%-8s %-14s %4zu %8.1f %8.1f %8.1f %6.0f  %s  %s\n", scope,
	       group, l->count, l->ms[l->count / 2], l->worst, l->cpu, limit,
	       good ? "PASS" : "FAIL", l->question);
	fflush(stdout);
	return good;
}

/* ---- what to ask ---- */

struct best {
	char key[TEXT];
	size_t seen, wanted;
};

static enum err
keep_key(void *ctx, const struct store_answer_row *row)
{
	struct best *b = ctx;

	if (row->key.n == 0 || b->seen++ != b->wanted)
		return ERR_NONE;
	snprintf(b->key, sizeof(b->key), "%.*s", STR_ARG(row->key));
	return ERR_NONE;
}

/* The key on place `at` of `field` by number of rows. */
static void
frequent(const struct bench *b, enum store_field field, size_t at,
	 char out[TEXT])
{
	struct store_query q = month(b);
	SCOPED_BUF next = BUF(8192);
	struct store_answer_row totals;
	struct best best = { .wanted = at };
	struct diag why = { 0 };

	q.grouped = true;
	q.group = field;
	q.sort = STORE_M_ROWS;
	q.limit = STORE_LIMIT_MAX;
	must(store_ask(b->s, &q, keep_key, &best, &totals, &next, &why), &why);
	snprintf(out, TEXT, "%s", best.key[0] ? best.key : "unknown");
}

static void
learn_values(struct bench *b)
{
	for (size_t i = 0; i < COUNT_OF(coarse); i++)
		frequent(b, coarse[i], 0, b->value[coarse[i]]);
	for (size_t i = 0; i < COUNT_OF(fine) && b->domain[0]; i++)
		if (store_field_groups(fine[i]))
			frequent(b, fine[i], 0, b->value[fine[i]]);
	snprintf(b->value[STORE_F_TEXT], TEXT, "bounce");
}

static size_t
learn_size(struct bench *b)
{
	struct store_query q;
	SCOPED_BUF next = BUF(8192);
	struct store_answer_row totals;
	struct diag why = { 0 };
	struct best best = { .wanted = SIZE_MAX };

	insight_init(&q, STORE_OWNER_SELF);
	q.grouped = true;
	q.group = STORE_F_DOMAIN;
	must(store_ask(b->s, &q, keep_key, &best, &totals, &next, &why), &why);
	b->last_day = totals.m[STORE_M_LAST_SEEN] / CIVIL_DAY;
	printf("%lld rows, %lld messages, %lld reports, %zu domains; the last "
	       "%d days\n",
	       (long long)totals.m[STORE_M_ROWS],
	       (long long)totals.m[STORE_M_MESSAGES],
	       (long long)totals.m[STORE_M_REPORTS], best.seen, DAYS);
	return best.seen;
}

static void
add_filter(const struct bench *b, struct store_query *q, enum store_field field)
{
	if (field != STORE_F_DOMAIN || b->domain[0] == '\0')
		filter(q, field, b->value[field]);
}

/* One group with every filter: a line of the table. */
static bool
time_group(const struct bench *b, const char *scope, int group, double limit)
{
	struct line l = { 0 };
	struct store_query q = month(b);

	q.grouped = group >= 0;
	if (q.grouped)
		q.group = (enum store_field)group;
	measure(b, &q, &l);
	for (size_t i = 0; i < COUNT_OF(coarse); i++) {
		struct store_query with = q;

		if (coarse[i] == STORE_F_DOMAIN)
			continue;
		add_filter(b, &with, coarse[i]);
		measure(b, &with, &l);
	}
	return show(&l, scope, q.grouped ? store_field_name(q.group) : "-",
		    limit);
}

/* Two filters at once and a group: a sample of them. */
static bool
time_pairs(const struct bench *b, const char *scope, double limit)
{
	struct line l = { 0 };

	for (size_t i = 1; i < COUNT_OF(coarse); i++)
		for (size_t k = i + 1; k < COUNT_OF(coarse); k += 3) {
			struct store_query q = month(b);

			add_filter(b, &q, coarse[i]);
			add_filter(b, &q, coarse[k]);
			q.grouped = true;
			q.group = coarse[(i * 7 + k) % COUNT_OF(coarse)];
			measure(b, &q, &l);
		}
	return show(&l, scope, "2 filters", limit);
}

static bool
time_fine(const struct bench *b, const char *scope, double limit)
{
	bool good = true;

	for (size_t i = 0; i < COUNT_OF(fine); i++) {
		struct line l = { 0 };

		for (size_t k = 0; k <= COUNT_OF(coarse); k++) {
			struct store_query q = month(b);

			if (k < COUNT_OF(coarse) && k > 0)
				add_filter(b, &q, coarse[k]);
			q.grouped = store_field_groups(fine[i]);
			q.group = fine[i];
			if (!q.grouped || k == COUNT_OF(coarse))
				filter(&q, fine[i], b->value[fine[i]]);
			measure(b, &q, &l);
			if (k == COUNT_OF(coarse) || k == 0)
				continue;
			q = month(b);
			filter(&q, fine[i], b->value[fine[i]]);
			q.grouped = true;
			q.group = coarse[k];
			measure(b, &q, &l);
		}
		good &= show(&l, scope, store_field_name(fine[i]), limit);
	}
	return good;
}

static bool
time_scope(struct bench *b, const char *scope, double limit, double fine_limit)
{
	bool good;

	learn_values(b);
	good = time_group(b, scope, -1, limit);
	for (size_t i = 0; i < COUNT_OF(coarse); i++)
		good &= time_group(b, scope, (int)coarse[i], limit);
	good &= time_pairs(b, scope, limit);
	if (b->domain[0] != '\0')
		good &= time_fine(b, scope, fine_limit);
	return good;
}

static bool
wanted(int argc, char **argv, const char *scope)
{
	return argc < 4 || strcmp(argv[3], scope) == 0;
}

int
main(int argc, char **argv)
{
	struct bench b = { .repeats = 3 };
	struct diag why = { 0 };
	char largest[TEXT], median[TEXT];
	size_t domains;
	bool good;

	if (argc < 2)
		return fprintf(stderr, "usage: query_run DIRECTORY [REPEATS"
				       " [SCOPE]]\n"),
		       2;
	if (argc > 2)
		b.repeats = (unsigned)strtoul(argv[2], NULL, 10);
	if (b.repeats < 1 || b.repeats > REPEATS_MAX)
		b.repeats = 3;
	must(store_open(argv[1], STORE_READ, 0, &b.s, &why), &why);
	domains = learn_size(&b);
	frequent(&b, STORE_F_DOMAIN, 0, largest);
	frequent(&b, STORE_F_DOMAIN, domains / 2, median);
	printf("%-8s %-14s %4s  %8s %8s %6s\n", "scope", "group", "n", "median",
	       "max ms", "limit");
	snprintf(b.domain, TEXT, "%s", median);
	good = !wanted(argc, argv, "median") ||
	       time_scope(&b, "median", 20, 500);
	snprintf(b.domain, TEXT, "%s", largest);
	if (wanted(argc, argv, "largest"))
		good &= time_scope(&b, "largest", 100, 500);
	b.domain[0] = '\0';
	if (wanted(argc, argv, "all"))
		good &= time_scope(&b, "all", 200, 500);
	puts(good ? "PASS" : "FAIL");
	store_close(b.s);
	return good ? 0 : 1;
}
