/* fixture.h - a store in a directory of its own, and reports for it. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "db/db.h"
#include "seal/seal.h"
#include "store/store.h"

#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOW = 1764000000, DAY = 86400 };

/* ---- reports ---- */

struct made_row {
	const char *ip, *header_from, *to, *dkim_domain, *spf_domain;
	bool dkim, spf;
	enum dmarc_disposition disposition;
	unsigned overrides;
	uint64_t count;
};

struct made {
	const char *org, *id, *domain;
	int64_t begin;
	enum store_trust trust;
	bool cut; /* not complete */
	int64_t received_at;
	size_t rows;
	struct made_row row[8];
	size_t times; /* the rows are repeated, 0 is once */
	const char *raw;
	uint8_t salt; /* makes another hash */
};

static inline struct store_origin
made_origin(const struct made *m)
{
	return (struct store_origin){
		.owner = STORE_OWNER_SELF,
		.trust = m->trust,
		.received_at = m->received_at ? m->received_at : NOW,
		.path = STR("mail/1.eml"),
	};
}

static inline struct dmarc_head
made_head(const struct made *m)
{
	return (struct dmarc_head){
		.org_name = str_of(m->org),
		.email = STR("dmarc@reporter.example"),
		.report_id = str_of(m->id),
		.version = STR("1.0"),
		.domain = str_of(m->domain),
		.begin = m->begin,
		.end = m->begin + DAY - 1,
		.p = DMARC_POLICY_REJECT,
		.sp = DMARC_POLICY_QUARANTINE,
		.np = DMARC_POLICY_QUARANTINE,
		.adkim = 'r',
		.aspf = 'r',
		.pct = 100,
	};
}

static inline void
made_hash(const struct made *m, uint8_t out[SEAL_HASH_BYTES])
{
	struct seal_hash *h = seal_hash_new();

	seal_hash_add(h, str_of(m->org));
	seal_hash_add(h, str_of(m->id));
	seal_hash_add(h, str_of(m->domain));
	seal_hash_add(
		h, (struct str){ (const char *)&m->begin, sizeof(m->begin) });
	seal_hash_add(h, (struct str){ (const char *)&m->salt, 1 });
	seal_hash_end(h, out);
}

static inline enum err
put_row(struct store *s, const struct made_row *r, struct diag *why)
{
	const struct dmarc_auth dkim = { .domain = str_of(r->dkim_domain),
					 .selector = STR("s1"),
					 .result = DMARC_RESULT_PASS };
	const struct dmarc_auth spf = { .domain = str_of(r->spf_domain),
					.scope = STR("mfrom"),
					.result = DMARC_RESULT_PASS };
	struct dmarc_row row = {
		.count = r->count ? r->count : 1,
		.disposition = r->disposition,
		.dkim_aligned = r->dkim,
		.spf_aligned = r->spf,
		.overrides = r->overrides,
		.header_from = str_of(r->header_from),
		.envelope_to = str_of(r->to),
		.envelope_from = str_of(r->spf_domain),
		.dkim_count = r->dkim_domain != NULL,
		.spf_count = r->spf_domain != NULL,
		.dkim = &dkim,
		.spf = &spf,
	};
	struct netaddr ip;

	if (r->ip != NULL && netaddr_parse(str_of(r->ip), &ip)) {
		row.ip_known = true;
		memcpy(row.ip, ip.b, sizeof(row.ip));
	}
	return store_dmarc_row(s, &row, why);
}

static inline enum err
put_rows(struct store *s, const struct made *m, struct diag *why)
{
	enum err e = ERR_NONE;

	for (size_t t = 0; e == ERR_NONE && t < (m->times ? m->times : 1); t++)
		for (size_t i = 0; e == ERR_NONE && i < m->rows; i++)
			e = put_row(s, &m->row[i], why);
	return e;
}

static inline struct decode_end
made_end(const struct made *m)
{
	struct decode_end end = {
		.status = DECODE_READ,
		.kind = DECODE_DMARC,
		.member = STR("part/1/x.xml"),
		.complete = !m->cut,
		.raw = str_of(m->raw),
		.media = DECODE_AS_GZIP,
	};

	made_hash(m, end.hash);
	return end;
}

/* Head, rows and end, without batch. */
static inline enum err
put_report(struct store *s, const struct made *m, struct store_item *item,
	   struct diag *why)
{
	const struct store_origin origin = made_origin(m);
	const struct dmarc_head head = made_head(m);
	const struct decode_end end = made_end(m);
	enum err e = store_dmarc_head(s, &origin, &head, why);

	if (e == ERR_NONE)
		e = put_rows(s, m, why);
	if (e == ERR_NONE)
		e = store_dmarc_end(s, &end, item, why);
	return e;
}

/* In a batch of its own; gives what became of it. */
static inline struct store_item
import(struct store *s, const struct made *m)
{
	struct store_item item = { 0 };
	struct diag why = { 0 };

	must(store_begin(s, &why), &why);
	must(put_report(s, m, &item, &why), &why);
	must(store_commit(s, &why), &why);
	return item;
}

#endif
