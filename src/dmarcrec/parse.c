/* parse.c - the text of a policy record, RFC 9989 section 4.8 and the older
 * tags of RFC 7489 section 6.3. */
#include "dmarcrec/private.h"

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static struct str
skip_blanks(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1, s.n);
	return s;
}

bool
dmarcrec_is(struct str text)
{
	struct str rest = text;

	if (!str_starts_fold(rest, S("v")))
		return false;
	rest = skip_blanks(str_sub(rest, 1, rest.n));
	if (!str_starts(rest, S("=")))
		return false;
	rest = skip_blanks(str_sub(rest, 1, rest.n));
	/* The version is the one thing whose case counts. */
	if (!str_starts(rest, S("DMARC1")))
		return false;
	rest = skip_blanks(str_sub(rest, 6, rest.n));
	return rest.n == 0 || rest.p[0] == ';';
}

bool
dmarcrec_resembles(struct str text)
{
	static const struct str policy[] = { STR("p=none"), STR("p=quarantine"),
					     STR("p=reject") };

	if (str_find_fold(text, S("dmarc1")) != SIZE_MAX)
		return true;
	if (str_starts_fold(str_trim(text), S("v=dmarc")))
		return true;
	for (size_t i = 0; i < COUNT_OF(policy); i++)
		if (str_starts_fold(str_trim(text), policy[i]))
			return true;
	return false;
}

void
reader_fault(struct reader *r, const char *code, struct str tag,
	     struct str detail)
{
	struct dmarcrec *out = r->out;

	if (out->fault_n == COUNT_OF(r->fault))
		return;
	r->fault[out->fault_n++] =
		(struct dmarcrec_fault){ code, tag, detail,
					 (size_t)(detail.p - out->text.p) };
}

/* Bytes that the grammar has no place for: each kind is told once. */
static void
look_at_bytes(struct reader *r)
{
	const struct str text = r->out->text;
	bool curly = false, strange = false;
	size_t at;

	at = str_index(text, '"');
	if (at != SIZE_MAX)
		reader_fault(r, "dmarc.literal_quotes", S(""),
			     str_sub(text, at, 1));
	at = str_index(text, '\\');
	if (at != SIZE_MAX)
		reader_fault(r, "dmarc.backslash", S(""), str_sub(text, at, 2));
	for (size_t i = 0; i < text.n;) {
		const unsigned char c = (unsigned char)text.p[i];
		const struct str rest = str_sub(text, i, text.n);
		uint32_t code = 0;
		const size_t n = str_utf8_get(rest, &code);
		bool *told = NULL;

		if (code >= 0x2018 && code <= 0x201F)
			told = &curly;
		else if (c < 0x20 || c > 0x7E)
			told = &strange;
		if (told != NULL && !*told) {
			*told = true;
			reader_fault(r,
				     told == &curly ? "dmarc.smart_quotes"
						    : "dmarc.not_ascii",
				     S(""), str_sub(rest, 0, n > 0 ? n : 1));
		}
		i += n > 0 ? n : 1;
	}
}

static enum dmarcrec_policy
read_policy(struct reader *r, struct str tag, struct str value)
{
	if (str_eq_fold(value, S("none")))
		return DMARCREC_NONE;
	if (str_eq_fold(value, S("quarantine")))
		return DMARCREC_QUARANTINE;
	if (str_eq_fold(value, S("reject")))
		return DMARCREC_REJECT;
	reader_fault(r, "dmarc.policy_invalid", tag, value);
	return DMARCREC_INVALID;
}

/* One letter out of `letters`; the first is the default. */
static size_t
read_letter(struct reader *r, struct str tag, struct str value,
	    const char *letters)
{
	for (size_t i = 0; letters[i] != '\0'; i++)
		if (str_eq_fold(value, (struct str){ letters + i, 1 }))
			return i;
	reader_fault(r, "dmarc.value_invalid", tag, value);
	return 0;
}

