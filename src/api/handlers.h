/* handlers.h - what the table of routes calls. */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/private.h"

/* All are api_handlers (private.h); the path is in the table. */
enum err api_version(struct api_call *c, struct diag *why);
enum err api_openapi(struct api_call *c, struct diag *why);
enum err api_query(struct api_call *c, struct diag *why);
enum err api_days(struct api_call *c, struct diag *why);
enum err api_rows(struct api_call *c, struct diag *why);
enum err api_sources(struct api_call *c, struct diag *why);
enum err api_source(struct api_call *c, struct diag *why);
enum err api_reports(struct api_call *c, struct diag *why);
enum err api_report(struct api_call *c, struct diag *why);
enum err api_report_raw(struct api_call *c, struct diag *why);
enum err api_tls(struct api_call *c, struct diag *why);
enum err api_failures(struct api_call *c, struct diag *why);
enum err api_failure(struct api_call *c, struct diag *why);
enum err api_overview(struct api_call *c, struct diag *why);
enum err api_intake(struct api_call *c, struct diag *why);
enum err api_suggest(struct api_call *c, struct diag *why);
enum err api_triage(struct api_call *c, struct diag *why);
enum err api_report_delete(struct api_call *c, struct diag *why);
enum err api_report_reparse(struct api_call *c, struct diag *why);
enum err api_reparse(struct api_call *c, struct diag *why);
enum err api_intake_retry(struct api_call *c, struct diag *why);

/* people*.c, views.c */
enum err api_session(struct api_call *c, struct diag *why);
enum err api_sign_in(struct api_call *c, struct diag *why);
enum err api_sign_out(struct api_call *c, struct diag *why);
enum err api_setup(struct api_call *c, struct diag *why);
enum err api_me_change(struct api_call *c, struct diag *why);
enum err api_me_password(struct api_call *c, struct diag *why);
enum err api_users(struct api_call *c, struct diag *why);
enum err api_user_add(struct api_call *c, struct diag *why);
enum err api_user_change(struct api_call *c, struct diag *why);
enum err api_user_remove(struct api_call *c, struct diag *why);
enum err api_tokens(struct api_call *c, struct diag *why);
enum err api_token_add(struct api_call *c, struct diag *why);
enum err api_token_remove(struct api_call *c, struct diag *why);
enum err api_views(struct api_call *c, struct diag *why);
enum err api_view_add(struct api_call *c, struct diag *why);
enum err api_view_change(struct api_call *c, struct diag *why);
enum err api_view_remove(struct api_call *c, struct diag *why);

/* checks.c */
enum err api_check(struct api_call *c, struct diag *why);
enum err api_domain_desired(struct api_call *c, struct diag *why);
enum err api_lookup(struct api_call *c, struct diag *why);
enum err api_generate(struct api_call *c, struct diag *why);
/* report_view.c */
enum err api_report_view(struct api_call *c, struct diag *why);

/* hosting*.c, journey*.c */
enum err api_hosting(struct api_call *c, struct diag *why);
enum err api_hosting_set(struct api_call *c, struct diag *why);
enum err api_hosting_remove(struct api_call *c, struct diag *why);
enum err api_sts(struct api_call *c, struct diag *why);
enum err api_sts_versions(struct api_call *c, struct diag *why);
enum err api_sts_mode(struct api_call *c, struct diag *why);
enum err api_sts_emergency(struct api_call *c, struct diag *why);
enum err api_sts_retire(struct api_call *c, struct diag *why);
enum err api_sts_servers(struct api_call *c, struct diag *why);
enum err api_templates(struct api_call *c, struct diag *why);
enum err api_template_put(struct api_call *c, struct diag *why);
enum err api_template_remove(struct api_call *c, struct diag *why);
enum err api_template_apply(struct api_call *c, struct diag *why);
enum err api_journey(struct api_call *c, struct diag *why);
enum err api_journey_step(struct api_call *c, struct diag *why);

/* publish*.c */
enum err api_dns_providers(struct api_call *c, struct diag *why);
enum err api_dns_provider_add(struct api_call *c, struct diag *why);
enum err api_dns_provider_remove(struct api_call *c, struct diag *why);
enum err api_dns_plans(struct api_call *c, struct diag *why);
enum err api_dns_plan(struct api_call *c, struct diag *why);
enum err api_dns_plan_add(struct api_call *c, struct diag *why);
enum err api_dns_plan_confirm(struct api_call *c, struct diag *why);
enum err api_dns_plans_confirm(struct api_call *c, struct diag *why);
enum err api_dns_plan_undo(struct api_call *c, struct diag *why);
enum err api_dns_plan_verify(struct api_call *c, struct diag *why);
enum err api_dns_plan_share(struct api_call *c, struct diag *why);
enum err api_dns_shared(struct api_call *c, struct diag *why);

/* domains*.c, settings*.c */
enum err api_domains(struct api_call *c, struct diag *why);
enum err api_domain_add(struct api_call *c, struct diag *why);
enum err api_domain(struct api_call *c, struct diag *why);
enum err api_domain_change(struct api_call *c, struct diag *why);
enum err api_domain_remove(struct api_call *c, struct diag *why);
enum err api_domain_records(struct api_call *c, struct diag *why);
enum err api_domain_health(struct api_call *c, struct diag *why);
enum err api_domain_history(struct api_call *c, struct diag *why);
enum err api_notify_test(struct api_call *c, struct diag *why);
enum err api_domain_check(struct api_call *c, struct diag *why);
enum err api_onboarding_put(struct api_call *c, struct diag *why);
enum err api_onboarding_end(struct api_call *c, struct diag *why);
enum err api_sample(struct api_call *c, struct diag *why);
enum err api_sample_load(struct api_call *c, struct diag *why);
enum err api_sample_remove(struct api_call *c, struct diag *why);
enum err api_attribution(struct api_call *c, struct diag *why);
enum err api_intake_test(struct api_call *c, struct diag *why);
enum err api_upload(struct api_call *c, struct diag *why);
enum err api_tlsrpt_post(struct api_call *c, struct diag *why);

#endif
