/* asset.c - which embedded file a path means. */
#include "web/asset.h"

static const struct web_asset *
exact(struct str path)
{
	size_t low = 0, high = web_asset_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(path, web_assets[middle].path);

		if (order == 0)
			return &web_assets[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

/* Not a page: what programs ask for by a fixed name must not be answered
 * with one. */
static bool
is_reserved(struct str path)
{
	static const struct str places[] = {
		STR("/api"),     STR("/assets"), STR("/.well-known"),
		STR("/healthz"), STR("/readyz"), STR("/metrics"),
	};

	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (str_starts(path, places[i]) &&
		    (path.n == places[i].n || path.p[places[i].n] == '/'))
			return true;
	return false;
}

const struct web_asset *
web_asset_find(struct str path)
{
	const struct web_asset *found = exact(path);

	if (found || is_reserved(path))
		return found;
	return exact(S("/index.html"));
}

bool
web_asset_immutable(const struct web_asset *asset)
{
	return str_starts(asset->path, S("/assets/"));
}

struct str
web_asset_body(const struct web_asset *asset, bool packed)
{
	if (packed && asset->packed > 0)
		return (struct str){ web_asset_bytes + asset->at + asset->n,
				     asset->packed };
	return (struct str){ web_asset_bytes + asset->at, asset->n };
}
