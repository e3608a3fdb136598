/* record.c - the text of a BIMI record: read, judged, printed. */
#include "bimi/private.h"

static struct str
skip_blanks(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1, s.n);
	return s;
}

/* "v=BIMI1" first, its case as written here. */
static bool
is_record(struct str text)
{
	struct str rest = text;

	if (!str_starts(rest, S("v")))
		return false;
	rest = skip_blanks(str_sub(rest, 1, rest.n));
	if (!str_starts(rest, S("=")))
		return false;
	rest = skip_blanks(str_sub(rest, 1, rest.n));
	if (!str_starts(rest, S("BIMI1")))
		return false;
	rest = skip_blanks(str_sub(rest, 5, rest.n));
	return rest.n == 0 || rest.p[0] == ';';
}

bool
bimi_next_tag(struct str *rest, struct str *name, struct str *value)
{
	struct str piece;
	size_t equals;

	do {
		if (!str_split(rest, ';', &piece))
			return false;
		piece = str_trim(piece);
	} while (piece.n == 0);
	equals = str_index(piece, '=');
	*name = str_trim(str_sub(piece, 0, equals));
	*value = str_trim(str_sub(piece, equals + 1, piece.n));
	if (equals == SIZE_MAX || name->n == 0) {
		*name = S("");
		*value = piece;
	}
	return true;
}

static void
take(struct bimi *out, struct str name, struct str value)
{
	struct str *place = NULL;

	if (name.n == 0) {
		place = &out->broken;
	} else if (str_eq_fold(name, S("l"))) {
		if (!out->has_l)
			place = &out->l;
		out->has_l = true;
	} else if (str_eq_fold(name, S("a"))) {
		if (!out->has_a)
			place = &out->a;
		out->has_a = true;
	} else if (str_eq_fold(name, S("avp"))) {
		if (out->avp.n == 0)
			place = &out->avp;
	} else if (!str_eq_fold(name, S("v"))) {
		place = &out->unknown;
		value = name;
	} else {
		return;
	}
	if (place == NULL && out->broken.n == 0)
		out->broken = name;
	else if (place != NULL && place->n == 0)
		*place = value;
}

enum err
bimi_parse(struct str text, struct bimi *out, struct diag *why)
{
	struct str rest = text, name, value;
	size_t tags = 0;

	*out = (struct bimi){ .text = text };
	if (text.n > BIMI_TEXT_MAX)
		return diag_set(why, ERR_LIMIT, "bimi.record_too_long", 0,
				"%zu", text.n);
	while (bimi_next_tag(&rest, &name, &value)) {
		if (++tags > BIMI_TAGS_MAX)
			return diag_set(why, ERR_LIMIT, "bimi.record_too_long",
					0, "%zu", text.n);
		take(out, name, value);
	}
	out->valid = is_record(text);
	out->declined =
		out->valid && out->has_l && out->l.n == 0 && out->a.n == 0;
	return ERR_NONE;
}

void
bimi_print(const struct bimi *rec, struct buf *out)
{
	buf_addz(out, "v=BIMI1; l=");
	buf_add(out, rec->l);
	buf_addz(out, ";");
	if (rec->has_a) {
		buf_addz(out, " a=");
		buf_add(out, rec->a);
		buf_addz(out, ";");
	}
	if (rec->avp.n > 0) {
		buf_addz(out, " avp=");
		buf_add(out, rec->avp);
		buf_addz(out, ";");
	}
}

static bool
is_url_byte(char c)
{
	return c > 0x20 && c < 0x7F && c != '"' && c != '<' && c != '>' &&
	       c != ';' && c != ',' && c != '\\';
}

bool
bimi_split_url(struct str url, struct str *host, struct str *path)
{
	size_t slash;

	if (!str_starts_fold(url, S("https://")))
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (!is_url_byte(url.p[i]))
			return false;
	url = str_sub(url, 8, url.n);
	slash = str_index(url, '/');
	if (slash == SIZE_MAX || slash == 0)
		return false;
	*host = str_sub(url, 0, slash);
	*path = str_sub(url, slash, url.n);
	/* No port, no user: readers fetch from port 443 alone. */
	return str_index(*host, ':') == SIZE_MAX &&
	       str_index(*host, '@') == SIZE_MAX && path->n > 1;
}

/* The path without query and fragment ends so. */
static bool
ends_in(struct str path, struct str ending)
{
	path = str_sub(path, 0, str_index(path, '#'));
	path = str_sub(path, 0, str_index(path, '?'));
	return str_ends_fold(path, ending);
}

static void
lint_url(struct finding_list *out, struct str url, const char *not_https,
	 const char *odd_name, struct str ending)
{
	struct str host, path;

	if (!bimi_split_url(url, &host, &path))
		(void)finding_add(out, not_https, url, "detail", &url, NULL);
	else if (!ends_in(path, ending))
		(void)finding_add(out, odd_name, url, "detail", &url, NULL);
}

void
bimi_lint(const struct bimi *rec, struct finding_list *out)
{
	if (!rec->valid)
		(void)finding_add(out, "bimi.version_wrong", rec->text, NULL);
	if (rec->broken.n > 0)
		(void)finding_add(out, "bimi.tag_syntax", rec->text, "detail",
				  &rec->broken, NULL);
	if (rec->unknown.n > 0)
		(void)finding_add(out, "bimi.tag_unknown", rec->text, "detail",
				  &rec->unknown, NULL);
	if (rec->avp.n > 0 && !str_eq_fold(rec->avp, S("brand")) &&
	    !str_eq_fold(rec->avp, S("personal")))
		(void)finding_add(out, "bimi.avp_invalid", rec->text, "detail",
				  &rec->avp, NULL);
	if (rec->declined) {
		(void)finding_add(out, "bimi.declined", rec->text, NULL);
		return;
	}
	if (rec->l.n > 0)
		lint_url(out, rec->l, "bimi.logo_not_https",
			 "bimi.logo_not_svg", S(".svg"));
	else
		(void)finding_add(out, "bimi.logo_missing", rec->text, NULL);
	if (rec->a.n > 0)
		lint_url(out, rec->a, "bimi.cert_not_https",
			 "bimi.cert_not_pem", S(".pem"));
	else
		(void)finding_add(out, "bimi.cert_missing", rec->text, NULL);
}

bool
bimi_make(const struct bimi *wish, struct arena *mem, struct finding_list *why,
	  struct str *out)
{
	SCOPED_BUF b = BUF(BIMI_TEXT_MAX);
	struct bimi back;
	struct str text;

	bimi_print(wish, &b);
	if (b.full || !arena_dup(mem, buf_str(&b), &text) ||
	    bimi_parse(text, &back, NULL) != ERR_NONE)
		return false;
	bimi_lint(&back, why);
	if (!str_eq(back.l, wish->l) || !str_eq(back.a, wish->a)) {
		(void)finding_add(why, "bimi.tag_syntax", text, "detail", &text,
				  NULL);
		return false;
	}
	if (why->full || finding_list_worst(why) >= FINDING_WARN)
		return false;
	*out = text;
	return true;
}
