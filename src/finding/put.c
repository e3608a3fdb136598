/* put.c - findings as JSON: the one shape of them everywhere. */
#include "finding/finding.h"

enum { TEXT_MAX = 64 << 10 };

static void
put_text(struct json_out *j, const char *key, const char *text,
	 const struct finding_found *found)
{
	SCOPED_BUF filled = BUF(TEXT_MAX);

	finding_found_fill(&filled, text, found);
	json_put_known(j, key, buf_str(&filled));
}

static void
put_record(struct json_out *j, const struct finding_record *r)
{
	if (!finding_has_record(r)) {
		json_put_null(j, "record");
		return;
	}
	json_open_object(j, "record");
	json_put_str(j, "name", r->name);
	json_put_str(j, "type", r->type);
	json_put_str(j, "value", r->value);
	json_close_object(j);
}

void
finding_put(struct json_out *j, const struct finding_found *found,
	    enum finding_lang lang)
{
	const struct finding *f = found->finding;

	json_put_str(j, "code", str_of(f->code));
	json_put_str(j, "severity", str_of(finding_severity_name(f->severity)));
	put_text(j, "title", f->title[lang], found);
	put_text(j, "meaning", f->meaning[lang], found);
	put_text(j, "fix", f->fix[lang], found);
	json_put_known(j, "action", str_of(f->action));
	json_put_known(j, "reference", str_of(f->reference));
	json_put_known(j, "evidence", found->evidence);
	put_record(j, &found->record);
}

void
finding_put_list(struct json_out *j, const char *key,
		 const struct finding_list *list, enum finding_lang lang)
{
	json_open_array(j, key);
	for (size_t i = 0; i < list->n; i++) {
		json_open_object(j, NULL);
		finding_put(j, &list->at[i], lang);
		json_close_object(j);
	}
	json_close_array(j);
}
