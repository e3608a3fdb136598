/* record.c - a domain as bytes. */
#include "hosted/private.h"

#include <string.h>

enum { LABEL_MAX = 63, LENGTH_AT = 8, FLAGS_AT = 12, LENGTHS_AT = 16 };

/* In the order of the file; names first, so that who looks for one touches
 * little. */
static void
list_fields(const struct hosted_domain *d, struct str out[HOSTED_FIELDS])
{
	const struct str all[HOSTED_FIELDS] = {
		d->name,   d->token,      d->sts,         d->tls_rpt,
		d->dmarc,  d->http_token, d->http_answer, d->alpn_digest,
		d->policy, d->key,        d->chain,
	};

	memcpy(out, all, sizeof all);
}

static void
set_fields(const struct str f[HOSTED_FIELDS], unsigned flags,
	   struct hosted_domain *out)
{
	*out = (struct hosted_domain){
		.name = f[0],
		.token = f[1],
		.flags = flags,
		.sts = f[2],
		.tls_rpt = f[3],
		.dmarc = f[4],
		.http_token = f[5],
		.http_answer = f[6],
		.alpn_digest = f[7],
		.policy = f[8],
		.key = f[9],
		.chain = f[10],
	};
}

/* ---- what may be kept ---- */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_name(struct str s)
{
	struct str label;

	if (s.n == 0 || s.n > HOSTED_NAME_MAX || s.p[s.n - 1] == '.')
		return false;
	while (str_split(&s, '.', &label)) {
		if (label.n == 0 || label.n > LABEL_MAX)
			return false;
		for (size_t i = 0; i < label.n; i++)
			if (!is_alnum(label.p[i]) && label.p[i] != '-' &&
			    label.p[i] != '_')
				return false;
	}
	return true;
}

static bool
is_token(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]))
			return false;
	return s.n > 0 && s.n <= HOSTED_TOKEN_MAX;
}

/* RFC 8555 section 8: base64url; answers have a dot in them, too. */
static bool
is_challenge(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!is_alnum(c) && (c < 'A' || c > 'Z') && c != '-' &&
		    c != '_' && c != '.')
			return false;
	}
	return s.n <= HOSTED_CHALLENGE_MAX;
}

static bool
is_chain(struct str s)
{
	if (s.n > HOSTED_CHAIN_MAX)
		return false;
	while (s.n > 0) {
		size_t n;

		if (s.n < 3)
			return false;
		n = (size_t)(unsigned char)s.p[0] << 16 |
		    (size_t)(unsigned char)s.p[1] << 8 | (unsigned char)s.p[2];
		if (n == 0 || n > s.n - 3)
			return false;
		s = str_sub(s, 3 + n, SIZE_MAX);
	}
	return true;
}

bool
hosted_domain_good(const struct hosted_domain *d, bool whole, const char **what)
{
	const unsigned known = HOSTED_PROVEN | HOSTED_RETIRING | HOSTED_OWN |
			       (whole ? 0 : HOSTED_GONE);
	bool bare = d->flags & (HOSTED_GONE | HOSTED_OWN) && d->token.n == 0;
	const struct {
		bool good;
		const char *what;
	} parts[] = {
		{ is_name(d->name), "name" },
		{ is_token(d->token) || bare, "token" },
		{ (d->flags & ~known) == 0, "flags" },
		{ d->policy.n <= HOSTED_POLICY_MAX, "policy" },
		{ d->sts.n <= HOSTED_TXT_MAX, "sts" },
		{ d->tls_rpt.n <= HOSTED_TXT_MAX, "tls_rpt" },
		{ d->dmarc.n <= HOSTED_TXT_MAX, "dmarc" },
		{ is_chain(d->chain), "chain" },
		{ d->key.n <= HOSTED_KEY_MAX, "key" },
		{ is_challenge(d->http_token), "http_token" },
		{ is_challenge(d->http_answer), "http_answer" },
		{ d->alpn_digest.n == 0 || d->alpn_digest.n == HOSTED_DIGEST,
		  "alpn_digest" },
	};

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (!parts[i].good) {
			*what = parts[i].what;
			return false;
		}
	return true;
}

/* ---- bytes ---- */

/* A record that was moved, or is left from another file, is none. */
static uint64_t
seed_of(uint64_t generation, uint64_t at)
{
	return generation + at * 0x9E3779B97F4A7C15u;
}

void
hosted_record_print(const struct hosted_domain *d, uint64_t generation,
		    uint64_t at, struct buf *out)
{
	static const char padding[8] = { 0 };
	char head[HOSTED_RECORD] = { 0 };
	struct str fields[HOSTED_FIELDS];
	size_t start = out->n, n = HOSTED_RECORD;
	char *record;

	list_fields(d, fields);
	for (size_t i = 0; i < HOSTED_FIELDS; i++) {
		hosted_put(head + LENGTHS_AT + 4 * i, 4, fields[i].n);
		n += fields[i].n;
	}
	hosted_put(head + LENGTH_AT, 4, (n + 7) / 8 * 8);
	hosted_put(head + FLAGS_AT, 4, d->flags);
	buf_add(out, (struct str){ head, sizeof head });
	for (size_t i = 0; i < HOSTED_FIELDS; i++)
		buf_add(out, fields[i]);
	buf_add(out, (struct str){ padding, (8 - n % 8) % 8 });
	if (out->full)
		return;
	record = out->p + start;
	hosted_put(record, 8,
		   hosted_sum((struct str){ record + 8, out->n - start - 8 },
			      seed_of(generation, at)));
}

size_t
hosted_record_parse(struct str bytes, struct hosted_domain *out)
{
	struct str fields[HOSTED_FIELDS];
	size_t length, at = HOSTED_RECORD;

	if (bytes.n < HOSTED_RECORD)
		return 0;
	length = hosted_get(bytes.p + LENGTH_AT, 4);
	if (length < HOSTED_RECORD || length > bytes.n || length % 8 != 0)
		return 0;
	for (size_t i = 0; i < HOSTED_FIELDS; i++) {
		size_t n = hosted_get(bytes.p + LENGTHS_AT + 4 * i, 4);

		if (n > length - at)
			return 0;
		fields[i] = str_sub(bytes, at, n);
		at += n;
	}
	set_fields(fields, (unsigned)hosted_get(bytes.p + FLAGS_AT, 4), out);
	return length;
}

bool
hosted_record_sound(struct str record, uint64_t generation, uint64_t at)
{
	return hosted_sum(str_sub(record, 8, SIZE_MAX),
			  seed_of(generation, at)) == hosted_get(record.p, 8);
}
