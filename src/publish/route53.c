/* route53.c - the API of Amazon Route 53: XML, signed (SigV4). One batch
 * changes all or nothing, and what it deletes must be exactly what is there. */
#include "publish/http.h"
#include "xml/xml.h"

#include <stdio.h>

#define API "/2013-04-01"

enum { TEXT_MAX = 1 << 16, RECORDS_OF_ONE = 1 };

/* ---- reading ---- */

struct reading {
	struct publish_http *h;
	const struct dnsplan_change *c; /* NULL: a zone is looked for */
	struct publish_values *out;
	struct publish_values set;
	struct buf text;
	struct str id, name, type; /* in the task's memory */
	bool failed;
};

static enum err
start(void *ctx, struct str name, uint64_t line)
{
	struct reading *r = ctx;

	(void)line;
	buf_clear(&r->text);
	if (str_eq(name, S("ResourceRecordSet"))) {
		r->set = (struct publish_values){ 0 };
		r->name = r->type = S("");
	}
	return ERR_NONE;
}

static enum err
text(void *ctx, struct str piece)
{
	struct reading *r = ctx;

	buf_add(&r->text, piece);
	return ERR_NONE;
}

static void
keep(struct reading *r, struct str *to)
{
	if (!arena_dup(r->h->t->mem, str_trim(buf_str(&r->text)), to))
		r->failed = true;
}

static void
take_value(struct reading *r)
{
	if (r->c && str_eq(r->type, str_of(records_type_name(r->c->type))) &&
	    !publish_values_add(&r->set, r->c->type,
				str_trim(buf_str(&r->text)), S(""),
				r->h->t->mem))
		r->failed = true;
}

static bool
is_name(struct str name, struct str wanted)
{
	if (str_ends(name, S(".")))
		name.n--;
	return str_eq_fold(name, wanted);
}

static enum err
end(void *ctx, struct str name)
{
	struct reading *r = ctx;
	uint64_t ttl;

	if (str_eq(name, S("Name")))
		keep(r, &r->name);
	else if (str_eq(name, S("Type")))
		keep(r, &r->type);
	else if (str_eq(name, S("Id")))
		keep(r, &r->id);
	else if (str_eq(name, S("TTL")) &&
		 str_u64(str_trim(buf_str(&r->text)), &ttl))
		r->set.ttl = (uint32_t)ttl;
	else if (str_eq(name, S("Value")))
		take_value(r);
	else if (r->c && str_eq(name, S("ResourceRecordSet")) &&
		 is_name(r->name, r->c->name) &&
		 str_eq(r->type, str_of(records_type_name(r->c->type))))
		*r->out = r->set;
	else if (!r->c && str_eq(name, S("HostedZone")))
		return ERR_STOP; /* the first is the nearest in the alphabet */
	return ERR_NONE;
}

static enum err
read_answer(struct reading *r, struct diag *why)
{
	const struct xml_handler handler = {
		.ctx = r, .start = start, .text = text, .end = end
	};
	const struct xml_limits limits = XML_LIMITS;
	struct xml *x = xml_new(XML_STRICT, &limits, &handler);
	struct diag own = { 0 };
	enum err err;

	r->text = (struct buf)BUF(TEXT_MAX);
	err = xml_feed(x, buf_str(&r->h->answer), &own);
	if (err == ERR_NONE)
		err = xml_finish(x, &own);
	xml_free(x);
	buf_free(&r->text);
	if ((err != ERR_NONE && err != ERR_STOP) || r->failed)
		return publish_odd(r->h, "XML", why);
	return ERR_NONE;
}

/* ---- the zone ---- */

static bool
is_id(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') ||
		      (id.p[i] >= 'A' && id.p[i] <= 'Z')))
			return false;
	return id.n > 0 && id.n <= 32;
}

static enum err
open_zone(struct publish_http *h, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	struct reading r = { .h = h };
	enum err err = publish_http_login(h, "aws:amz:us-east-1:route53", why);

	buf_addf(&path, API "/hostedzonesbyname?dnsname=%.*s.&maxitems=1",
		 STR_ARG(h->t->plan->zone));
	if (err == ERR_NONE)
		err = publish_http_ask(h, "GET", buf_c(&path), S(""), why);
	if (err == ERR_NONE)
		err = read_answer(&r, why);
	if (err != ERR_NONE)
		return err;
	if (str_starts(r.id, S("/hostedzone/")))
		r.id = str_sub(r.id, sizeof("/hostedzone/") - 1, SIZE_MAX);
	if (!is_name(r.name, h->t->plan->zone) || !is_id(r.id))
		return publish_no_zone(h, why);
	(void)snprintf(h->zone, sizeof(h->zone), API "/hostedzone/%.*s/rrset",
		       STR_ARG(r.id));
	return ERR_NONE;
}

