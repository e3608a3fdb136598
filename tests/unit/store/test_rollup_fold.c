#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_true(seal_init());
	place_make(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

/* The coarse roll-ups in words: comparable between stores. */
#define CUBES                                                                  \
	"SELECT d.text, c.day, o.text, ifnull(s.slug, '-'), c.asn, c.country," \
	" c.verdict, c.overrides, c.class, c.trust, c.messages, c.rows"        \
	" FROM cube AS c JOIN name AS d ON d.id = c.domain"                    \
	" JOIN name AS o ON o.id = c.reporter"                                 \
	" LEFT JOIN source AS s ON s.id = c.source"                            \
	" ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
#define SLIM_CUBES                                                             \
	"SELECT d.text, c.day, o.text, c.verdict, c.overrides, c.class,"       \
	" c.trust, c.messages, c.rows FROM cube_slim AS c"                     \
	" JOIN name AS d ON d.id = c.domain"                                   \
	" JOIN name AS o ON o.id = c.reporter"                                 \
	" ORDER BY 1, 2, 3, 4, 5, 6, 7"

static void
dump_cubes(const struct place *p, struct buf *out)
{
	dump(p, CUBES, 12, out);
	dump(p, SLIM_CUBES, 9, out);
}

/* 192.0.2.* is AS64496 in Norway; `ctx`, when given, is its new AS. */
static void
look(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	const uint32_t *asn = ctx;

	if (e->ip.b[12] != 192)
		return;
	place->asn = asn != NULL ? *asn : 64496;
	place->as_name = S("Example Net");
	memcpy(place->country, "NO", 3);
}

static void
enrich(struct store *s, const char *stamp, uint32_t *asn)
{
	struct diag why = { 0 };

	must(store_enrich(s, STORE_OWNER_SELF, str_of(stamp), look, asn, &why),
	     &why);
}

static void
fold(struct store *s)
{
	struct diag why = { 0 };

	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

static struct made
report(const char *id, const char *domain, int64_t day, uint8_t salt)
{
	struct made m = {
		.org = "Google Inc.",
		.begin = NOW - day * DAY,
		.trust = STORE_OPERATOR,
		.rows = 3,
		.row = { { .ip = "192.0.2.1", .dkim = true, .count = 5 },
			 { .ip = "198.51.100.9", .count = 3 },
			 { .ip = "203.0.113.5",
			   .disposition = DMARC_REJECTED,
			   .count = 2 } },
	};

	m.id = id;
	m.domain = domain;
	m.salt = salt;
	for (size_t i = 0; i < m.rows; i++)
		m.row[i].header_from = domain;
	return m;
}

static void
triage(struct store *s, const char *source, const char *domain,
       enum sender_triage judged)
{
	const struct store_triage judgement = { .source = str_of(source),
						.domain = str_of(domain),
						.triage = judged,
						.note = STR("a note"),
						.set_at = NOW };
	struct diag why = { 0 };

	must(store_triage_set(s, STORE_OWNER_SELF, &judgement, &why), &why);
}

/* ---- names ---- */

static void
a_source_is_named_by_the_best_that_is_known(void **state)
{
	struct made m = report("r1", "example.com", 1, 1);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	m.row[2].dkim_domain = "amazonses.com";
	import(s, &m);
	enrich(s, "v1", NULL);
	fold(s);
	assert_int_equal(ask(*state, "SELECT count(*) FROM source"
				     " WHERE slug = 'as64496'"
				     " AND label = 'Example Net'"),
			 1);
	assert_int_equal(ask(*state, "SELECT count(*) FROM source"
				     " WHERE slug = '198.51.100.0/24'"),
			 1);
	assert_int_equal(ask(*state, "SELECT c.messages FROM cube AS c"
				     " JOIN source AS s ON s.id = c.source"
				     " WHERE slug = 'amazon-ses'"),
			 2);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 0);
}

static void
better_evidence_renames_the_days_before(void **state)
{
	struct made old = report("r1", "example.com", 20, 1);
	struct made new = report("r2", "example.com", 1, 2);
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	import(s, &old);
	enrich(s, "v1", NULL);
	fold(s);
	new.row[2].dkim_domain = "amazonses.com";
	import(s, &new);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 1);
	enrich(s, "v1", NULL);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 2);
	fold(s);
	assert_int_equal(ask(*state, "SELECT sum(c.messages) FROM cube AS c"
				     " JOIN source AS s ON s.id = c.source"
				     " WHERE slug = 'amazon-ses'"),
			 4);
}

