/* records.c - what to publish so that reports come here. */
#include "control/inside.h"

#include "dnsname/dnsname.h"

#define POST_PATH "/api/v1/tlsrpt/"

enum { RECORD_MAX = 2048 };

struct maker {
	struct arena *mem;
	struct buf text; /* of the piece at hand */
	bool failed;
};

/* What was gathered, kept; the next piece begins. */
static struct str
keep(struct maker *m)
{
	struct str out = S("");

	if (m->text.full || !arena_dup(m->mem, buf_str(&m->text), &out))
		m->failed = true;
	buf_clear(&m->text);
	return out;
}

/* What a person types where the zone is known: `name` without the
 * organisational domain of `below`, at which it ends. */
static struct str
relative(struct str name, struct str below)
{
	struct str org = dnsname_org(below);

	return org.n < name.n ? str_sub(name, 0, name.n - org.n - 1) : name;
}

static struct control_record *
add(struct maker *m, struct control_records *out, const char *purpose,
    struct str below)
{
	struct control_record *r = &out->record[out->count++];

	r->purpose = purpose;
	r->name = keep(m);
	r->host = relative(r->name, below);
	return r;
}

static struct str
policy_of(const struct control_domain *d, const struct control_instance *at)
{
	if (at->policy.n > 0)
		return at->policy;
	return d->purpose == CONTROL_PARKED ? S("reject") : S("none");
}

static void
add_dmarc(struct maker *m, const struct control_domain *d,
	  const struct control_instance *at, struct control_records *out)
{
	struct control_record *r;

	buf_addf(&m->text, "_dmarc.%.*s", STR_ARG(d->name));
	r = add(m, out, "dmarc", d->name);
	buf_addf(&m->text, "v=DMARC1; p=%.*s; rua=mailto:%.*s",
		 STR_ARG(policy_of(d, at)), STR_ARG(out->address));
	r->value = keep(m);
}

/* RFC 8460 section 3: senders take HTTPS and no HTTP. */
static void
add_tls_rpt(struct maker *m, const struct control_domain *d,
	    struct control_records *out)
{
	struct control_record *r;

	buf_addf(&m->text, "_smtp._tls.%.*s", STR_ARG(d->name));
	r = add(m, out, "tls_rpt", d->name);
	buf_addf(&m->text, "v=TLSRPTv1; rua=mailto:%.*s",
		 STR_ARG(out->address));
	if (str_starts(out->post_url, S("https://")))
		buf_addf(&m->text, ",%.*s", STR_ARG(out->post_url));
	r->value = keep(m);
}

static void
add_authorisation(struct maker *m, const struct control_domain *d,
		  const struct control_instance *at,
		  struct control_records *out)
{
	buf_addf(&m->text, "%.*s._report._dmarc.%.*s", STR_ARG(d->name),
		 STR_ARG(at->hostname));
	add(m, out, "authorisation", at->hostname)->value = S("v=DMARC1");
}

static void
fill(struct maker *m, const struct control_domain *d,
     const struct control_instance *at, struct control_records *out)
{
	struct str base = at->base_url;

	while (str_ends(base, S("/")))
		base = str_sub(base, 0, base.n - 1);
	buf_addf(&m->text, "%.*s@%.*s", STR_ARG(d->mail_token),
		 STR_ARG(at->hostname));
	out->address = keep(m);
	if (base.n > 0)
		buf_addf(&m->text, "%.*s" POST_PATH "%.*s", STR_ARG(base),
			 STR_ARG(d->post_token));
	out->post_url = keep(m);
	add_dmarc(m, d, at, out);
	add_tls_rpt(m, d, out);
	if (!str_eq(dnsname_org(d->name), dnsname_org(at->hostname)))
		add_authorisation(m, d, at, out);
}

enum err
control_records(const struct control_domain *d,
		const struct control_instance *at, struct arena *mem,
		struct control_records *out, struct diag *why)
{
	struct maker m = { .mem = mem, .text = BUF(RECORD_MAX) };

	*out = (struct control_records){ 0 };
	fill(&m, d, at, out);
	buf_free(&m.text);
	if (m.failed)
		return diag_set(why, ERR_LIMIT, "control.too_large", 0, "%.*s",
				STR_ARG(d->name));
	return ERR_NONE;
}

void
control_records_put(const struct control_records *r, struct json_out *j)
{
	json_open_array(j, "records");
	for (size_t i = 0; i < r->count; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "purpose", str_of(r->record[i].purpose));
		json_put_str(j, "host", r->record[i].host);
		json_put_str(j, "name", r->record[i].name);
		json_put_str(j, "type", S("TXT"));
		json_put_str(j, "value", r->record[i].value);
		json_put_i64(j, "ttl", CONTROL_RECORD_TTL);
		json_close_object(j);
	}
	json_close_array(j);
}
