/* carrier.c - how a report came: the door, and the envelope of its mail. */
#include "api/report.h"

/* An envelope is an object with something in it, or null. */
void
api_put_envelope(struct json_out *j, const char *key, struct str text)
{
	static const struct json_limits limits = { 1 << 20, 8 };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (text.n <= 2 ||
	    json_parse(text, limits, &root, &repaired, NULL) != ERR_NONE)
		root = NULL;
	json_put_copy(j, key, root);
}

static enum err
take_entry(void *ctx, const struct store_intake_item *item)
{
	struct json_out *j = ctx;

	json_put_str(j, "door", item->door.n ? item->door : S("file"));
	api_put_envelope(j, "envelope", item->envelope);
	return ERR_NONE;
}

enum err
api_put_carrier(struct api_call *c, int64_t id, struct diag *why)
{
	struct diag inner = { 0 };
	enum err err = store_report_envelope(c->api->store, c->person.owner, id,
					     take_entry, &c->json, &inner);

	if (err == ERR_GONE) {
		json_put_null(&c->json, "door");
		json_put_null(&c->json, "envelope");
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		*why = inner;
	return err;
}
