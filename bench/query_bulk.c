/* Makes the store that questions are timed on: ten million rows in a year of
 * 1,000 domains, straight into the tables, in the order in which reports
 * arrive (day by day, all domains mixed), folded every month as a running
 * store would be. The distribution is told in query_shape.c.
 *
 * usage: query_bulk DIRECTORY [ROWS [DAYS [DOMAINS]]]
 */
#include "query_shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_DAY = 20778 /* 2026-11-21 */, FOLD_EVERY = 30, DAY_ROWS = 200000 };

static const char *const add_report =
	"INSERT INTO report (id, owner, kind, state, identity, hash, domain,"
	" org, reporter, report_id, begin, \"end\", day, records, messages,"
	" passed, trust, complete, received_at, repairs, head) VALUES (?1, 1,"
	" 1, 0, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8 + 86399, ?9, ?10, ?11, ?12,"
	" ?13, 1, ?8 + 90000, '', '{}')";
static const char *const add_row =
	"INSERT INTO row (id, endpoint, count, verdict, overrides,"
	" header_from, envelope_from, envelope_to, auth, comment)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
static const char *const add_cell =
	"INSERT INTO rollup VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)"
	" ON CONFLICT DO UPDATE SET messages = messages + excluded.messages,"
	" rows = rows + 1";

struct bulk {
	struct shape shape;
	struct store *s;
	struct db *db;
	struct db_statement *report, *row, *cell, *stale, *name, *auth;
	struct db_statement *endpoint;
	struct map *names, *auths, *endpoints;
	struct shape_row *rows; /* of one domain on one day */
	int64_t last_report;
	uint64_t reports, row_count;
};

static void
must(enum err e, const struct diag *why)
{
	if (e == ERR_NONE)
		return;
	fprintf(stderr, "query_bulk: %s: %s\n", why->code, why->detail);
	exit(1);
}

static void
run(struct bulk *b, const char *sql)
{
	struct diag why = { 0 };

	must(db_run(b->db, sql, &why), &why);
}

static struct db_statement *
prepare(struct bulk *b, const char *sql)
{
	struct db_statement *st;
	struct diag why = { 0 };

	must(db_prepare_kept(b->db, str_of(sql), &st, &why), &why);
	return st;
}

/* Binds whole numbers from place `first` on. */
static void
bind(struct db_statement *st, int first, const int64_t *values, int count)
{
	for (int i = 0; i < count; i++)
		db_bind_i64(st, first + i, values[i]);
}

static void
finish(struct db_statement *st)
{
	struct diag why = { 0 };

	must(db_do(st, &why), &why);
}

/* ---- repeated things ---- */

static int64_t
name_of(struct bulk *b, const char *text)
{
	uint64_t id;

	if (*text == '\0')
		return 0;
	if (map_get(b->names, str_of(text), &id))
		return (int64_t)id;
	db_bind_text(b->name, 1, str_of(text));
	finish(b->name);
	id = (uint64_t)db_last_id(b->db);
	map_put(b->names, str_of(text), id);
	return (int64_t)id;
}

/* Reporters are counted by their names in lower case. */
static int64_t
reporter_of(struct bulk *b, uint32_t reporter)
{
	const char *org = shape_reporters[reporter];
	char folded[64] = "";

	for (size_t i = 0; org[i] != '\0' && i < sizeof(folded) - 1; i++)
		folded[i] = (char)(org[i] >= 'A' && org[i] <= 'Z' ? org[i] + 32
								  : org[i]);
	return name_of(b, folded);
}

static int64_t
source_of(const struct shape_row *r)
{
	if (r->kind == SHAPE_OWN || r->kind == SHAPE_SPOOFER)
		return SHAPE_SERVICES + r->service + 1;
	return r->service + 1;
}