static unsigned
read_fo(struct reader *r, struct str tag, struct str value)
{
	unsigned fo = 0;
	struct str rest = value, piece;

	while (str_split(&rest, ':', &piece)) {
		static const char letters[] = "01ds";
		unsigned bit = 0;

		piece = str_trim(piece);
		for (unsigned i = 0; i < 4; i++)
			if (str_eq_fold(piece, (struct str){ letters + i, 1 }))
				bit = 1u << i;
		if (bit == 0 || (fo & bit) != 0)
			reader_fault(r, "dmarc.value_invalid", tag, value);
		fo |= bit;
	}
	if ((fo & DMARCREC_FO_ALL) != 0 && (fo & DMARCREC_FO_ANY) != 0)
		reader_fault(r, "dmarc.fo_conflict", tag, value);
	return fo;
}

static void
read_pct(struct reader *r, struct str tag, struct str value)
{
	uint64_t n;

	r->out->has_pct = true;
	if (str_u64(value, &n) && n <= 100)
		r->out->pct = (unsigned)n;
	else
		reader_fault(r, "dmarc.value_invalid", tag, value);
}

enum kind {
	KIND_V,
	KIND_P,
	KIND_SP,
	KIND_NP,
	KIND_ADKIM,
	KIND_ASPF,
	KIND_T,
	KIND_PSD,
	KIND_FO,
	KIND_RUA,
	KIND_RUF,
	KIND_PCT,
	KIND_RI,
	KIND_RF,
	KINDS
};

static enum kind
kind_of(struct str name)
{
	static const char *const names[KINDS] = { "v",     "p",    "sp",  "np",
						  "adkim", "aspf", "t",   "psd",
						  "fo",    "rua",  "ruf", "pct",
						  "ri",    "rf" };

	for (size_t i = 0; i < KINDS; i++)
		if (str_eq_fold(name, str_of(names[i])))
			return (enum kind)i;
	return KINDS;
}

static void
read_tag(struct reader *r, enum kind kind, struct str name, struct str value)
{
	struct dmarcrec *out = r->out;

	switch (kind) {
	case KIND_P:
		out->p = read_policy(r, name, value);
		break;
	case KIND_SP:
		out->sp = read_policy(r, name, value);
		break;
	case KIND_NP:
		out->np = read_policy(r, name, value);
		break;
	case KIND_ADKIM:
		out->dkim_strict = read_letter(r, name, value, "rs") == 1;
		break;
	case KIND_ASPF:
		out->spf_strict = read_letter(r, name, value, "rs") == 1;
		break;
	case KIND_T:
		out->test = read_letter(r, name, value, "ny") == 1;
		break;
	case KIND_PSD:
		out->psd =
			(enum dmarcrec_psd)read_letter(r, name, value, "uyn");
		break;
	case KIND_FO:
		out->fo = read_fo(r, name, value);
		break;
	case KIND_RUA:
		out->has_rua = true;
		reader_uris(r, name, value, &out->rua, &out->rua_n);
		break;
	case KIND_RUF:
		out->has_ruf = true;
		reader_uris(r, name, value, &out->ruf, &out->ruf_n);
		break;
	case KIND_PCT:
		read_pct(r, name, value);
		break;
	case KIND_RI:
		out->has_ri = true;
		break;
	case KIND_RF:
		out->has_rf = true;
		break;
	case KIND_V:
	case KINDS:
		break;
	}
}

/* "p=none rua=mailto:..." has lost a semicolon: a blank, a tag we know and an
 * equals sign inside a value. */
static bool
swallows_a_tag(struct str value)
{
	for (size_t i = 1; i < value.n; i++) {
		size_t begin, end = i;

		if (value.p[i] != '=')
			continue;
		while (end > 0 && (value.p[end - 1] == ' '))
			end--;
		for (begin = end; begin > 0 && is_alpha(value.p[begin - 1]);)
			begin--;
		if (begin > 0 && value.p[begin - 1] == ' ' &&
		    kind_of(str_sub(value, begin, end - begin)) != KINDS)
			return true;
	}
	return false;
}

