/* record.c - one TLS-RPT record as text: faults, best reading, print (RFC
 * 8460 section 3). */
#include "base/base.h"
#include "tlsrptrec/private.h"
#include "tlsrptrec/tlsrptrec.h"

struct reader {
	struct arena *mem;
	struct tlsrptrec *out;
	struct tlsrptrec_faults *faults;
	bool has_rua;
};

static void
fault(struct reader *in, const char *code, struct str text)
{
	if (in->faults->n < TLSRPTREC_FAULTS_MAX)
		in->faults->at[in->faults->n++] =
			(struct tlsrptrec_fault){ code, text };
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1, s.n);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
tlsrptrec_is_record(struct str text)
{
	return str_starts(text, S("v=TLSRPTv1;"));
}

bool
tlsrptrec_is_nearly(struct str text)
{
	return str_find_fold(str_sub(text, 0, 64), S("tlsrpt")) != SIZE_MAX;
}

bool
tlsrptrec_uri_valid(struct str uri)
{
	bool mail = str_starts_fold(uri, S("mailto:"));

	if (!mail && !str_starts_fold(uri, S("https://")))
		return false;
	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] <= ' ' || uri.p[i] > '~' || uri.p[i] == ',' ||
		    uri.p[i] == ';' || uri.p[i] == '!')
			return false;
	if (!mail)
		return uri.n > sizeof("https://") - 1;
	return str_index(uri, '@') != SIZE_MAX && uri.p[uri.n - 1] != '@' &&
	       uri.p[sizeof("mailto:") - 1] != '@';
}

/* ---- one URI ---- */

static bool
is_size(struct str s)
{
	size_t digits = 0;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	return digits > 0 && s.n - digits <= 1;
}

/* Puts `prefix`, `uri` with "!" encoded, and `rest` together in `mem`. */
static struct str
join(struct reader *in, struct str prefix, struct str uri, struct str rest)
{
	SCOPED_BUF text = BUF(4096);
	struct str out = STR("");

	buf_add(&text, prefix);
	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] == '!')
			buf_addz(&text, "%21");
		else
			buf_addc(&text, uri.p[i]);
	buf_add(&text, rest);
	if (text.full || !arena_dup(in->mem, buf_str(&text), &out))
		return (struct str){ "", 0 };
	return out;
}

static struct str
mend(struct reader *in, struct str uri)
{
	size_t size = str_index(uri, '!');
	struct str none = STR("");

	if (str_starts_fold(uri, S("http://"))) {
		fault(in, "tlsrpt.rua_http", uri);
		uri = join(in, S("https://"), str_sub(uri, 7, uri.n), none);
	} else if (!str_starts_fold(uri, S("mailto:")) &&
		   !str_starts_fold(uri, S("https:"))) {
		fault(in, "tlsrpt.rua_no_scheme", uri);
		uri = join(in,
			   str_index(uri, '@') != SIZE_MAX ? S("mailto:")
							   : S("https://"),
			   uri, none);
	}
	size = str_index(uri, '!');
	if (size == SIZE_MAX)
		return uri;
	fault(in, "tlsrpt.rua_unencoded", uri);
	/* "!10m" is a size of DMARC, which TLS-RPT does not know. */
	if (is_size(str_sub(uri, size + 1, uri.n)))
		return str_sub(uri, 0, size);
	return join(in, none, uri, none);
}

/* Whether a URI that was cut at a comma or semicolon goes on in `piece`. */
static bool
goes_on(const struct reader *in, struct str piece)
{
	struct str last;

	if (in->out->rua_n == 0 || str_starts_fold(piece, S("mailto:")) ||
	    str_starts_fold(piece, S("https:")) ||
	    str_starts_fold(piece, S("http:")))
		return false;
	last = in->out->rua[in->out->rua_n - 1];
	if (str_starts_fold(last, S("mailto:")))
		return str_index(last, '@') == SIZE_MAX;
	return str_index(piece, '@') == SIZE_MAX;
}

