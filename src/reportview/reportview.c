/* reportview.c - one document after the other, each an object. */
#include "reportview/private.h"

enum { FINDINGS_BYTES = 1 << 20, LINE_MAX_DIGITS = 24 };

struct reportview {
	struct json_out *j;
	enum finding_lang lang;
	struct arena *mem; /* of the findings of one document */
	size_t documents, rows;
	/* Of the document under way: where it began, for an undo. */
	bool open, in_rows;
	struct json_out before;
	size_t start;
	uint64_t rows_left;
};

/* Of what is too much nothing is written any more. */
static bool
is_shown(const struct reportview *v)
{
	return v->documents < REPORTVIEW_DOCUMENTS_MAX;
}

static bool
begin(struct reportview *v)
{
	if (!is_shown(v))
		return false;
	if (v->open)
		return true;
	v->open = true;
	v->before = *v->j;
	v->start = v->j->to->n;
	v->rows_left = 0;
	json_open_object(v->j, NULL);
	return true;
}

static enum err
on_undo(void *ctx)
{
	struct reportview *v = ctx;

	if (v->open) {
		*v->j = v->before;
		v->j->to->n = v->start;
	}
	v->open = v->in_rows = false;
	return ERR_NONE;
}

static enum err
on_head(void *ctx, const struct dmarc_head *head)
{
	struct reportview *v = ctx;

	if (!begin(v))
		return ERR_NONE;
	json_open_object(v->j, "head");
	reportview_put_head(v->j, head);
	json_close_object(v->j);
	json_open_array(v->j, "rows");
	v->in_rows = true;
	return ERR_NONE;
}

static enum err
on_row(void *ctx, const struct dmarc_row *row)
{
	struct reportview *v = ctx;

	if (!v->in_rows)
		return ERR_NONE;
	if (v->rows >= REPORTVIEW_ROWS_MAX ||
	    v->j->to->n > REPORTVIEW_BYTES_MAX / 2) {
		v->rows_left++;
		return ERR_NONE;
	}
	v->rows++;
	reportview_put_row(v->j, row);
	return ERR_NONE;
}

static enum err
on_tls(void *ctx, const struct tlsrpt_report *report)
{
	struct reportview *v = ctx;

	if (begin(v))
		reportview_put_tls(v->j, report);
	return ERR_NONE;
}

static enum err
on_failure(void *ctx, const struct failrpt_report *report)
{
	struct reportview *v = ctx;

	if (begin(v))
		reportview_put_failure(v->j, report);
	return ERR_NONE;
}

/* ---- the end of a document ---- */

/* Why it was refused, and what was put right. */
static void
put_findings(struct reportview *v, const struct decode_end *end)
{
	SCOPED_BUF number = BUF(LINE_MAX_DIGITS);
	struct finding_list list;
	struct str text, detail = str_of(end->why.detail);

	arena_reset(v->mem);
	finding_list_init(&list, v->mem);
	if (end->status != DECODE_READ && finding_find(str_of(end->why.code))) {
		buf_addf(&number, "%llu", (unsigned long long)end->why.line);
		text = buf_str(&number);
		finding_add(&list, end->why.code, S(""), "line", &text,
			    "detail", &detail, NULL);
	}
	for (size_t i = 0; i < end->repair_count; i++) {
		if (!finding_find(str_of(end->repairs[i].code)))
			continue;
		buf_clear(&number);
		buf_addf(&number, "%llu",
			 (unsigned long long)end->repairs[i].count);
		text = buf_str(&number);
		finding_add(&list, end->repairs[i].code, S(""), "count", &text,
			    NULL);
	}
	finding_put_list(v->j, "findings", &list, v->lang);
}

static void
put_mail(struct json_out *j, const struct decode_end *end)
{
	if (end->carrier_from.n == 0 && end->carrier_subject.n == 0) {
		json_put_null(j, "mail");
		return;
	}
	json_open_object(j, "mail");
	json_put_known(j, "from", end->carrier_from);
	json_put_known(j, "subject", end->carrier_subject);
	json_put_known(j, "id", end->carrier_id);
	if (end->carrier_date)
		json_put_i64(j, "date", end->carrier_date);
	else
		json_put_null(j, "date");
	json_close_object(j);
}

static void
put_totals(struct json_out *j, const struct decode_end *end)
{
	json_open_object(j, "totals");
	json_put_u64(j, "rows", end->totals.rows);
	json_put_u64(j, "messages", end->totals.messages);
	json_put_u64(j, "passed", end->totals.passed);
	json_close_object(j);
}

static enum err
on_end(void *ctx, const struct decode_end *end)
{
	struct reportview *v = ctx;
	struct json_out *j = v->j;
	bool shown = begin(v);

	v->documents++;
	if (!shown)
		return ERR_NONE;
	if (v->in_rows) {
		json_close_array(j);
		json_put_u64(j, "rows_left", v->rows_left);
		put_totals(j, end);
	}
	json_put_str(j, "kind", str_of(decode_kind_name(end->kind)));
	json_put_str(j, "status", str_of(decode_status_name(end->status)));
	json_put_known(j, "member", end->member);
	json_put_bool(j, "complete", end->complete);
	put_mail(j, end);
	put_findings(v, end);
	json_close_object(j);
	v->open = v->in_rows = false;
	return ERR_NONE;
}

struct reportview *
reportview_new(struct json_out *j, enum finding_lang lang)
{
	struct reportview *v = heap_new(sizeof(*v));

	v->j = j;
	v->lang = lang;
	v->mem = arena_new(FINDINGS_BYTES);
	json_open_array(j, "documents");
	return v;
}

struct decode_sink
reportview_sink(struct reportview *v)
{
	return (struct decode_sink){ .ctx = v,
				     .head = on_head,
				     .row = on_row,
				     .tls = on_tls,
				     .failure = on_failure,
				     .undo = on_undo,
				     .end = on_end };
}

void
reportview_end(struct reportview *v)
{
	(void)on_undo(v); /* a parser that died left half of one */
	json_close_array(v->j);
	json_put_u64(v->j, "documents_left",
		     v->documents > REPORTVIEW_DOCUMENTS_MAX
			     ? v->documents - REPORTVIEW_DOCUMENTS_MAX
			     : 0);
	arena_free(v->mem);
	heap_free(v);
}

void
reportview_put_texts(struct json_out *j, const char *key,
		     const struct str *texts, size_t count)
{
	json_open_array(j, key);
	for (size_t i = 0; i < count; i++)
		json_put_str(j, NULL, texts[i]);
	json_close_array(j);
}
