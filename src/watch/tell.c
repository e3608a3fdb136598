/* tell.c - which changes are worth a word to people. */
#include "json/json.h"
#include "watch/private.h"

enum { WHAT_MAX = 1024, SHOWN_MAX = 600 };

/* Trouble with certificates and mail servers' names, besides everything that
 * is critical. */
static bool
is_told(const struct control_finding *f)
{
	static const struct str codes[] = {
		STR("mtasts.cert_name_mismatch"),
		STR("mtasts.cert_wildcard_depth"),
		STR("mtasts.cert_expired"),
		STR("mtasts.cert_not_yet_valid"),
		STR("mtasts.cert_self_signed"),
		STR("mtasts.cert_untrusted_root"),
		STR("mtasts.cert_incomplete_chain"),
		STR("mtasts.cert_revoked"),
		STR("mtasts.cert_weak"),
		STR("mtasts.cert_expires_soon"),
		STR("mtasts.mx_implicit"),
		STR("mtasts.mx_cname"),
		STR("mtasts.mx_tls_old"),
		STR("mx.tls_name"),
		STR("mx.tls_expired"),
		STR("mx.tls_not_yet"),
		STR("mx.tls_expires_soon"),
		STR("mx.tls_self_signed"),
		STR("mx.tls_untrusted"),
		STR("mx.tls_incomplete"),
		STR("mx.tls_revoked"),
		STR("mx.tls_broken_chain"),
		STR("mx.tls_weak"),
	};

	if (str_eq(f->severity, S("critical")))
		return true;
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (str_eq(f->code, codes[i]))
			return true;
	return false;
}

static enum err
put(struct control *c, const struct control_watched *of,
    struct control_notice *n, struct diag *why)
{
	SCOPED_BUF path = BUF(WHAT_MAX);

	buf_addf(&path, "/d/%.*s/dns", STR_ARG(of->name));
	n->owner = of->owner;
	n->domain = of->name;
	n->path = buf_str(&path);
	return control_notice_put(c, n, why);
}

static enum err
tell_finding(struct control *c, const struct control_watched *of,
	     const struct control_change *change, unsigned channels,
	     struct diag *why)
{
	const struct control_finding *f = change->finding;
	SCOPED_BUF what = BUF(WHAT_MAX);
	struct control_notice n = {
		.code = f->code,
		.severity = f->severity,
		.places = f->places,
		.since = change->at,
		.left_over = channels,
	};

	if (!is_told(f))
		return ERR_NONE;
	buf_addf(&what, "finding %.*s %.*s %.*s", STR_ARG(of->name),
		 STR_ARG(f->code), STR_ARG(str_sub(f->host, 0, 300)));
	n.what = buf_str(&what);
	return change->kind == CONTROL_CLEARED
		       ? control_notice_over(c, of->owner, n.what, change->at,
					     why)
		       : put(c, of, &n, why);
}

/* Something that happened, and is over at once. */
static enum err
tell_record(struct control *c, const struct control_watched *of,
	    const struct control_change *change, unsigned channels,
	    struct diag *why)
{
	const struct control_value *v = change->value;
	SCOPED_BUF what = BUF(WHAT_MAX);
	SCOPED_BUF places = BUF(16 << 10);
	struct json_out j = JSON_OUT(&places);
	bool gone = v->value.n == 0;
	struct control_notice n = {
		.code = gone ? S("change.record_gone")
			     : S("change.record_changed"),
		.severity = gone ? S("fail") : S("warn"),
		.since = change->at,
		.over_at = change->at,
		.left_over = channels,
	};

	/* Whoever publishes a new record knows it. */
	if (v->old.n == 0)
		return ERR_NONE;
	buf_addf(&what, "record %.*s %.*s", STR_ARG(v->name), STR_ARG(v->type));
	json_open_object(&j, NULL);
	json_put_str(&j, "host", v->name);
	json_put_str(&j, "type", v->type);
	json_put_str(&j, "old", str_sub(v->old, 0, SHOWN_MAX));
	json_put_str(&j, "new", str_sub(v->value, 0, SHOWN_MAX));
	json_close_object(&j);
	n.what = buf_str(&what);
	n.places = buf_str(&places);
	return put(c, of, &n, why);
}

enum err
watch_tell(struct control *c, const struct control_watched *of,
	   const struct control_change *change, unsigned channels,
	   struct diag *why)
{
	if (change->kind == CONTROL_RECORD)
		return tell_record(c, of, change, channels, why);
	return tell_finding(c, of, change, channels, why);
}