static int64_t
endpoint_of(struct bulk *b, const struct shape_row *r)
{
	struct str key = { (const char *)&r->address, sizeof(r->address) };
	uint32_t number = r->kind == SHAPE_OWN || r->kind == SHAPE_SPOOFER
				  ? r->service
				  : b->shape.service[r->service].network;
	const struct shape_network *n = &b->shape.network[number];
	uint8_t ip[16] = { [10] = 0xff, [11] = 0xff };
	char host[64];
	uint64_t id;

	if (map_get(b->endpoints, key, &id))
		return (int64_t)id;
	for (int i = 0; i < 4; i++)
		ip[12 + i] = (uint8_t)(r->address >> (24 - 8 * i));
	snprintf(host, sizeof(host), "mail%u.net%u.example", r->address & 255,
		 number);
	db_bind_blob(b->endpoint, 1, (struct str){ (char *)ip, sizeof(ip) });
	db_bind_i64(b->endpoint, 2, source_of(r));
	db_bind_i64(b->endpoint, 3, name_of(b, host));
	db_bind_text(b->endpoint, 4, str_of(n->country));
	db_bind_i64(b->endpoint, 5, n->asn);
	finish(b->endpoint);
	id = (uint64_t)db_last_id(b->db);
	map_put(b->endpoints, key, id);
	return (int64_t)id;
}

static void
domain_text(size_t d, uint32_t subdomain, char out[64])
{
	if (subdomain == 0)
		snprintf(out, 64, "d%04zu.example", d + 1);
	else
		snprintf(out, 64, "sub%u.d%04zu.example", subdomain, d + 1);
}

/* The bounce domain: the sender's own or that of who sends for it. */
static void
bounce_text(size_t d, const struct shape_row *r, char out[64])
{
	if (r->kind == SHAPE_OWN || (r->kind == SHAPE_SUITE && r->outcome < 3))
		domain_text(d, 0, out);
	else if (r->kind == SHAPE_SPOOFER)
		snprintf(out, 64, "m%u.invalid", r->address % 5000);
	else
		snprintf(out, 64, "bounce.service%u.example", r->service);
}

static int64_t
auth_of(struct bulk *b, size_t d, const struct shape_row *r)
{
	static const char *const spf[] = { "pass", "pass", "fail", "pass",
					   "softfail" };
	bool signs = r->outcome < 3;
	char bounce[64], own[64], json[512], selectors[64] = "";
	uint64_t id;

	bounce_text(d, r, bounce);
	domain_text(d, 0, own);
	if (signs)
		snprintf(selectors, sizeof(selectors), " s%u%c ",
			 r->kind == SHAPE_OWN ? 0 : r->service + 1,
			 'a' + (int)(r->address & 1));
	snprintf(json, sizeof(json),
		 "{\"dkim\":[{\"domain\":\"%s\",\"selector\":\"%.*s\","
		 "\"result\":\"%s\"}],\"spf\":[{\"domain\":\"%s\","
		 "\"scope\":\"mfrom\",\"result\":\"%s\"}]}",
		 own, signs ? (int)strlen(selectors) - 2 : 0, selectors + 1,
		 signs ? "pass" : "fail", bounce, spf[r->outcome]);
	if (map_get(b->auths, str_of(json), &id))
		return (int64_t)id;
	db_bind_text(b->auth, 1, str_of(json));
	db_bind_i64(b->auth, 2, signs ? DMARC_RESULT_PASS : DMARC_RESULT_FAIL);
	db_bind_i64(b->auth, 3,
		    r->outcome == 4   ? DMARC_RESULT_SOFTFAIL
		    : r->outcome == 2 ? DMARC_RESULT_FAIL
				      : DMARC_RESULT_PASS);
	db_bind_text(b->auth, 4, str_of(selectors));
	finish(b->auth);
	id = (uint64_t)db_last_id(b->db);
	map_put(b->auths, str_of(json), id);
	return (int64_t)id;
}

/* ---- reports ---- */

static void
write_row(struct bulk *b, size_t d, int64_t day, int64_t row,
	  const struct shape_row *r, int64_t trust)
{
	char from[64], bounce[64], policy[64], tenant[64] = "";
	int64_t endpoint = endpoint_of(b, r);
	int64_t to;

	domain_text(d, 0, policy);
	domain_text(d, r->subdomain, from);
	bounce_text(d, r, bounce);
	if (r->tenant > 0)
		snprintf(tenant, sizeof(tenant), "tenant%u.example", r->tenant);
	to = name_of(b, tenant);
	bind(b->row, 1,
	     (const int64_t[]){ row, endpoint, r->count, r->verdict,
				r->overrides, name_of(b, from),
				name_of(b, bounce), to, auth_of(b, d, r),
				r->overrides ? name_of(b, "arc=pass") : 0 },
	     10);
	finish(b->row);
	bind(b->cell, 1,
	     (const int64_t[]){ name_of(b, policy), day, endpoint,
				reporter_of(b, r->reporter), to, r->verdict,
				r->overrides, trust, r->count },
	     9);
	finish(b->cell);
	b->row_count++;
}

