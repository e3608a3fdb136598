/* The table of everything that can be asked, and finding a path in it. */
#include "api/handlers.h"

/* openapi.json describes exactly these; a test holds both together. */
const struct api_route api_routes[] = {
	{ API_GET, "/api/v1/version", API_ANYBODY, 0, api_version },
	{ 0 },
};

/* "{id}" takes any one piece that is not empty. */
static bool
matches(struct str pattern, struct str path, struct str *param)
{
	struct str want, have;
	size_t count = 0;

	while (str_split(&pattern, '/', &want)) {
		if (!str_split(&path, '/', &have))
			return false;
		if (!str_starts(want, S("{"))) {
			if (!str_eq(want, have))
				return false;
			continue;
		}
		if (have.n == 0 || count == API_PARAMS_MAX)
			return false;
		param[count++] = have;
	}
	return path.n == 0;
}

const struct api_route *
api_route_find(enum api_method method, struct str path,
	       struct str param[API_PARAMS_MAX], bool *allowed)
{
	if (allowed)
		*allowed = false;
	if (path.n == 0 || path.p[path.n - 1] == '/')
		return NULL;
	for (const struct api_route *r = api_routes; r->path; r++) {
		struct str found[API_PARAMS_MAX] = { 0 };

		if (!matches(str_of(r->path), path, found))
			continue;
		if (r->method != method) {
			if (allowed)
				*allowed = true;
			continue;
		}
		for (size_t i = 0; i < API_PARAMS_MAX; i++)
			param[i] = found[i];
		return r;
	}
	return NULL;
}