static void
add_uri(struct reader *in, struct str uri)
{
	struct tlsrptrec *out = in->out;

	if (goes_on(in, uri)) {
		struct str *last = &out->rua[out->rua_n - 1];

		fault(in, "tlsrpt.rua_unencoded", uri);
		*last = join(in, *last, S(""), join(in, S("%2C"), uri, S("")));
		return;
	}
	uri = mend(in, uri);
	/* "mailto:a" may be the first half of an address with a comma; the end
	 * of the record tells. */
	if (!tlsrptrec_uri_valid(uri) && (!str_starts_fold(uri, S("mailto:")) ||
					  str_index(uri, '@') != SIZE_MAX)) {
		fault(in, "tlsrpt.rua_syntax", uri);
		return;
	}
	if (out->rua_n < TLSRPTREC_RUA_MAX)
		out->rua[out->rua_n++] = uri;
}

static void
read_rua(struct reader *in, struct str value)
{
	struct str piece = STR("");

	if (in->has_rua)
		return; /* the first one counts */
	in->has_rua = trim(value).n > 0;
	while (str_split(&value, ',', &piece)) {
		piece = trim(piece);
		if (piece.n > 0)
			add_uri(in, piece);
	}
}

/* ---- the record ---- */

/* A field that is not name=value: what stood behind a semicolon in a URI, or
 * nothing that a record may hold. */
static void
read_torn(struct reader *in, struct str field)
{
	struct str *last = NULL;

	if (in->out->rua_n > 0)
		last = &in->out->rua[in->out->rua_n - 1];
	if (!last || (str_index(field, '@') == SIZE_MAX &&
		      !str_starts_fold(*last, S("https:")))) {
		fault(in, "tlsrpt.field_syntax", field);
		return;
	}
	fault(in, "tlsrpt.rua_unencoded", field);
	*last = join(in, *last, S(""), S("%3B"));
	*last = join(in, *last, field, S(""));
}

static void
read_field(struct reader *in, struct str field)
{
	size_t equals = str_index(field, '=');
	struct str name = trim(str_sub(field, 0, equals));

	if (equals != SIZE_MAX && str_eq(name, S("rua")))
		read_rua(in, str_sub(field, equals + 1, field.n));
	else if (equals == SIZE_MAX)
		read_torn(in, field);
}

bool
tlsrptrec_parse(struct str text, struct arena *mem, struct tlsrptrec *out,
		struct tlsrptrec_faults *faults)
{
	struct reader in = { .mem = mem, .out = out, .faults = faults };
	size_t before = faults->n, kept = 0;
	struct str field = STR(""), rest = text;

	*out = (struct tlsrptrec){ .rua_n = 0 };
	if (!tlsrptrec_is_record(text))
		fault(&in, "tlsrpt.version", text);
	(void)str_split(&rest, ';', &field);
	/* "v=TLSRPTv1 rua=..." */
	if (!tlsrptrec_is_record(text) &&
	    str_find_fold(field, S("rua=")) != SIZE_MAX)
		read_field(&in, str_sub(field, str_find_fold(field, S("rua=")),
					field.n));
	while (str_split(&rest, ';', &field))
		if (trim(field).n > 0)
			read_field(&in, trim(field));
	if (!in.has_rua)
		fault(&in, "tlsrpt.no_rua", text);
	for (size_t i = 0; i < out->rua_n; i++)
		if (tlsrptrec_uri_valid(out->rua[i]))
			out->rua[kept++] = out->rua[i];
		else
			fault(&in, "tlsrpt.rua_syntax", out->rua[i]);
	out->rua_n = kept;
	return faults->n == before && out->rua_n > 0;
}

bool
tlsrptrec_print(struct buf *out, const struct tlsrptrec *record)
{
	SCOPED_BUF text = BUF(8192);

	buf_addz(&text, "v=TLSRPTv1; rua=");
	for (size_t i = 0; i < record->rua_n; i++) {
		if (!tlsrptrec_uri_valid(record->rua[i]))
			return false;
		buf_addz(&text, i > 0 ? "," : "");
		buf_add(&text, record->rua[i]);
	}
	return record->rua_n > 0 && !text.full && buf_add(out, buf_str(&text));
}