static int64_t
pick_trust(struct bulk *b)
{
	uint64_t lot = shape_random(&b->shape, 100);

	if (lot < 2)
		return STORE_UNVERIFIED;
	return lot < 70 ? STORE_OPERATOR : STORE_VERIFIED;
}

static void
write_report(struct bulk *b, size_t d, int64_t day,
	     const struct shape_row *rows, size_t count)
{
	int64_t id = ++b->last_report;
	int64_t trust = pick_trust(b);
	int64_t messages = 0, passed = 0;
	uint64_t noise[4];
	char text[64];

	for (size_t i = 0; i < count; i++) {
		messages += rows[i].count;
		passed += rows[i].verdict & 3 ? rows[i].count : 0;
		write_row(b, d, day, store_row_first(id) + (int64_t)i, &rows[i],
			  trust);
	}
	for (size_t i = 0; i < COUNT_OF(noise); i++)
		noise[i] = shape_random(&b->shape, 1ull << 31) << 32 |
			   (uint64_t)id;
	db_bind_i64(b->report, 1, id);
	db_bind_blob(b->report, 2, (struct str){ (char *)noise, 16 });
	db_bind_blob(b->report, 3, (struct str){ (char *)noise, 32 });
	domain_text(d, 0, text);
	db_bind_i64(b->report, 4, name_of(b, text));
	snprintf(text, sizeof(text), "%lld.%lld", (long long)day,
		 (long long)id);
	db_bind_i64(b->report, 5,
		    name_of(b, shape_reporters[rows[0].reporter]));
	db_bind_i64(b->report, 6, reporter_of(b, rows[0].reporter));
	db_bind_text(b->report, 7, str_of(text));
	bind(b->report, 8,
	     (const int64_t[]){ day * CIVIL_DAY, day, (int64_t)count, messages,
				passed, trust },
	     6);
	finish(b->report);
	b->reports++;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct shape_row *a = left, *b = right;
	const int64_t x[] = { a->reporter,  a->address,   a->verdict,
			      a->overrides, a->subdomain, a->tenant,
			      a->outcome };
	const int64_t y[] = { b->reporter,  b->address,   b->verdict,
			      b->overrides, b->subdomain, b->tenant,
			      b->outcome };

	for (size_t i = 0; i < COUNT_OF(x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

/* Rows of one report differ in something: the same are one with more
 * messages. Draws again for those that fell together, a few times. */
static size_t
draw_rows(struct bulk *b, size_t d, int64_t day, size_t wanted)
{
	size_t n = 0;

	for (int round = 0; round < 6 && n < wanted; round++) {
		size_t kept = 0;

		while (n < wanted)
			shape_row(&b->shape, d, day, &b->rows[n++]);
		qsort(b->rows, n, sizeof(*b->rows), compare_rows);
		for (size_t i = 0; i < n; i++) {
			if (kept > 0 &&
			    compare_rows(&b->rows[kept - 1], &b->rows[i]) == 0)
				b->rows[kept - 1].count += b->rows[i].count;
			else
				b->rows[kept++] = b->rows[i];
		}
		n = kept;
	}
	return n;
}

static void
write_domain_day(struct bulk *b, size_t d, int64_t at, int64_t day,
		 double per_day)
{
	size_t wanted = shape_rows(&b->shape, d, per_day);
	size_t n = draw_rows(b, d, at, wanted < DAY_ROWS ? wanted : DAY_ROWS);
	size_t first = 0;
	char text[64];

	for (size_t i = 1; i <= n; i++) {
		if (i < n && b->rows[i].reporter == b->rows[first].reporter)
			continue;
		write_report(b, d, day, &b->rows[first], i - first);
		first = i;
	}
	domain_text(d, 0, text);
	bind(b->stale, 1, (const int64_t[]){ name_of(b, text), day }, 2);
	if (n > 0)
		finish(b->stale);
}

/* ---- all of it ---- */

static void
write_sources(struct bulk *b)
{
	struct db_statement *source =
		prepare(b, "INSERT INTO source VALUES (?1, 1, ?2, ?3, ?4)");
	struct db_statement *asn =
		prepare(b, "INSERT INTO asn VALUES (?1, ?2)");

	for (uint32_t i = 0; i < SHAPE_SERVICES + SHAPE_NETWORKS; i++) {
		bool service = i < SHAPE_SERVICES;
		uint32_t number = 64512 + i - SHAPE_SERVICES;
		char slug[64], label[64];

		snprintf(slug, sizeof(slug), service ? "service-%u" : "as%u",
			 service ? i : number);
		snprintf(label, sizeof(label),
			 service ? "Service %u" : "Network %u",
			 service ? i : number);
		db_bind_i64(source, 1, i + 1);
		db_bind_text(source, 2, str_of(slug));
		db_bind_text(source, 3, str_of(label));
		db_bind_i64(source, 4,
			    service ? SENDER_BY_SPF : SENDER_BY_AS_NAME);
		finish(source);
		if (service)
			continue;
		db_bind_i64(asn, 1, number);
		db_bind_text(asn, 2, str_of(label));
		finish(asn);
	}
	db_finish(source);
	db_finish(asn);
}

static void
open_all(struct bulk *b, const char *dir)
{
	struct diag why = { 0 };
	char path[4096];

	must(store_open(dir, STORE_CREATE, 1000, &b->s, &why), &why);
	snprintf(path, sizeof(path), "%s/reports.db", dir);
	must(db_open(path, DB_WRITE, 1000, &b->db, &why), &why);
	run(b, "PRAGMA cache_size = -300000");
	b->report = prepare(b, add_report);
	b->row = prepare(b, add_row);
	b->cell = prepare(b, add_cell);
	b->stale = prepare(
		b, "INSERT OR IGNORE INTO stale_day VALUES (1, ?1, ?2)");
	b->name = prepare(b, "INSERT INTO name (text) VALUES (?1)");
	b->auth = prepare(b, "INSERT INTO auth (json, dkim, spf, selectors)"
			     " VALUES (?1, ?2, ?3, ?4)");
	b->endpoint = prepare(b, "INSERT INTO endpoint (owner, ip, source, ptr,"
				 " country, asn, stamp)"
				 " VALUES (1, ?1, ?2, ?3, ?4, ?5, 0)");
	b->names = map_new(1 << 24);
	b->auths = map_new(1 << 24);
	b->endpoints = map_new(1 << 24);
	b->rows = heap_new(DAY_ROWS * sizeof(*b->rows));
}

static void
close_all(struct bulk *b)
{
	struct db_statement *all[] = { b->report, b->row,  b->cell,    b->stale,
				       b->name,   b->auth, b->endpoint };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		db_finish(all[i]);
	db_close(b->db);
	store_close(b->s);
	map_free(b->names);
	map_free(b->auths);
	map_free(b->endpoints);
	heap_free(b->rows);
	shape_free(&b->shape);
}

static double
argument(char **argv, int argc, int at, double otherwise)
{
	return at < argc ? strtod(argv[at], NULL) : otherwise;
}

int
main(int argc, char **argv)
{
	double rows = argument(argv, argc, 2, 1e7);
	int64_t days = (int64_t)argument(argv, argc, 3, 365);
	struct bulk b = { 0 };
	struct diag why = { 0 };

	if (argc < 2)
		return fprintf(stderr, "usage: query_bulk DIRECTORY [ROWS"
				       " [DAYS [DOMAINS]]]\n"),
		       2;
	shape_make(&b.shape, (size_t)argument(argv, argc, 4, 1000), 20260101);
	open_all(&b, argv[1]);
	run(&b, "BEGIN IMMEDIATE");
	write_sources(&b);
	run(&b, "COMMIT");
	for (int64_t day = 0; day < days; day++) {
		run(&b, "BEGIN IMMEDIATE");
		for (size_t d = 0; d < b.shape.domain_count; d++)
			write_domain_day(&b, d, day, LAST_DAY - days + 1 + day,
					 rows / (double)days);
		run(&b, "COMMIT");
		if (day % FOLD_EVERY == FOLD_EVERY - 1 || day == days - 1)
			must(store_fold(b.s, 1, NULL, NULL, &why), &why);
		fprintf(stderr, "\rday %lld of %lld, %llu rows",
			(long long)day + 1, (long long)days,
			(unsigned long long)b.row_count);
	}
	printf("\n%llu rows in %llu reports\n", (unsigned long long)b.row_count,
	       (unsigned long long)b.reports);
	close_all(&b);
	return 0;
}