static void
another_geo_file_changes_only_what_it_says(void **state)
{
	struct made one = report("r1", "example.com", 1, 1);
	struct made two = report("r2", "example.net", 1, 2);
	uint32_t other = 64511;
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	two.row[0].ip = "198.51.100.1";
	import(s, &one);
	import(s, &two);
	enrich(s, "v1", NULL);
	fold(s);
	enrich(s, "v1", &other);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 0);
	enrich(s, "v2", &other);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 1);
	fold(s);
	assert_int_equal(ask(*state, "SELECT sum(messages) FROM cube"
				     " WHERE asn = 64511"),
			 5);
	assert_int_equal(ask(*state, "SELECT count(*) FROM cube"
				     " WHERE asn = 64496"),
			 0);
}

/* ---- classes ---- */

static int64_t
in_class(const struct place *p, enum sender_class class, const char *domain)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		 "SELECT sum(messages) FROM cube_slim AS c JOIN name AS n"
		 " ON n.id = c.domain WHERE class = %d AND text = '%s'",
		 (int)class, domain);
	return ask(p, sql);
}

static void
the_users_judgement_moves_messages_between_classes(void **state)
{
	struct made one = report("r1", "example.com", 1, 1);
	struct made two = report("r2", "example.net", 1, 2);
	const struct store_triage nobody = { .source = STR("nobody"),
					     .triage = SENDER_OURS };
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	one.row[0].dkim = two.row[0].dkim = false;
	import(s, &one);
	import(s, &two);
	enrich(s, "v1", NULL);
	fold(s);
	assert_int_equal(in_class(*state, SENDER_UNRECOGNISED, "example.com"),
			 8);
	assert_int_equal(in_class(*state, SENDER_BLOCKED, "example.com"), 2);
	triage(s, "as64496", "", SENDER_OURS);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 2);
	fold(s);
	assert_int_equal(in_class(*state, SENDER_OWN, "example.com"), 5);
	assert_int_equal(in_class(*state, SENDER_OWN, "example.net"), 5);
	/* For one domain the judgement differs. */
	triage(s, "as64496", "example.net", SENDER_FORWARDER);
	assert_int_equal(ask(*state, "SELECT count(*) FROM stale_day"), 1);
	fold(s);
	assert_int_equal(in_class(*state, SENDER_OWN, "example.com"), 5);
	assert_int_equal(in_class(*state, SENDER_OWN, "example.net"), 0);
	assert_int_equal(in_class(*state, SENDER_FORWARDED, "example.net"), 5);
	/* Taken back, the general one is in force again. */
	triage(s, "as64496", "example.net", SENDER_NOT_TRIAGED);
	fold(s);
	assert_int_equal(in_class(*state, SENDER_OWN, "example.net"), 5);
	assert_int_equal(store_triage_set(s, STORE_OWNER_SELF, &nobody, &why),
			 ERR_GONE);
	assert_string_equal(why.code, "store.no_source");
}

/* ---- properties ---- */

static void
no_fault(void *ctx, const struct diag *what)
{
	(void)ctx;
	fail_msg("%s: %s", what->code, what->detail);
}

static void
check(struct store *s)
{
	struct diag why = { 0 };

	must(store_check(s, STORE_OWNER_SELF, no_fault, NULL, &why), &why);
}

enum { MADE = 12 };

static void
make_some(struct made out[MADE], char ids[MADE][8])
{
	static const char *const DOMAINS[] = { "example.com", "example.net",
					       "example.org" };

	for (unsigned i = 0; i < MADE; i++) {
		/* Every fourth fights with the one before. */
		unsigned same = i % 4 == 3 ? i - 3 : i;

		snprintf(ids[i], sizeof(ids[i]), "r%u", same);
		out[i] =
			report(ids[i], DOMAINS[same % 3], same % 4, (uint8_t)i);
		out[i].rows = 1 + i % 3;
		out[i].trust = (enum store_trust)(i % 3);
		if (i % 5 == 1)
			out[i].row[0].dkim_domain = "amazonses.com";
		if (i % 5 == 2)
			out[i].row[0].spf_domain = "bounce.sendgrid.net";
		out[i].row[0].overrides = i % 2 ? DMARC_OVERRIDE_FORWARDED : 0;
	}
}

