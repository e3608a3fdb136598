/* arrival.h - things that came through doors, for the tests of the log. */
#ifndef ARRIVAL_H
#define ARRIVAL_H

#include "keep.h"

static inline int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_true(seal_init());
	place_make(p);
	*state = p;
	return 0;
}

static inline int
teardown(void **state)
{
	place_remove(*state);
	free(*state);
	return 0;
}

/* ---- what the tests put in ---- */

#define ENVELOPE "{\"client\":\"192.0.2.9\",\"helo\":\"mx.example\"}"

static inline struct store_origin
by_mail(const char *upload)
{
	return (struct store_origin){ .owner = STORE_OWNER_SELF,
				      .trust = STORE_UNVERIFIED,
				      .received_at = NOW,
				      .path = STR("smtp/1"),
				      .door = STR("smtp"),
				      .upload = str_of(upload),
				      .envelope = STR(ENVELOPE) };
}

static inline struct store_item
put(struct store *s, const struct made *m, const struct store_origin *origin)
{
	const struct dmarc_head head = made_head(m);
	struct decode_end end = made_end(m);
	struct store_item item = { 0 };
	struct diag why = { 0 };

	end.carrier_from = S("dmarc@google.example");
	end.carrier_subject = S("Report domain: example.com");
	must(store_begin(s, &why), &why);
	must(store_dmarc_head(s, origin, &head, &why), &why);
	must(put_rows(s, m, &why), &why);
	must(store_dmarc_end(s, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

static inline struct store_item
put_unclaimed(struct store *s, const struct store_origin *origin,
	      const char *domain)
{
	const struct store_nobodys what = { str_of(domain),
					    STR("Google Inc.") };
	struct made m = FIRST;
	struct decode_end end = made_end(&m);
	struct store_item item = { 0 };
	struct diag why = { 0 };

	must(store_begin(s, &why), &why);
	must(store_unclaimed(s, origin, &what, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

static inline struct store_item
put_refused(struct store *s, const struct store_origin *origin,
	    enum decode_status status)
{
	struct decode_end end = { .status = status, .raw = STR("nothing") };
	struct store_item item = { 0 };
	struct diag why = { 0 };

	if (status == DECODE_REJECTED)
		(void)diag_set(&end.why, ERR_SYNTAX, "xml.syntax", 7, "tag");
	must(store_begin(s, &why), &why);
	must(store_refused(s, origin, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

/* ---- what they read ---- */

struct seen {
	size_t count;
	int64_t id[32];
	struct store_intake_item last;
	char text[4096]; /* of the last: its texts, joined */
};

static inline enum err
see(void *ctx, const struct store_intake_item *it)
{
	struct seen *seen = ctx;

	assert_true(seen->count < COUNT_OF(seen->id));
	seen->id[seen->count++] = it->id;
	seen->last = *it;
	snprintf(seen->text, sizeof(seen->text),
		 "%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s|%.*s", STR_ARG(it->door),
		 STR_ARG(it->upload), STR_ARG(it->path), STR_ARG(it->envelope),
		 STR_ARG(it->carrier_from), STR_ARG(it->carrier_subject),
		 STR_ARG(it->domain), STR_ARG(it->org));
	return ERR_NONE;
}

#endif