/* Parameters in the order of the alphabet, as the signature wants them. */
static enum err
get(struct publish_http *h, const struct dnsplan_change *c,
    struct publish_values *out, struct diag *why)
{
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	struct reading r = { .h = h, .c = c, .out = out };
	enum err err;

	buf_addf(&path, "%s?maxitems=%d&name=%.*s.&type=%s", h->zone,
		 RECORDS_OF_ONE, STR_ARG(c->name), records_type_name(c->type));
	err = publish_http_ask(h, "GET", buf_c(&path), S(""), why);
	return err == ERR_NONE ? read_answer(&r, why) : err;
}

/* ---- writing ---- */

static void
put_text(struct buf *out, struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		switch (value.p[i]) {
		case '<':
			buf_addz(out, "&lt;");
			break;
		case '>':
			buf_addz(out, "&gt;");
			break;
		case '&':
			buf_addz(out, "&amp;");
			break;
		default:
			buf_addc(out, value.p[i]);
		}
}

static void
put_head(struct buf *out, const char *action, const struct dnsplan_change *c,
	 uint32_t ttl)
{
	buf_addf(out,
		 "<Change><Action>%s</Action><ResourceRecordSet>"
		 "<Name>%.*s.</Name><Type>%s</Type><TTL>%u</TTL>"
		 "<ResourceRecords>",
		 action, STR_ARG(c->name), records_type_name(c->type), ttl);
}

static void
put_value(struct buf *out, struct str content)
{
	buf_addz(out, "<ResourceRecord><Value>");
	put_text(out, content);
	buf_addz(out, "</Value></ResourceRecord>");
}

static const char tail[] = "</ResourceRecords></ResourceRecordSet></Change>";

static void
put_delete(struct buf *out, const struct dnsplan_change *c,
	   const struct publish_values *was)
{
	if (was->n == 0)
		return;
	put_head(out, "DELETE", c, was->ttl);
	for (size_t i = 0; i < was->n; i++)
		put_value(out, was->content[i]);
	buf_addz(out, tail);
}

static void
put_create(struct publish_http *h, struct buf *out,
	   const struct dnsplan_change *c)
{
	if (c->after_n == 0)
		return;
	put_head(out, "CREATE", c, publish_ttl(h, c->after_ttl));
	for (size_t i = 0; i < c->after_n; i++) {
		SCOPED_BUF content = BUF(PUBLISH_BODY_MAX);

		publish_content(c->type, c->after[i], &content);
		put_value(out, buf_str(&content));
	}
	buf_addz(out, tail);
}

static enum err
write_all(struct publish_http *h, const struct publish_values *was,
	  struct diag *why)
{
	const struct dnsplan *p = h->t->plan;
	SCOPED_BUF path = BUF(PUBLISH_URL_MAX);
	SCOPED_BUF body = BUF(PUBLISH_BODY_MAX);

	buf_addz(&body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			"<ChangeResourceRecordSetsRequest xmlns=\"https://"
			"route53.amazonaws.com/doc/2013-04-01/\">"
			"<ChangeBatch><Changes>");
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].what != DNSPLAN_KEEP)
			put_delete(&body, &p->at[i], &was[i]);
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].what != DNSPLAN_KEEP)
			put_create(h, &body, &p->at[i]);
	buf_addz(&body, "</Changes></ChangeBatch>"
			"</ChangeResourceRecordSetsRequest>");
	buf_addf(&path, "%s/", h->zone);
	return publish_http_ask(h, "POST", buf_c(&path), buf_str(&body), why);
}

enum err
publish_route53(struct publish_task *t, struct diag *why)
{
	static const struct publish_ways ways = {
		.url = "https://route53.amazonaws.com",
		.open = open_zone,
		.get = get,
		.all = write_all
	};

	return publish_by(t, &ways, why);
}
