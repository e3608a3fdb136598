/* keep.h - reports of every kind for the tests of deleting and checking. */
#ifndef KEEP_H
#define KEEP_H

#include "fixture.h"

static const struct made FIRST = {
	.org = "Google Inc.",
	.id = "r1",
	.domain = "example.com",
	.begin = NOW - DAY,
	.trust = STORE_OPERATOR,
	.rows = 3,
	.row = { { .ip = "192.0.2.1",
		   .header_from = "example.com",
		   .dkim_domain = "example.com",
		   .dkim = true,
		   .count = 5 },
		 { .ip = "192.0.2.1",
		   .header_from = "example.com",
		   .dkim_domain = "example.com",
		   .dkim = true,
		   .count = 7 },
		 { .ip = "2001:db8::1",
		   .header_from = "sub.example.com",
		   .to = "receiver.example",
		   .spf_domain = "example.net",
		   .disposition = DMARC_REJECTED,
		   .count = 2 } },
	.raw = "first",
};

static inline struct made
made_other(const char *id, const char *domain, uint8_t salt)
{
	struct made m = FIRST;

	m.id = id;
	m.domain = domain;
	m.salt = salt;
	m.raw = id;
	return m;
}

static const struct store_origin ORIGIN = {
	.owner = STORE_OWNER_SELF,
	.trust = STORE_OPERATOR,
	.received_at = NOW,
	.path = STR("mail/2.eml"),
};
static const struct tlsrpt_failure EXPIRED = {
	.result_type = STR("certificate-expired"),
	.sending_ip = STR("192.0.2.1"),
	.mx = STR("mx1.example.com"),
	.sessions = 4,
};

/* About one domain, or about two when `second` is given. */
static inline struct store_item
import_tls(struct store *s, const char *id, const char *domain,
	   const char *second)
{
	const struct tlsrpt_policy policies[2] = {
		{ .type = TLSRPT_STS,
		  .domain = str_of(domain),
		  .failures = &EXPIRED,
		  .failure_count = 1,
		  .successful = 100,
		  .failed = 4,
		  .counts = true },
		{ .type = TLSRPT_STS,
		  .domain = str_of(second),
		  .successful = 30,
		  .counts = true },
	};
	const struct tlsrpt_report report = {
		.org_name = STR("Mail Co"),
		.report_id = str_of(id),
		.begin = NOW - DAY,
		.end = NOW - 1,
		.domain = str_of(domain),
		.domains = str_of(domain),
		.policies = policies,
		.policy_count = second != NULL ? 2 : 1,
		.sessions = second != NULL ? 134 : 104,
		.successful = second != NULL ? 130 : 100,
	};
	struct decode_end end = { .kind = DECODE_TLSRPT,
				  .complete = true,
				  .raw = str_of(id),
				  .media = DECODE_AS_GZIP };
	struct store_item item = { 0 };
	struct diag why = { 0 };

	seal_hash_of(str_of(id), end.hash);
	must(store_begin(s, &why), &why);
	must(store_tls(s, &ORIGIN, &report, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

static inline struct store_item
import_failure(struct store *s, const char *domain, struct str raw)
{
	const struct failrpt_report report = {
		.org = STR("reporter.example"),
		.feedback_type = STR("auth-failure"),
		.reported_domain = str_of(domain),
		.report_id = STR("<f1@reporter.example>"),
		.arrival = NOW - 100,
		.incidents = 3,
		.subject = STR("our secret meeting"),
	};
	struct decode_end end = { .kind = DECODE_FAILURE,
				  .complete = true,
				  .raw = raw,
				  .media = DECODE_AS_MAIL };
	struct store_item item = { 0 };
	struct diag why = { 0 };

	seal_hash_of(raw, end.hash);
	must(store_begin(s, &why), &why);
	must(store_failure(s, &ORIGIN, &report, &end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

static inline struct store_item
refuse(struct store *s, struct decode_end *end)
{
	struct store_item item = { 0 };
	struct diag why = { 0 };

	end->status = DECODE_REJECTED;
	end->kind = DECODE_DMARC;
	(void)diag_set(&end->why, ERR_SYNTAX, "xml.cut", 17, "record");
	must(store_begin(s, &why), &why);
	must(store_refused(s, &ORIGIN, end, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

static inline void
fold(struct store *s)
{
	struct diag why = { 0 };

	must(store_fold(s, STORE_OWNER_SELF, NULL, NULL, &why), &why);
}

static inline void
write_fault(void *ctx, const struct diag *what)
{
	buf_addf(ctx, "%s %s\n", what->code, what->detail);
}

static inline void
assert_faults(struct store *s, const char *expected)
{
	SCOPED_BUF got = BUF(100000);
	struct diag why = { 0 };

	must(store_check(s, STORE_OWNER_SELF, write_fault, &got, &why), &why);
	assert_string_equal(buf_c(&got), expected);
}

/* Changes the file behind the store's back. */
static inline void
tamper(const struct place *p, const char *sql)
{
	char path[PATH_ROOM + 16];
	struct db *db = NULL;
	struct diag why = { 0 };

	snprintf(path, sizeof(path), "%s/reports.db", p->dir);
	must(db_open(path, DB_WRITE, 1000, &db, &why), &why);
	must(db_run(db, sql, &why), &why);
	db_close(db);
}

#endif
