/* settle.c - names, places and the coarse sums after an import. */
#include "ingest/private.h"

#include <string.h>

static void
look_up(void *ctx, const struct store_endpoint *e, struct store_place *place)
{
	const struct geo *geo = ctx;
	struct geo_place found;

	if (!geo || !geo_look(geo, &e->ip, &found))
		return;
	memcpy(place->country, found.country, sizeof place->country);
	place->asn = found.asn;
	place->as_name = found.as_name;
	place->place = found.city;
	/* A country's centre is known wherever the country is. */
	if (found.centre)
		return;
	place->latitude = found.latitude;
	place->longitude = found.longitude;
}

static void
stamp_of(const struct geo *geo, struct buf *stamp)
{
	(void)buf_addf(stamp, "%s;", sender_stamp());
	if (geo)
		(void)buf_add(stamp, geo_stamp(geo));
}

/* The store's context is not const; look_up's is. */
static void *
context_of(const struct geo *geo)
{
	return (void *)(uintptr_t)geo;
}

void
settle_along(struct store *s, const struct geo *geo)
{
	SCOPED_BUF stamp = BUF(1024);

	stamp_of(geo, &stamp);
	store_place_with(s, buf_str(&stamp), look_up, context_of(geo));
}

enum err
settle_watched(struct store *s, const struct geo *geo,
	       void (*progress)(void *ctx, uint64_t done, uint64_t all),
	       void *ctx, struct diag *why)
{
	SCOPED_BUF stamp = BUF(1024);
	enum err err;

	stamp_of(geo, &stamp);
	err = store_enrich(s, STORE_OWNER_SELF, buf_str(&stamp), look_up,
			   context_of(geo), why);
	if (err == ERR_NONE)
		err = store_fold(s, STORE_OWNER_SELF, progress, ctx, why);
	return err;
}

enum err
ingest_settle(struct store *s, int64_t owner, const struct geo *geo,
	      struct diag *why)
{
	SCOPED_BUF stamp = BUF(1024);
	enum err err;

	stamp_of(geo, &stamp);
	err = store_enrich(s, owner, buf_str(&stamp), look_up, context_of(geo),
			   why);
	if (err == ERR_NONE)
		err = store_fold(s, owner, NULL, NULL, why);
	return err;
}
