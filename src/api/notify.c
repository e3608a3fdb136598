/* notify.c - a notice on trial: whoever sends notices sends it like any
 * other. */
#include "api/handlers.h"

enum { WHAT_MAX = 64, EVERY_CHANNEL = 0xff };

enum err
api_notify_test(struct api_call *c, struct diag *why)
{
	SCOPED_BUF what = BUF(WHAT_MAX);
	struct control_notice n = {
		.owner = c->person.owner,
		.code = STR("notice.test"),
		.severity = STR("info"),
		.places = STR("{}"),
		.path = STR("/settings"),
		.since = c->now,
		.over_at = c->now,
		.left_over = EVERY_CHANNEL,
	};
	struct json_out *j;
	enum err e;

	buf_addf(&what, "test %lld", (long long)c->now);
	n.what = buf_str(&what);
	e = control_notice_put(c->api->control, &n, why);
	if (e == ERR_NONE)
		e = api_audit(c, "notify.test", S(""), why);
	if (e != ERR_NONE)
		return e;
	j = api_begin(c, "waxseal.notify.test/1");
	json_put_bool(j, "queued", true);
	api_end(c);
	return ERR_NONE;
}
