/* lines.c - items and totals on the control socket. */
#include "ingest/server.h"

static const struct {
	const char *name;
	size_t at;
} counts[] = {
	{ "files", offsetof(struct ingest_totals, files) },
	{ "bytes", offsetof(struct ingest_totals, bytes) },
	{ "imported", offsetof(struct ingest_totals, imported) },
	{ "duplicates", offsetof(struct ingest_totals, duplicates) },
	{ "superseded", offsetof(struct ingest_totals, superseded) },
	{ "rejected", offsetof(struct ingest_totals, rejected) },
	{ "ignored", offsetof(struct ingest_totals, ignored) },
	{ "unclaimed", offsetof(struct ingest_totals, unclaimed) },
	{ "records", offsetof(struct ingest_totals, records) },
	{ "messages", offsetof(struct ingest_totals, messages) },
};

void
line_put_totals(struct buf *out, const struct ingest_totals *t)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		json_put_u64(&j, counts[i].name,
			     *(const uint64_t *)(const void *)((const char *)t +
							       counts[i].at));
	json_close_object(&j);
}

static uint64_t
count_of(const struct json *json, const char *name)
{
	int64_t n = 0;

	return json_i64(json_get(json, name), &n) && n > 0 ? (uint64_t)n : 0;
}

void
line_read_totals(const struct json *json, struct ingest_totals *out)
{
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		*(uint64_t *)(void *)((char *)out + counts[i].at) =
			count_of(json, counts[i].name);
}

static void
put_repairs(struct json_out *j, const struct ingest_item *item)
{
	json_open_array(j, "repairs");
	for (size_t i = 0; i < item->repair_count; i++) {
		json_put_str(j, NULL, str_of(item->repairs[i].code));
		json_put_u64(j, NULL, item->repairs[i].count);
	}
	json_close_array(j);
}

void
line_put_item(struct buf *out, const struct ingest_item *item)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	json_put_str(&j, "path", item->path);
	json_put_str(&j, "member", item->member);
	json_put_i64(&j, "outcome", item->outcome);
	json_put_i64(&j, "kind", item->kind);
	json_put_i64(&j, "report", item->report);
	json_put_bool(&j, "known", item->known);
	json_put_str(&j, "org", item->org);
	json_put_str(&j, "report_id", item->report_id);
	json_put_str(&j, "domain", item->domain);
	json_put_i64(&j, "begin", item->begin);
	json_put_i64(&j, "end", item->end);
	json_put_u64(&j, "records", item->records);
	json_put_u64(&j, "messages", item->messages);
	json_put_u64(&j, "passed", item->passed);
	json_put_str(&j, "code", str_of(item->why.code));
	json_put_u64(&j, "line", item->why.line);
	json_put_str(&j, "detail", str_of(item->why.detail));
	put_repairs(&j, item);
	json_close_object(&j);
}

static int64_t
number_of(const struct json *json, const char *name)
{
	int64_t n = 0;

	return json_i64(json_get(json, name), &n) ? n : 0;
}

static void
read_repairs(const struct json *list, struct arena *mem,
	     struct ingest_item *out)
{
	size_t n = json_count(list) / 2;
	struct dmarc_repair *repairs = arena_array(mem, n, sizeof *repairs);

	for (size_t i = 0; i < n && repairs; i++) {
		struct str code;
		int64_t count = 1;

		if (!arena_dup(mem, json_str(json_at(list, 2 * i)), &code))
			return;
		(void)json_i64(json_at(list, 2 * i + 1), &count);
		repairs[i].code = code.p;
		repairs[i].count = count > 0 ? (unsigned)count : 1;
		out->repair_count = i + 1;
	}
	out->repairs = repairs;
}

void
line_read_item(const struct json *json, struct arena *mem,
	       struct ingest_item *out)
{
	SCOPED_BUF code = BUF(DIAG_CODE_MAX);

	*out = (struct ingest_item){
		.path = json_str(json_get(json, "path")),
		.member = json_str(json_get(json, "member")),
		.outcome = (enum store_outcome)number_of(json, "outcome"),
		.kind = (enum decode_kind)number_of(json, "kind"),
		.report = number_of(json, "report"),
		.org = json_str(json_get(json, "org")),
		.report_id = json_str(json_get(json, "report_id")),
		.domain = json_str(json_get(json, "domain")),
		.begin = number_of(json, "begin"),
		.end = number_of(json, "end"),
		.records = count_of(json, "records"),
		.messages = count_of(json, "messages"),
		.passed = count_of(json, "passed"),
	};
	(void)json_bool(json_get(json, "known"), &out->known);
	read_repairs(json_get(json, "repairs"), mem, out);
	(void)buf_add(&code, json_str(json_get(json, "code")));
	if (code.n > 0)
		(void)diag_set(&out->why, ERR_NONE, buf_c(&code),
			       count_of(json, "line"), "%.*s",
			       STR_ARG(json_str(json_get(json, "detail"))));
}
