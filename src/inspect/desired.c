/* desired.c - a plan of DNS changes that nobody is going to apply: it tells
 * what differs. */
#include "inspect/desired.h"

enum { WISH_BYTES = 256 << 10, PLAN_BYTES = 2 << 20, DEPTH = 6 };

struct desired {
	struct arena *mem;  /* of the wish */
	struct arena *made; /* of the plan */
	struct dnsplan_wish wish;
	struct dnsplan plan;
};

static enum err
read_wish(struct str text, struct arena *mem, struct dnsplan_wish *out,
	  struct diag *why)
{
	const struct json_limits limits = { WISH_BYTES, DEPTH };
	SCOPED_JSON json = NULL;
	bool repaired;
	enum err err = json_parse(text, limits, &json, &repaired, why);

	return err == ERR_NONE ? dnsplan_read_wish(json, mem, out, why) : err;
}

enum err
desired_read(const struct json *request, struct arena *mem, struct str *domain,
	     struct str *wish, struct diag *why)
{
	SCOPED_BUF text = BUF(WISH_BYTES);
	struct json_out j = JSON_OUT(&text);
	struct dnsplan_wish read;
	enum err err = dnsplan_read_wish(request, mem, &read, why);

	if (err != ERR_NONE)
		return err;
	json_open_object(&j, NULL);
	dnsplan_put_wish(&j, &read);
	json_close_object(&j);
	*domain = read.domain;
	if (!text.full && arena_dup(mem, buf_str(&text), wish))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "publish.bad_record", 0, "%.*s",
			STR_ARG(*domain));
}

struct desired *
desired_new(struct str wish)
{
	struct desired *d = heap_new(sizeof(*d));

	d->mem = arena_new(WISH_BYTES);
	d->made = arena_new(PLAN_BYTES);
	if (read_wish(wish, d->mem, &d->wish, NULL) == ERR_NONE)
		return d;
	desired_free(d);
	return NULL;
}

void
desired_free(struct desired *d)
{
	if (!d)
		return;
	arena_free(d->made);
	arena_free(d->mem);
	heap_free(d);
}

bool
desired_judge(struct desired *d, struct facts *f)
{
	arena_reset(d->made);
	return dnsplan_make(f, &d->wish, d->made, &d->plan);
}

void
desired_put(struct json_out *j, const struct desired *d, enum finding_lang lang)
{
	dnsplan_put(j, &d->plan, lang);
}
