/* test_report.c - a made-up report that goes the way of all others, from the
 * spool on, so that a person sees the way is open. */
#include "ingest/server.h"

#include "dnsname/dnsname.h"
#include "os/os.h"

#include <stdio.h>

enum { TEXT_MAX = 16 << 10, ID_MAX = 64 };

struct told {
	enum err err;
	struct diag why;
};

/* What follows stands in XML as it is. */
static bool
is_plain(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' &&
		    c != '-' && c != '_')
			return false;
	}
	return text.n > 0;
}

/* One message of yesterday that passed, from an address that nobody has
 * (RFC 5737). */
static void
put_text(struct buf *out, struct str domain, struct str id, int64_t begin)
{
	(void)buf_addf(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<feedback>\n<report_metadata><org_name>Waxseal test</org_name>"
		"<email>test@waxseal.invalid</email>"
		"<report_id>waxseal-test-%.*s</report_id>"
		"<date_range><begin>%lld</begin><end>%lld</end></date_range>"
		"</report_metadata>\n",
		STR_ARG(id), (long long)begin,
		(long long)begin + CIVIL_DAY - 1);
	(void)buf_addf(
		out,
		"<policy_published><domain>%.*s</domain><p>none</p>"
		"</policy_published>\n<record><row>"
		"<source_ip>192.0.2.1</source_ip><count>1</count>"
		"<policy_evaluated><disposition>none</disposition>"
		"<dkim>pass</dkim><spf>pass</spf></policy_evaluated></row>"
		"<identifiers><header_from>%.*s</header_from></identifiers>\n",
		STR_ARG(domain), STR_ARG(domain));
	(void)buf_addf(out,
		       "<auth_results><dkim><domain>%.*s</domain>"
		       "<selector>test</selector><result>pass</result></dkim>"
		       "<spf><domain>%.*s</domain><result>pass</result></spf>"
		       "</auth_results></record>\n</feedback>\n",
		       STR_ARG(domain), STR_ARG(domain));
}

static void
note_durable(void *ctx, enum err err, const struct diag *why)
{
	struct told *told = ctx;

	told->err = err;
	if (why)
		told->why = *why;
}

static enum err
hand_in(struct spool_writer *w, const struct spool_envelope *e, struct str text,
	struct diag *why)
{
	struct told told = { .err = ERR_IO };
	enum err err = spool_room(w, why);
	struct spool_message *m;

	if (err != ERR_NONE)
		return err;
	m = spool_begin(w, e);
	err = spool_add(m, text, why);
	if (err != ERR_NONE) {
		spool_drop(m);
		return err;
	}
	spool_finish(m, note_durable, &told);
	(void)spool_sync(w);
	return told.err == ERR_NONE
		       ? ERR_NONE
		       : diag_set(why, told.err, told.why.code, told.why.line,
				  "%s", told.why.detail);
}

static enum err
spool_text(struct server *s, const struct spool_envelope *e, struct str text,
	   struct diag *why)
{
	char dir[PATH_ROOM];
	const struct spool_options options = { .dir = dir, .name = "test" };
	struct spool_writer *w = NULL;
	enum err err;

	(void)snprintf(dir, sizeof dir, "%s/spool", s->options->data);
	err = spool_writer_open(&options, &w, why);
	if (err == ERR_NONE)
		err = hand_in(w, e, text, why);
	spool_writer_close(w);
	return err;
}

enum err
work_test(struct server *s, const struct request *r, struct buf *answer,
	  struct diag *why)
{
	struct str domain = json_str(json_get(r->json, "domain"));
	struct str id = json_str(json_get(r->json, "id"));
	SCOPED_ARENA mem = arena_new(16 << 10);
	SCOPED_BUF text = BUF(TEXT_MAX);
	SCOPED_BUF name = BUF(PATH_ROOM);
	struct spool_envelope e = { .door = SPOOL_UPLOAD,
				    .owner = STORE_OWNER_SELF,
				    .received_at = os_now(),
				    .id = id };
	int64_t begin = (e.received_at / CIVIL_DAY - 1) * CIVIL_DAY;
	enum err err;

	if (!dnsname_fold(domain, mem, &domain) || !is_plain(domain))
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0,
				"domain");
	if (id.n > ID_MAX || !is_plain(id))
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0, "id");
	put_text(&text, domain, id, begin);
	(void)buf_addf(&name, "waxseal-test!%.*s!%lld!%lld.xml",
		       STR_ARG(domain), (long long)begin,
		       (long long)begin + CIVIL_DAY - 1);
	e.name = buf_str(&name);
	err = spool_text(s, &e, buf_str(&text), why);
	(void)buf_addf(answer, "{\"id\":\"%.*s\"}", STR_ARG(id));
	return err;
}
