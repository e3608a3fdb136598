/* The table of everything that can be asked, and finding a path in it. */
#include "api/handlers.h"

/* openapi.json describes exactly these; a test holds both together. */
const struct api_route api_routes[] = {
	{ API_GET, "/api/v1/version", API_ANYBODY, 0, api_version },
	{ API_GET, "/api/v1/query", API_READ, API_EXPORTS, api_query },
	{ API_GET, "/api/v1/days", API_READ, 0, api_days },
	{ API_GET, "/api/v1/rows", API_READ, API_SLOW, api_rows },
	{ API_GET, "/api/v1/sources", API_READ, API_EXPORTS, api_sources },
	{ API_GET, "/api/v1/sources/{slug}", API_READ, API_SLOW, api_source },
	{ API_GET, "/api/v1/reports", API_READ, API_EXPORTS, api_reports },
	{ API_GET, "/api/v1/reports/{id}", API_READ, 0, api_report },
	{ API_GET, "/api/v1/reports/{id}/raw", API_READ, API_SLOW,
	  api_report_raw },
	{ API_GET, "/api/v1/tls", API_READ, API_EXPORTS, api_tls },
	{ API_GET, "/api/v1/failures", API_READ, API_EXPORTS, api_failures },
	{ API_GET, "/api/v1/failures/{id}", API_READ, 0, api_failure },
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