/* Imports in this order, naming and folding after every `step` reports. */
static void
cubes_after(const struct made *all, const size_t *order, size_t step,
	    struct buf *out)
{
	struct place p;

	place_make(&p);
	{
		SCOPED_STORE s = place_open(&p, STORE_CREATE);

		if (step % 2)
			store_place_with(s, S("v1"), look, NULL);
		for (size_t i = 0; i < MADE; i++) {
			import(s, &all[order[i]]);
			if (i % step == step - 1) {
				/* Also the wrong way round. */
				if (i % 2)
					fold(s);
				enrich(s, "v1", NULL);
				fold(s);
			}
		}
		enrich(s, "v1", NULL);
		fold(s);
		dump_cubes(&p, out);
		check(s);
	}
	place_remove(&p);
}

static void
neither_order_nor_the_moment_of_folding_matters(void **state)
{
	SCOPED_BUF want = BUF(1 << 20);
	struct made all[MADE];
	char ids[MADE][8];
	size_t order[MADE];
	unsigned seed = 7;

	(void)state;
	make_some(all, ids);
	for (size_t i = 0; i < MADE; i++)
		order[i] = i;
	cubes_after(all, order, MADE, &want);
	assert_non_null(strstr(buf_c(&want), "amazon-ses"));
	for (unsigned round = 0; round < 20; round++) {
		SCOPED_BUF got = BUF(1 << 20);

		for (size_t i = MADE; i > 1; i--) {
			size_t k = (size_t)rand_r(&seed) % i, t = order[k];

			order[k] = order[i - 1];
			order[i - 1] = t;
		}
		cubes_after(all, order, 1 + round % 4, &got);
		assert_string_equal(buf_c(&got), buf_c(&want));
	}
}

static void
nothing_is_lost_when_memory_is_too_small_for_a_day(void **state)
{
	struct made m = report("r1", "example.com", 1, 1);
	const struct store_origin origin = made_origin(&m);
	const struct dmarc_head head = made_head(&m);
	const struct decode_end end = made_end(&m);
	struct diag why = { 0 };
	struct store_item item;
	char ip[32];
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	must(store_begin(s, &why), &why);
	must(store_dmarc_head(s, &origin, &head, &why), &why);
	for (unsigned i = 0; i < 62000; i++) {
		snprintf(ip, sizeof(ip), "%u.%u.%u.1", 10 + (i >> 16),
			 (i >> 8) & 255, i & 255);
		m.row[0].ip = ip;
		must(put_row(s, &m.row[0], &why), &why);
	}
	must(store_dmarc_end(s, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	enrich(s, "v1", NULL);
	for (unsigned round = 0; round < 2; round++) {
		fold(s);
		assert_int_equal(ask(*state, "SELECT count(*) FROM cube"),
				 62000);
		assert_int_equal(ask(*state, "SELECT sum(messages) FROM"
					     " cube"),
				 310000);
		assert_int_equal(ask(*state, "SELECT messages FROM cube_slim"),
				 310000);
		check(s);
		triage(s, "10.0.0.0/24", "", SENDER_NOT_TRIAGED);
	}
}

struct told {
	uint64_t last, all;
	unsigned times;
};

static void
tell(void *ctx, uint64_t done, uint64_t all)
{
	struct told *t = ctx;

	assert_true(done >= t->last && done <= all);
	*t = (struct told){ done, all, t->times + 1 };
}

static void
progress_goes_up_to_the_whole(void **state)
{
	struct told told = { 0 };
	struct diag why = { 0 };
	SCOPED_STORE s = place_open(*state, STORE_CREATE);

	for (uint8_t i = 0; i < 10; i++) {
		char id[8];
		struct made m;

		snprintf(id, sizeof(id), "r%u", i);
		m = report(id, "example.com", i * 2, i);
		import(s, &m);
	}
	must(store_fold(s, STORE_OWNER_SELF, tell, &told, &why), &why);
	assert_int_equal(told.last, 10);
	assert_int_equal(told.all, 10);
	assert_true(told.times > 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_source_is_named_by_the_best_that_is_known),
		CASE(better_evidence_renames_the_days_before),
		CASE(another_geo_file_changes_only_what_it_says),
		CASE(the_users_judgement_moves_messages_between_classes),
		CASE(neither_order_nor_the_moment_of_folding_matters),
		CASE(nothing_is_lost_when_memory_is_too_small_for_a_day),
		CASE(progress_goes_up_to_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
