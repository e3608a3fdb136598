/* notice.c - findings with their values, as pages get them. */
#include "api/source.h"

void
api_notice_text(struct api_notice *n, const char *name, struct str text)
{
	if (n->value_count < COUNT_OF(n->value))
		n->value[n->value_count++] =
			(struct api_value){ .name = name,
					    .text = text.p ? text : S("") };
}

void
api_notice_number(struct api_notice *n, const char *name, int64_t number)
{
	if (n->value_count < COUNT_OF(n->value))
		n->value[n->value_count++] =
			(struct api_value){ .name = name, .number = number };
}

void
api_put_notice(struct json_out *j, const char *key, const struct api_notice *n)
{
	if (!n->code) {
		json_put_null(j, key);
		return;
	}
	json_open_object(j, key);
	json_put_str(j, "code", str_of(n->code));
	json_put_str(j, "severity", str_of(finding_severity_name(n->severity)));
	json_open_object(j, "values");
	for (size_t i = 0; i < n->value_count; i++) {
		const struct api_value *v = &n->value[i];

		if (v->text.p)
			json_put_str(j, v->name, v->text);
		else
			json_put_i64(j, v->name, v->number);
	}
	json_close_object(j);
	json_put_known(j, "url", n->url);
	json_close_object(j);
}
