/* parse.c - the tag list of a key record (RFC 6376 sections 3.2, 3.6.1). */
#include "base/base.h"
#include "dkimkey/dkimkey.h"
#include "dkimkey/private.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name(struct str s)
{
	if (s.n == 0 || !is_letter(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_letter(s.p[i]) && s.p[i] != '_' &&
		    (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	return true;
}

static bool
is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < '!' || c > '~') && c != ' ' && c != '\t' &&
		    c != '\r' && c != '\n')
			return false;
	}
	return true;
}

/* Another kind of record, or no list of tags at all. */
static bool
is_other(struct str text)
{
	static const char *const others[] = { "v=spf1",  "v=DMARC1",
					      "v=STSv1", "v=TLSRPTv1",
					      "v=BIMI1", "v=DKIM2",
					      "spf2.0/", "google-site-" };

	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (str_starts_fold(text, str_of(others[i])))
			return true;
	return str_index(text, '=') == SIZE_MAX;
}

static void
fault(struct dkimkey *out, enum dkimkey_fault what, struct str where)
{
	if (out->fault != DKIMKEY_SOUND)
		return;
	out->fault = what;
	out->where = where;
}

/* The place for a tag's value; NULL for a tag that is ignored. */
static struct str *
value_of(struct dkimkey *out, struct str name)
{
	if (name.n != 1)
		return NULL;
	switch (name.p[0]) {
	case 'v':
		return &out->v;
	case 'h':
		return &out->h;
	case 'k':
		return &out->k;
	case 'n':
		return &out->n;
	case 'p':
		return &out->p;
	case 's':
		return &out->s;
	case 't':
		return &out->t;
	case 'g':
		return &out->g;
	default:
		return NULL;
	}
}

static void
read_tag(struct dkimkey *out, struct str piece, bool first)
{
	size_t equals = str_index(piece, '=');
	struct str name = str_trim(str_sub(piece, 0, equals));
	struct str *value;

	if (equals == SIZE_MAX || !is_name(name) || !is_value(piece)) {
		fault(out, DKIMKEY_SYNTAX, piece);
		return;
	}
	value = value_of(out, name);
	if (!value)
		return;
	/* A tag that comes twice spoils the list (RFC 6376 section 3.2). */
	if (value->p)
		fault(out, DKIMKEY_SYNTAX, piece);
	*value = str_trim(str_sub(piece, equals + 1, SIZE_MAX));
	if (!value->p)
		*value = S("");
	if (value == &out->v && (!first || !str_eq(*value, S("DKIM1"))))
		fault(out, DKIMKEY_VERSION, piece);
}

/* One of the words of "a : b : c". */
static bool
has_word(struct str list, struct str word)
{
	struct str piece;

	while (str_split(&list, ':', &piece))
		if (str_eq(str_trim(piece), word))
			return true;
	return false;
}

static void
judge(struct dkimkey *out)
{
	if (!out->p.p)
		fault(out, DKIMKEY_NO_P, S(""));
	else if (out->p.n == 0)
		fault(out, DKIMKEY_REVOKED, S(""));
	if (!out->k.p || str_eq(out->k, S("rsa")))
		out->kind = DKIMKEY_RSA;
	else if (str_eq(out->k, S("ed25519")))
		out->kind = DKIMKEY_ED25519;
	else
		fault(out, DKIMKEY_KIND, out->k);
	if (out->h.p && !has_word(out->h, S("sha256")))
		fault(out, DKIMKEY_HASH, out->h);
	if (out->s.p && !has_word(out->s, S("*")) &&
	    !has_word(out->s, S("email")))
		fault(out, DKIMKEY_SERVICE, out->s);
	out->testing = has_word(out->t, S("y"));
	out->no_subdomain = has_word(out->t, S("s"));
	if (out->p.n > 0 && out->kind != DKIMKEY_OTHER)
		dkimkey_read_key(out);
}

void
dkimkey_parse(struct str text, struct dkimkey *out)
{
	struct str rest = str_trim(text), piece;
	bool first = true;

	*out = (struct dkimkey){ .kind = DKIMKEY_OTHER };
	if (text.n > DKIMKEY_TEXT_MAX) {
		fault(out, DKIMKEY_SYNTAX, S(""));
		return;
	}
	if (is_other(rest)) {
		fault(out, DKIMKEY_NOT_DKIM, text);
		return;
	}
	if (str_find(rest, S("\\;")) != SIZE_MAX) {
		fault(out, DKIMKEY_ESCAPED, S("\\;"));
		return;
	}
	while (str_split(&rest, ';', &piece)) {
		piece = str_trim(piece);
		/* Only the last piece may be empty. */
		if (piece.n > 0)
			read_tag(out, piece, first);
		else if (str_trim(rest).n > 0)
			fault(out, DKIMKEY_SYNTAX, S(";;"));
		first = false;
	}
	judge(out);
}

const char *
dkimkey_fault_code(enum dkimkey_fault fault)
{
	static const char *const codes[] = {
		[DKIMKEY_SOUND] = NULL,
		[DKIMKEY_NOT_DKIM] = "dkim.not_dkim",
		[DKIMKEY_ESCAPED] = "dkim.escaped",
		[DKIMKEY_SYNTAX] = "dkim.syntax",
		[DKIMKEY_VERSION] = "dkim.version",
		[DKIMKEY_NO_P] = "dkim.no_p",
		[DKIMKEY_REVOKED] = "dkim.revoked",
		[DKIMKEY_KIND] = "dkim.key_type",
		[DKIMKEY_HASH] = "dkim.sha1_only",
		[DKIMKEY_SERVICE] = "dkim.not_for_mail",
		[DKIMKEY_BAD_KEY] = "dkim.bad_key",
		[DKIMKEY_CUT] = "dkim.key_cut",
		[DKIMKEY_BAD_EXPONENT] = "dkim.bad_exponent",
	};

	return codes[fault];
}
