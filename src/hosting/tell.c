/* tell.c - troubles that people are told of: a certificate that cannot be had,
 * a proof that is gone. */
#include "hosting/tell.h"
#include "json/json.h"
#include "log/log.h"

enum {
	TEXT_MAX = 1024,
	FAILURES = 3,         /* before a first certificate is missed */
	NEAR = 21 * CIVIL_DAY /* before its end a failed renewal is told */
};

static void
put(struct hosting *h, const struct hosting_trouble *t, struct str what)
{
	SCOPED_BUF path = BUF(TEXT_MAX);
	SCOPED_BUF places = BUF(TEXT_MAX);
	struct json_out j = JSON_OUT(&places);
	struct diag why = { 0 };
	struct control_notice n = {
		.owner = t->owner,
		.what = what,
		.code = str_of(t->code),
		.severity = STR("critical"),
		.domain = t->domain,
		.since = h->o.clock(),
		.left_over = h->o.channels,
	};

	if (t->own)
		buf_addz(&path, "/settings");
	else
		buf_addf(&path, "/d/%.*s/mta-sts", STR_ARG(t->domain));
	json_open_object(&j, NULL);
	json_put_str(&j, "detail", t->domain);
	json_close_object(&j);
	n.path = buf_str(&path);
	n.places = buf_str(&places);
	if (control_notice_put(h->control, &n, &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
}

void
hosting_tell(struct hosting *h, const struct hosting_trouble *t, bool is)
{
	SCOPED_BUF what = BUF(TEXT_MAX);
	struct diag why = { 0 };

	buf_addf(&what, "%s %.*s", t->code, STR_ARG(t->domain));
	if (is && h->o.channels != 0)
		put(h, t, buf_str(&what));
	else if (!is &&
		 control_notice_over(h->control, t->owner, buf_str(&what),
				     h->o.clock(), &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
}

bool
hosting_is_grave(uint64_t failures, int64_t not_after, int64_t now)
{
	return not_after == 0 ? failures >= FAILURES : not_after - now < NEAR;
}
