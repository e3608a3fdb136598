/* tls.c - sessions of TLS reports, by result with what each result means. */
#include "api/handlers.h"
#include "api/list.h"

static const char *const columns[] = { "key",       "sessions", "successful",
				       "failed",    "reports",  "first_seen",
				       "last_seen", "family",   "code" };

/* Result types of RFC 8460 section 4.3: what failed, the policy that was
 * looked up or the encryption that was tried. */
static const struct {
	const char *result, *family, *code;
} results[] = {
	{ "starttls-not-supported", "encryption",
	  "tls.starttls_not_supported" },
	{ "certificate-host-mismatch", "encryption",
	  "tls.certificate_host_mismatch" },
	{ "certificate-expired", "encryption", "tls.certificate_expired" },
	{ "certificate-not-trusted", "encryption",
	  "tls.certificate_not_trusted" },
	{ "validation-failure", "encryption", "tls.validation_failure" },
	{ "tlsa-invalid", "policy", "tls.tlsa_invalid" },
	{ "dnssec-invalid", "policy", "tls.dnssec_invalid" },
	{ "dane-required", "policy", "tls.dane_required" },
	{ "sts-policy-fetch-error", "policy", "tls.sts_policy_fetch_error" },
	{ "sts-policy-invalid", "policy", "tls.sts_policy_invalid" },
	{ "sts-webpki-invalid", "policy", "tls.sts_webpki_invalid" },
};

struct tls {
	struct api_list list;
	struct api_question asked;
	struct str group;
	struct store_tls_row totals;
};

static void
put_numbers(struct api_list *l, const struct store_tls_row *row)
{
	bool seen = row->reports > 0;

	api_cell_i64(l, "sessions", (int64_t)row->sessions, true);
	api_cell_i64(l, "successful", (int64_t)row->successful, true);
	api_cell_i64(l, "failed", (int64_t)row->failed, true);
	api_cell_i64(l, "reports", (int64_t)row->reports, true);
	api_cell_time(l, "first_seen", row->first_seen, seen);
	api_cell_time(l, "last_seen", row->last_seen, seen);
}

static void
put_meaning(struct api_list *l, struct str result)
{
	const char *family = "delivery", *code = "tls.unknown";

	for (size_t i = 0; i < COUNT_OF(results); i++)
		if (str_eq_fold(result, str_of(results[i].result))) {
			family = results[i].family;
			code = results[i].code;
		}
	api_cell(l, "family", str_of(family));
	api_cell(l, "code", str_of(code));
}

static enum err
take_row(void *ctx, const struct store_tls_row *row)
{
	struct tls *tls = ctx;
	struct api_list *l = &tls->list;

	api_list_row(l);
	api_cell(l, "key", row->key);
	put_numbers(l, row);
	if (str_eq(tls->group, S("result"))) {
		put_meaning(l, row->key);
	} else if (!l->json) {
		api_csv_text(&l->csv, S(""));
		api_csv_text(&l->csv, S(""));
	}
	return api_list_row_end(l);
}

/* The store tells failures by result; what went well is a row beside them. */
static enum err
put_success(struct tls *tls)
{
	struct api_list *l = &tls->list;
	struct store_tls_row row = tls->totals;

	if (!str_eq(tls->group, S("result")) || row.successful == 0)
		return ERR_NONE;
	row.sessions = row.successful;
	row.failed = 0;
	api_list_row(l);
	api_cell(l, "key", S("success"));
	put_numbers(l, &row);
	api_cell(l, "family", S("success"));
	api_cell(l, "code", S("tls.success"));
	return api_list_row_end(l);
}

static void
end(struct tls *tls)
{
	struct api_list *l = &tls->list;

	if (!api_list_end(l))
		return;
	json_open_object(l->json, "totals");
	json_put_str(l->json, "key", S(""));
	put_numbers(l, &tls->totals);
	json_close_object(l->json);
	api_end(l->c);
}

enum err
api_tls(struct api_call *c, struct diag *why)
{
	struct tls tls = { .group = api_arg(c, "group") };
	struct api_list_shape shape = {
		.schema = "waxseal.tls.query/1",
		.member = "rows",
		.file = "tls",
		.columns = columns,
		.column_count = COUNT_OF(columns),
		.group = "result",
	};
	SCOPED_BUF group = BUF(64);
	enum err err = api_question(c, "30d", NULL, &tls.asked, why);

	if (tls.group.n == 0)
		tls.group = S("result");
	buf_add(&group, str_sub(tls.group, 0, 40));
	shape.group = buf_c(&group);
	if (err == ERR_NONE)
		err = api_list_begin(&tls.list, c, &shape, &tls.asked, why);
	if (err == ERR_NONE)
		err = store_tls_ask(c->api->store, &tls.asked.q, tls.group,
				    take_row, &tls, &tls.totals, why);
	if (err == ERR_NONE)
		err = put_success(&tls);
	if (err == ERR_NONE)
		end(&tls);
	return err;
}
