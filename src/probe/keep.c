/* keep.c - what mail servers said a while ago, so that nobody gets us to knock
 * at one again and again. */
#include "probe/private.h"

enum { NAMES_MAX = 4 * KEEP_MAX, KEY_MAX = 1024 };

void
keep_init(struct keep *k)
{
	k->where = map_new(NAMES_MAX);
}

void
keep_fini(struct keep *k)
{
	for (size_t i = 0; i < KEEP_MAX; i++)
		if (k->ring[i].job)
			job_free(k->ring[i].job);
	map_free(k->where);
}

static void
put_key(struct buf *key, const struct job *j)
{
	struct str address = { (const char *)j->address.b, NETADDR_BYTES };

	(void)buf_add(key, address);
	(void)buf_add(key, j->host);
}

void
keep_put(struct keep *k, struct job *j, int64_t until)
{
	struct kept *place = &k->ring[k->next];
	SCOPED_BUF key = BUF(KEY_MAX);

	put_key(&key, j);
	if (place->job)
		job_free(place->job);
	*place = (struct kept){ j, until };
	map_put(k->where, buf_str(&key), k->next);
	k->next = (k->next + 1) % KEEP_MAX;
}

struct job *
keep_find(const struct keep *k, const struct job *j, int64_t now)
{
	const struct kept *place;
	SCOPED_BUF key = BUF(KEY_MAX);
	uint64_t at = 0;

	put_key(&key, j);
	if (!map_get(k->where, buf_str(&key), &at))
		return NULL;
	place = &k->ring[at];
	/* Another one may have got the place since. */
	if (!place->job || place->until < now ||
	    netaddr_cmp(&place->job->address, &j->address) != 0 ||
	    !str_eq(place->job->host, j->host))
		return NULL;
	return place->job;
}
