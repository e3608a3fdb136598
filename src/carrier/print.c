/* print.c - a verdict as JSON. */
#include "carrier/private.h"

const char *
carrier_result_name(enum carrier_result result)
{
	static const char *const names[] = {
		[CARRIER_NONE] = "none",
		[CARRIER_PASS] = "pass",
		[CARRIER_FAIL] = "fail",
		[CARRIER_TEMPERROR] = "temperror",
	};

	return names[result];
}

static void
put_result(struct json_out *j, const char *key, enum carrier_result result)
{
	json_put_str(j, key, str_of(carrier_result_name(result)));
}

static void
put_signature(struct json_out *j, const struct carrier_signature *s)
{
	json_open_object(j, NULL);
	json_put_known(j, "domain", s->domain);
	json_put_known(j, "selector", s->selector);
	put_result(j, "result", s->result);
	json_put_bool(j, "aligned", s->aligned);
	json_put_known(j, "code", str_of(s->code));
	json_close_object(j);
}

void
carrier_print(struct json_out *j, const char *key,
	      const struct carrier_verdict *v)
{
	json_open_object(j, key);
	json_put_known(j, "author", v->author);
	put_result(j, "dmarc", v->dmarc);
	put_result(j, "tls", v->tls);
	json_put_str(j, "code", str_of(v->code));
	json_open_object(j, "spf");
	json_put_str(j, "result", str_of(spf_result_name(v->spf)));
	json_put_known(j, "domain", v->spf_domain);
	json_put_bool(j, "aligned", v->spf_aligned);
	json_close_object(j);
	json_open_array(j, "dkim");
	for (size_t i = 0; i < v->n; i++)
		put_signature(j, &v->sig[i]);
	json_close_array(j);
	json_close_object(j);
}
