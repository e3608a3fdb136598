/* The table of everything that can be asked, and finding a path in it. */
#include "api/handlers.h"

/* openapi.json describes exactly these; a test holds both together. */
const struct api_route api_routes[] = {
	{ API_GET, "/api/v1/version", API_ANYBODY, 0, api_version },
	{ API_GET, "/api/v1/openapi.json", API_ANYBODY, 0, api_openapi },
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
	{ API_GET, "/api/v1/overview", API_READ, 0, api_overview },
	{ API_GET, "/api/v1/suggest", API_READ, 0, api_suggest },
	{ API_GET, "/api/v1/intake", API_READ, API_EXPORTS, api_intake },
	{ API_PUT, "/api/v1/sources/{slug}/triage", API_CHANGE, API_SLOW,
	  api_triage },
	{ API_DELETE, "/api/v1/reports/{id}", API_CHANGE, API_SLOW,
	  api_report_delete },
	{ API_POST, "/api/v1/reports/{id}/reparse", API_CHANGE, API_SLOW,
	  api_report_reparse },
	{ API_POST, "/api/v1/reports/reparse", API_CHANGE, API_SLOW,
	  api_reparse },
	{ API_POST, "/api/v1/intake/{id}/retry", API_CHANGE, API_SLOW,
	  api_intake_retry },
	{ API_POST, "/api/v1/intake/test", API_CHANGE, API_SLOW,
	  api_intake_test },
	/* checks.c, generate.c */
	{ API_GET, "/api/v1/check", API_READ, API_NO_ETAG | API_PUBLIC,
	  api_check },
	{ API_GET, "/api/v1/lookup/{kind}", API_READ, API_NO_ETAG | API_PUBLIC,
	  api_lookup },
	{ API_POST, "/api/v1/generate/{kind}", API_READ, API_PUBLIC,
	  api_generate },
	{ API_POST, "/api/v1/report/view", API_READ,
	  API_SLOW | API_PUBLIC | API_LARGE, api_report_view },
	/* people*.c, views.c */
	{ API_GET, "/api/v1/session", API_ANYBODY, API_NO_ETAG, api_session },
	{ API_POST, "/api/v1/session", API_ANYBODY, 0, api_sign_in },
	{ API_DELETE, "/api/v1/session", API_READ, 0, api_sign_out },
	{ API_POST, "/api/v1/setup", API_ANYBODY, 0, api_setup },
	{ API_PATCH, "/api/v1/me", API_READ, 0, api_me_change },
	{ API_POST, "/api/v1/me/password", API_READ, 0, api_me_password },
	{ API_GET, "/api/v1/users", API_CHANGE, API_NO_ETAG, api_users },
	{ API_POST, "/api/v1/users", API_CHANGE, 0, api_user_add },
	{ API_PATCH, "/api/v1/users/{id}", API_CHANGE, 0, api_user_change },
	{ API_DELETE, "/api/v1/users/{id}", API_CHANGE, 0, api_user_remove },
	{ API_GET, "/api/v1/tokens", API_CHANGE, API_NO_ETAG, api_tokens },
	{ API_POST, "/api/v1/tokens", API_CHANGE, 0, api_token_add },
	{ API_DELETE, "/api/v1/tokens/{id}", API_CHANGE, 0, api_token_remove },
	{ API_GET, "/api/v1/views", API_READ, 0, api_views },
	{ API_POST, "/api/v1/views", API_CHANGE, 0, api_view_add },
	{ API_PATCH, "/api/v1/views/{id}", API_CHANGE, 0, api_view_change },
	{ API_DELETE, "/api/v1/views/{id}", API_CHANGE, 0, api_view_remove },
	/* publish*.c */
	{ API_GET, "/api/v1/dns/providers", API_CHANGE, API_NO_ETAG,
	  api_dns_providers },
	{ API_POST, "/api/v1/dns/providers", API_CHANGE, 0,
	  api_dns_provider_add },
	{ API_DELETE, "/api/v1/dns/providers/{id}", API_CHANGE, 0,
	  api_dns_provider_remove },
	{ API_GET, "/api/v1/dns/plans", API_READ, API_NO_ETAG, api_dns_plans },
	{ API_GET, "/api/v1/dns/plans/{id}", API_READ, API_NO_ETAG,
	  api_dns_plan },
	{ API_POST, "/api/v1/domains/{domain}/plans", API_CHANGE, 0,
	  api_dns_plan_add },
	{ API_POST, "/api/v1/dns/plans/{id}/confirm", API_CHANGE, 0,
	  api_dns_plan_confirm },
	{ API_POST, "/api/v1/dns/plans/confirm", API_CHANGE, 0,
	  api_dns_plans_confirm },
	{ API_POST, "/api/v1/dns/plans/{id}/undo", API_CHANGE, 0,
	  api_dns_plan_undo },
	{ API_POST, "/api/v1/dns/plans/{id}/verify", API_CHANGE, 0,
	  api_dns_plan_verify },
	{ API_POST, "/api/v1/dns/plans/{id}/share", API_CHANGE, API_NO_ETAG,
	  api_dns_plan_share },
	{ API_GET, "/api/v1/shared/{secret}", API_ANYBODY, API_NO_ETAG,
	  api_dns_shared },
	/* domains*.c, settings*.c */
	{ API_GET, "/api/v1/domains", API_READ, 0, api_domains },
	{ API_POST, "/api/v1/domains", API_CHANGE, 0, api_domain_add },
	{ API_GET, "/api/v1/domains/{domain}", API_READ, 0, api_domain },
	{ API_PATCH, "/api/v1/domains/{domain}", API_CHANGE, 0,
	  api_domain_change },
	{ API_DELETE, "/api/v1/domains/{domain}", API_CHANGE, API_SLOW,
	  api_domain_remove },
	{ API_GET, "/api/v1/domains/{domain}/records", API_READ, 0,
	  api_domain_records },
	{ API_GET, "/api/v1/domains/{domain}/desired", API_READ, API_NO_ETAG,
	  api_domain_desired },
	{ API_GET, "/api/v1/domains/{domain}/health", API_READ, API_NO_ETAG,
	  api_domain_health },
	{ API_GET, "/api/v1/domains/{domain}/history", API_READ, 0,
	  api_domain_history },
	{ API_POST, "/api/v1/domains/{domain}/check", API_CHANGE, 0,
	  api_domain_check },
	{ API_PUT, "/api/v1/domains/{domain}/onboarding", API_CHANGE, 0,
	  api_onboarding_put },
	{ API_DELETE, "/api/v1/domains/{domain}/onboarding", API_CHANGE, 0,
	  api_onboarding_end },
	/* hosting*.c, journey*.c */
	{ API_GET, "/api/v1/templates", API_READ, 0, api_templates },
	{ API_PUT, "/api/v1/templates/{name}", API_CHANGE, 0,
	  api_template_put },
	{ API_DELETE, "/api/v1/templates/{name}", API_CHANGE, 0,
	  api_template_remove },
	{ API_POST, "/api/v1/templates/{name}/apply", API_CHANGE, API_SLOW,
	  api_template_apply },
	{ API_GET, "/api/v1/domains/{domain}/journey", API_READ, API_SLOW,
	  api_journey },
	{ API_POST, "/api/v1/domains/{domain}/journey", API_CHANGE, API_SLOW,
	  api_journey_step },
	{ API_GET, "/api/v1/domains/{domain}/hosting", API_READ, API_NO_ETAG,
	  api_hosting },
	{ API_POST, "/api/v1/domains/{domain}/hosting", API_CHANGE, 0,
	  api_hosting_set },
	{ API_DELETE, "/api/v1/domains/{domain}/hosting", API_CHANGE, 0,
	  api_hosting_remove },
	{ API_GET, "/api/v1/domains/{domain}/mta-sts", API_READ, API_NO_ETAG,
	  api_sts },
	{ API_GET, "/api/v1/domains/{domain}/mta-sts/versions", API_READ, 0,
	  api_sts_versions },
	{ API_POST, "/api/v1/domains/{domain}/mta-sts/mode", API_CHANGE, 0,
	  api_sts_mode },
	{ API_POST, "/api/v1/domains/{domain}/mta-sts/emergency", API_CHANGE, 0,
	  api_sts_emergency },
	{ API_POST, "/api/v1/domains/{domain}/mta-sts/mail-servers", API_CHANGE,
	  0, api_sts_servers },
	{ API_POST, "/api/v1/domains/{domain}/mta-sts/retire", API_CHANGE, 0,
	  api_sts_retire },
	{ API_POST, "/api/v1/notify/test", API_CHANGE, 0, api_notify_test },
	{ API_GET, "/api/v1/sample", API_READ, API_NO_ETAG, api_sample },
	{ API_POST, "/api/v1/sample", API_CHANGE, API_SLOW, api_sample_load },
	{ API_DELETE, "/api/v1/sample", API_CHANGE, API_SLOW,
	  api_sample_remove },
	{ API_GET, "/api/v1/attribution", API_ANYBODY, 0, api_attribution },
	{ API_POST, "/api/v1/reports", API_UPLOAD, API_TAKES, api_upload },
	{ API_POST, "/api/v1/tlsrpt/{token}", API_ANYBODY, API_TAKES,
	  api_tlsrpt_post },
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
