/* asset.h - the files of the dashboard, in the program itself (embed.py). */
#ifndef WEB_ASSET_H
#define WEB_ASSET_H

#include "base/base.h"

struct web_asset {
	struct str path; /* "/index.html" */
	const char *type;
	struct str etag;
	/* In web_asset_bytes: the file, and behind it its gzip. */
	size_t at, n;
	size_t packed; /* 0: there is none */
};
extern const struct web_asset web_assets[]; /* sorted by path */
extern const size_t web_asset_count;
extern const char web_asset_bytes[];

/* The file at `path`; the page itself, index.html, at every path that could
 * be one of its pages; else NULL. */
const struct web_asset *web_asset_find(struct str path);
/* Its name has a hash of its content: it never changes. */
bool web_asset_immutable(const struct web_asset *asset);
struct str web_asset_body(const struct web_asset *asset, bool packed);

#endif