static bool
is_repeated(const struct dmarcrec *out, struct str name)
{
	for (size_t i = 0; i < out->tag_n; i++)
		if (str_eq_fold(out->tag[i].name, name))
			return true;
	return false;
}

static void
read_piece(struct reader *r, struct str piece)
{
	struct dmarcrec *out = r->out;
	const size_t equals = str_index(piece, '=');
	struct str name = str_trim(str_sub(piece, 0, equals));
	struct str value = { piece.p + piece.n, 0 };
	size_t letters = 0;
	struct dmarcrec_tag *tag;
	enum kind kind;

	if (equals != SIZE_MAX)
		value = str_trim(str_sub(piece, equals + 1, piece.n));
	while (letters < name.n && is_alpha(name.p[letters]))
		letters++;
	if (letters == 0 || letters < name.n || value.n == 0) {
		reader_fault(r, "dmarc.tag_syntax", S(""), piece);
		return;
	}
	if (out->tag_n == DMARCREC_TAGS_MAX) {
		r->full = true;
		return;
	}
	kind = kind_of(name);
	tag = &out->tag[out->tag_n];
	*tag = (struct dmarcrec_tag){ name, value,
				      (size_t)(name.p - out->text.p),
				      is_repeated(out, name) };
	out->tag_n++;
	if (swallows_a_tag(value))
		reader_fault(r, "dmarc.semicolon_missing", name, value);
	if (tag->repeated)
		reader_fault(r, "dmarc.tag_repeated", name, value);
	else if (kind == KINDS)
		reader_fault(r, "dmarc.tag_unknown", name, value);
	else
		read_tag(r, kind, name, value);
}

static void
read_pieces(struct reader *r)
{
	struct str rest = r->out->text, piece;

	while (!r->full && str_split(&rest, ';', &piece)) {
		piece = str_trim(piece);
		if (piece.n > 0)
			read_piece(r, piece);
		else if (rest.n > 0)
			reader_fault(r, "dmarc.tag_syntax", S(""),
				     (struct str){ piece.p, 0 });
	}
}

static void
judge_version(struct reader *r)
{
	struct dmarcrec *out = r->out;
	const struct str first =
		str_sub(out->text, 0, str_index(out->text, ';'));

	out->valid = dmarcrec_is(out->text);
	if (out->valid)
		return;
	for (size_t i = 1; i < out->tag_n; i++) {
		if (!str_eq_fold(out->tag[i].name, S("v")))
			continue;
		reader_fault(r, "dmarc.version_not_first", S("v"),
			     out->tag[i].value);
		return;
	}
	reader_fault(r, "dmarc.version_wrong", S("v"), str_trim(first));
}

static size_t
count_of(struct str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

enum err
dmarcrec_parse(struct str text, struct arena *mem, struct dmarcrec *out,
	       struct diag *why)
{
	struct reader r = { .mem = mem, .out = out };
	const size_t pieces = count_of(text, ';') + 1;

	*out = (struct dmarcrec){ .text = text, .pct = 100 };
	if (text.n > DMARCREC_TEXT_MAX)
		return diag_set(why, ERR_LIMIT, "dmarc.record_too_long", 0,
				"%zu", text.n);
	out->tag = arena_array(
		mem, pieces < DMARCREC_TAGS_MAX ? pieces : DMARCREC_TAGS_MAX,
		sizeof *out->tag);
	r.full = out->tag == NULL;
	look_at_bytes(&r);
	read_pieces(&r);
	if (!r.full) {
		judge_version(&r);
		out->fault = arena_array(mem, out->fault_n, sizeof *out->fault);
		r.full = out->fault == NULL;
	}
	if (r.full)
		return diag_set(why, ERR_LIMIT, "dmarc.record_too_long", 0,
				"%zu", text.n);
	for (size_t i = 0; i < out->fault_n; i++)
		out->fault[i] = r.fault[i];
	return ERR_NONE;
}
