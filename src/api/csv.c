/* csv.c - answers as files: CSV of RFC 4180, safe for spreadsheets. */
#include "api/private.h"

static const char csv_type_name[] = "text/csv; charset=utf-8; header=present";

enum err
api_format(struct api_call *c, enum api_format *out, struct diag *why)
{
	struct str format = api_arg(c, "format");

	if (format.n == 0)
		*out = API_AS_PAGE;
	else if (str_eq(format, S("json")))
		*out = API_AS_JSON;
	else if (str_eq(format, S("csv")))
		*out = API_AS_CSV;
	else
		return diag_set(why, ERR_SYNTAX, "query.bad_value", 0,
				"format: json, csv");
	return ERR_NONE;
}

/* Bytes that may stand in a file name everywhere. */
static void
add_plain(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '.' || c == '-';

		buf_addc(out, plain ? c : '-');
	}
}

static void
add_day(struct buf *out, int64_t day)
{
	char text[CIVIL_DATE_SIZE];

	buf_addf(out, "_%s", civil_print_date(day * CIVIL_DAY, text));
}

void
api_file(struct api_call *c, enum api_format format, const char *what,
	 const struct store_query *q)
{
	SCOPED_BUF line = BUF(1024);
	struct str domain = api_only_domain(q);

	if (format == API_AS_PAGE)
		return;
	c->streaming = true;
	buf_addz(&line, "attachment; filename=\"");
	add_plain(&line, domain.n && domain.n < 254 ? domain : S("all"));
	buf_addf(&line, "_%s", what);
	if (q->first_day != INT64_MIN)
		add_day(&line, q->first_day);
	if (q->last_day != INT64_MAX)
		add_day(&line, q->last_day);
	buf_addz(&line, format == API_AS_CSV ? ".csv\"" : ".json\"");
	if (!arena_dup(c->mem, buf_str(&line), &c->head.disposition))
		c->head.disposition = S("attachment");
}

void
api_csv_begin(struct api_csv *csv, struct api_call *c, const char *const *names,
	      size_t count)
{
	struct str separator = api_arg(c, "separator");

	*csv = (struct api_csv){ .call = c, .first = true, .separator = ',' };
	if (str_eq(separator, S(";")) || str_eq(separator, S("semicolon")))
		csv->separator = ';';
	c->head.content_type = csv_type_name;
	if (api_arg_yes(c, "bom"))
		buf_addz(c->body, "\xef\xbb\xbf");
	for (size_t i = 0; i < count; i++)
		api_csv_text(csv, str_of(names[i]));
	buf_addz(c->body, "\r\n");
	csv->first = true;
}

static void
separate(struct api_csv *csv)
{
	if (!csv->first)
		buf_addc(csv->call->body, csv->separator);
	csv->first = false;
}

/* Spreadsheets take a cell that begins so for a formula. */
static bool
looks_like_formula(struct str text)
{
	static const struct str full_width[] = { STR("\uff1d"), STR("\uff0b"),
						 STR("\uff0d"), STR("\uff20") };

	if (text.n == 0)
		return false;
	if (str_index(S("=+-@\t\r\n"), text.p[0]) != SIZE_MAX)
		return true;
	for (size_t i = 0; i < COUNT_OF(full_width); i++)
		if (str_starts(text, full_width[i]))
			return true;
	return false;
}

static bool
needs_quotes(const struct api_csv *csv, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == csv->separator || text.p[i] == '"' ||
		    (unsigned char)text.p[i] <= ' ' || text.p[i] == ',' ||
		    text.p[i] == ';')
			return true;
	return false;
}

void
api_csv_text(struct api_csv *csv, struct str text)
{
	struct buf *out = csv->call->body;
	bool guarded = looks_like_formula(text);

	separate(csv);
	if (!guarded && !needs_quotes(csv, text)) {
		buf_add(out, text);
		return;
	}
	buf_addc(out, '"');
	if (guarded)
		buf_addc(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_addc(out, '"');
		if (text.p[i] != '\0')
			buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

void
api_csv_i64(struct api_csv *csv, int64_t n, bool known)
{
	separate(csv);
	if (known)
		buf_addf(csv->call->body, "%lld", (long long)n);
}

enum err
api_csv_row_end(struct api_csv *csv)
{
	buf_addz(csv->call->body, "\r\n");
	csv->first = true;
	return api_flush(csv->call);
}
