#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../store/fixture.h"
#include "control/control.h"
#include "watch/alarm.h"

enum { TODAY = NOW / DAY };

#define OWN "192.0.2.1"
#define OTHER "198.51.100.1"
#define STRANGER "203.0.113.9"

struct made_world {
	struct place place;
	struct store *store;
	struct control *control;
};

static int
setup(void **state)
{
	struct made_world *w = calloc(1, sizeof(*w));
	struct diag why = { 0 };

	assert_true(seal_init());
	place_make(&w->place);
	w->store = place_open(&w->place, STORE_CREATE);
	must(control_open(w->place.dir, &w->control, &why), &why);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct made_world *w = *state;

	control_close(w->control);
	store_close(w->store);
	place_remove(&w->place);
	free(w);
	return 0;
}

static void
look(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	(void)ctx;
	(void)e;
	(void)place;
}

static void
settle(struct made_world *w)
{
	struct diag why = { 0 };

	must(store_enrich(w->store, STORE_OWNER_SELF, S("v1"), look, NULL,
			  &why),
	     &why);
	must(store_fold(w->store, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

/* Messages of a day: from our address, and from another. */
struct sent {
	uint64_t passed, failed, foreign;
	const char *ip;
};

/* One report about it. */
static void
day(struct made_world *w, const char *org, int64_t ago, const struct sent *sent)
{
	char id[60];
	struct made m = {
		.org = org,
		.id = id,
		.domain = "example.com",
		.begin = (TODAY - ago) * DAY,
		.trust = STORE_OPERATOR,
		.rows = 3,
		.row = { { .ip = OWN,
			   .count = sent->passed,
			   .dkim = true,
			   .spf = true,
			   .dkim_domain = "example.com",
			   .spf_domain = "example.com" },
			 { .ip = OWN, .count = sent->failed },
			 { .ip = sent->ip, .count = sent->foreign } },
	};

	(void)snprintf(id, sizeof(id), "%s %lld %s", org, (long long)ago,
		       sent->ip);
	for (size_t i = 0; i < m.rows; i++)
		m.row[i].header_from = m.domain;
	/* put_row takes 0 for 1. */
	if (sent->foreign == 0)
		m.rows = 2;
	import(w->store, &m);
}

/* Three quiet weeks: one own message a day fails, one of others. */
static void
past(struct made_world *w)
{
	const struct store_triage ours = { .source = S("192.0.2.0/24"),
					   .triage = SENDER_OURS };
	struct diag why = { 0 };

	for (int64_t ago = 24; ago >= 4; ago--)
		day(w, "Google", ago, &(struct sent){ 100, 1, 1, OTHER });
	settle(w);
	must(store_triage_set(w->store, STORE_OWNER_SELF, &ours, &why), &why);
	settle(w);
}

static enum err
add_notice(void *ctx, const struct control_notice *n)
{
	buf_addf(ctx, "%.*s %.*s %.*s\n", STR_ARG(n->code), STR_ARG(n->path),
		 STR_ARG(n->places));
	return ERR_NONE;
}

/* What people have to be told of after a look at the domain and the
 * reporters. */
static void
assert_told(struct made_world *w, int64_t now, const char *expected)
{
	const struct watch_alarm a = { .control = w->control,
				       .store = w->store,
				       .owner = STORE_OWNER_SELF,
				       .now = now,
				       .channels = 1 };
	SCOPED_BUF told = BUF(10000);
	struct diag why = { 0 };

	must(watch_alarm_domain(&a, S("example.com"), &why), &why);
	must(watch_alarm_reporters(&a, &why), &why);
	must(control_notices_due(w->control, now, 10, add_notice, &told, &why),
	     &why);
	assert_string_equal(buf_c(&told), expected);
}

/* Everybody has heard. */
static enum err
hear(void *ctx, const struct control_notice *n)
{
	struct diag why = { 0 };

	return control_notice_tried(ctx, n->id, NOW, 1, S(""), &why);
}

static void
hear_all(struct made_world *w)
{
	struct diag why = { 0 };

	must(control_notices_due(w->control, NOW, 10, hear, w->control, &why),
	     &why);
}

#define RECENT "from=2025-11-21&to=2025-11-24&domain=example.com"

static void
quiet_days_tell_nothing(void **state)
{
	struct made_world *w = *state;

	past(w);
	for (int64_t ago = 3; ago >= 1; ago--)
		day(w, "Google", ago, &(struct sent){ 100, 1, 1, OTHER });
	settle(w);
	assert_told(w, NOW, "");
}

static void
a_spike_is_told_once_and_not_per_report(void **state)
{
	struct made_world *w = *state;

	past(w);
	for (int64_t ago = 3; ago >= 1; ago--)
		day(w, "Google", ago, &(struct sent){ 100, 40, 0, OTHER });
	settle(w);
	assert_told(w, NOW,
		    "change.own_failing /reports/dmarc?" RECENT
		    "&class=own&result=fail&group=source"
		    " {\"domain\":\"example.com\",\"host\":null,"
		    "\"count\":\"120\",\"before\":\"3\"}\n");
	hear_all(w);
	/* More reports of the same, an hour later. */
	day(w, "Yahoo", 1, &(struct sent){ 100, 40, 0, OTHER });
	settle(w);
	assert_told(w, NOW + 3600, "");
}

static void
mail_of_others_is_told_with_its_rows(void **state)
{
	struct made_world *w = *state;

	past(w);
	for (int64_t ago = 3; ago >= 1; ago--)
		day(w, "Google", ago, &(struct sent){ 100, 1, 60, OTHER });
	settle(w);
	assert_told(w, NOW,
		    "change.spoofing /reports/dmarc?" RECENT
		    "&class=unrecognised&class=blocked&result=fail"
		    "&group=source {\"domain\":\"example.com\",\"host\":null,"
		    "\"count\":\"180\",\"before\":\"3\"}\n");
}

static void
a_source_nobody_knows_is_told_once(void **state)
{
	struct made_world *w = *state;

	past(w);
	day(w, "Google", 2, &(struct sent){ 100, 1, 60, STRANGER });
	settle(w);
	assert_told(w, NOW,
		    "change.new_source /reports/dmarc?from=2025-11-18"
		    "&to=2025-11-24&domain=example.com&class=unrecognised"
		    "&source=203.0.113.0%2F24 {\"domain\":\"example.com\","
		    "\"host\":\"203.0.113.0/24\",\"count\":\"60\","
		    "\"before\":\"0\"}\n");
	hear_all(w);
	assert_told(w, NOW + 3600, "");
	assert_told(w, NOW + DAY, "");
}

static void
a_reporter_that_others_outlive_is_told(void **state)
{
	struct made_world *w = *state;

	for (int64_t ago = 24; ago >= 6; ago--)
		day(w, "Quiet Mail Ltd", ago,
		    &(struct sent){ 100, 1, 1, OTHER });
	past(w);
	for (int64_t ago = 3; ago >= 1; ago--)
		day(w, "Google", ago, &(struct sent){ 100, 1, 1, OTHER });
	settle(w);
	assert_told(w, NOW,
		    "change.reporter_silent /reports/dmarc?from=2025-10-28"
		    "&to=2025-11-24&reporter=quiet%20mail%20ltd"
		    " {\"domain\":null,\"host\":\"quiet mail ltd\","
		    "\"count\":\"6\",\"before\":\"19\"}\n");
	hear_all(w);
	/* It comes back, and that is no news: the notice is over. */
	day(w, "Quiet Mail Ltd", 1, &(struct sent){ 100, 1, 1, OTHER });
	settle(w);
	assert_told(w, NOW + 60, "");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(quiet_days_tell_nothing),
		CASE(a_spike_is_told_once_and_not_per_report),
		CASE(mail_of_others_is_told_with_its_rows),
		CASE(a_source_nobody_knows_is_told_once),
		CASE(a_reporter_that_others_outlive_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
