/* zonefile.c - which zones a text in the form of zone files holds (RFC 1035
 * section 5): the owners of their SOA, or else what $ORIGIN says. */
#include "dnsname/private.h"

#include <string.h>

enum {
	SOA_AT_MOST = 3, /* tokens before the word: owner, TTL, class */
	LOOK_AT = 1000   /* lines until it has to be clear */
};

struct zone_text {
	struct str text;
	size_t at;
	uint64_t line;
	unsigned depth;    /* of parentheses */
	bool begins;       /* the next token stands where its line begins */
	bool over;         /* the entry is read to its end */
	struct str origin; /* without the dot at its end; empty: not known */
	struct str owner;  /* as written */
};

/* ---- tokens ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct str
rest_of(const struct zone_text *z)
{
	return str_sub(z->text, z->at, SIZE_MAX);
}

/* A parenthesis that nobody closed ends with the next $ORIGIN. */
static void
new_line(struct zone_text *z)
{
	z->at++;
	z->line++;
	if (str_starts_fold(rest_of(z), S("$ORIGIN")))
		z->depth = 0;
	z->begins = z->depth == 0 && z->at < z->text.n &&
		    !is_blank(z->text.p[z->at]);
}

static void
skip_comment(struct zone_text *z)
{
	size_t end = str_index(rest_of(z), '\n');

	z->at = end == SIZE_MAX ? z->text.n : z->at + end;
}

/* In quotes: to the other one, or to the end of the line. */
static struct str
quoted(struct zone_text *z)
{
	size_t from = ++z->at;
	struct str out;

	while (z->at < z->text.n && z->text.p[z->at] != '"' &&
	       z->text.p[z->at] != '\n')
		z->at += z->text.p[z->at] == '\\' && z->at + 1 < z->text.n &&
					 z->text.p[z->at + 1] != '\n'
				 ? 2
				 : 1;
	out = str_sub(z->text, from, z->at - from);
	if (z->at < z->text.n && z->text.p[z->at] == '"')
		z->at++;
	return out;
}

static struct str
word(struct zone_text *z)
{
	size_t from = z->at;

	while (z->at < z->text.n && !is_blank(z->text.p[z->at]) &&
	       !strchr("\n;()\"", z->text.p[z->at] ? z->text.p[z->at] : 'x'))
		z->at++;
	return str_sub(z->text, from, z->at - from);
}

/* The next token of the entry; false at its end, which is then behind. */
static bool
next_token(struct zone_text *z, struct str *out)
{
	while (!z->over && z->at < z->text.n) {
		char c = z->text.p[z->at];

		if (c == '\n') {
			z->over = z->depth == 0;
			new_line(z);
			z->over = z->over || z->depth == 0;
		} else if (c == ';') {
			skip_comment(z);
		} else if (c == '(' || c == ')') {
			z->depth += c == '(';
			z->depth -= c == ')' && z->depth > 0;
			z->at++;
		} else if (is_blank(c)) {
			z->at++;
		} else {
			*out = c == '"' ? quoted(z) : word(z);
			return true;
		}
	}
	return false;
}

static void
skip_entry(struct zone_text *z)
{
	struct str token;

	while (next_token(z, &token))
		;
}

static void
begin(struct zone_text *z, struct str text)
{
	*z = (struct zone_text){ .text = text, .line = 1 };
	z->begins = text.n > 0 && !is_blank(text.p[0]);
}

/* ---- whether it is one ---- */

static bool
has_soa(struct str line)
{
	struct zone_text z;
	struct str token;
	size_t n = 0, soa = SIZE_MAX;

	begin(&z, line);
	for (; next_token(&z, &token) && n < SOA_AT_MOST + 3; n++)
		if (soa == SIZE_MAX && str_eq_fold(token, S("SOA")))
			soa = n;
	/* Its two names stand on the same line. */
	return soa <= SOA_AT_MOST && n >= soa + 3;
}

bool
dnsname_is_zone(struct str text)
{
	struct str line;

	for (size_t i = 0; i < LOOK_AT && str_split(&text, '\n', &line); i++) {
		struct str trimmed = str_trim(line);

		if (str_starts_fold(trimmed, S("$ORIGIN ")) ||
		    str_starts_fold(trimmed, S("$ORIGIN\t")) ||
		    str_starts_fold(trimmed, S("$TTL ")) ||
		    str_starts_fold(trimmed, S("$TTL\t")) || has_soa(line))
			return true;
	}
	return false;
}

/* ---- what it holds ---- */

/* In full, without the dot; empty when nothing says below what. */
static struct str
full_name(const struct zone_text *z, struct str name, struct arena *mem)
{
	SCOPED_BUF text = BUF(8 * DNSNAME_MAX);
	struct str out = { 0 };

	if (str_eq(name, S("@")))
		return z->origin;
	if (str_ends(name, S(".")))
		return str_sub(name, 0, name.n - 1);
	if (z->origin.n == 0) /* a dot is often forgotten */
		return str_index(name, '.') == SIZE_MAX ? out : name;
	buf_addf(&text, "%.*s.%.*s", STR_ARG(name), STR_ARG(z->origin));
	if (text.full || !arena_dup(mem, buf_str(&text), &out))
		return (struct str){ 0 };
	return out;
}

static bool
is_class(struct str token)
{
	return str_eq_fold(token, S("IN")) || str_eq_fold(token, S("CH")) ||
	       str_eq_fold(token, S("HS"));
}

/* "3600", "1h", "1w2d" */
static bool
is_ttl(struct str token)
{
	for (size_t i = 0; i < token.n; i++)
		if (!strchr("0123456789smhdwSMHDW",
			    token.p[i] ? token.p[i] : 'x'))
			return false;
	return token.n > 0 && token.p[0] >= '0' && token.p[0] <= '9';
}

/* One record, its owner read: is it a SOA? Leaves the entry unread. */
static bool
is_soa(struct zone_text *z, struct str type)
{
	for (unsigned i = 0; i < SOA_AT_MOST - 1; i++) {
		if (!is_class(type) && !is_ttl(type))
			break;
		if (!next_token(z, &type))
			return false;
	}
	return str_eq_fold(type, S("SOA"));
}

struct zones {
	struct dnsname_reading *r;
	struct map *origins; /* names, with their line */
	bool apex;           /* there was a SOA */
};

static void
take_apex(struct zones *all, const struct zone_text *z, uint64_t line)
{
	struct str name = full_name(z, z->owner, all->r->mem);

	all->apex = true;
	if (name.n > 0)
		dnsname_take(all->r, name, line);
	else
		dnsname_take_nameless(all->r, z->owner, line);
}

static void
take_origin(struct zones *all, struct zone_text *z, uint64_t line)
{
	struct str token, name;

	if (!next_token(z, &token))
		return;
	z->origin = full_name(z, token, all->r->mem);
	if (dnsname_fold(z->origin, all->r->mem, &name) &&
	    !map_get(all->origins, name, NULL))
		map_put(all->origins, name, line);
	skip_entry(z);
}

/* From its first token to behind its end. */
static void
read_entry(struct zones *all, struct zone_text *z)
{
	bool owned = z->begins;
	uint64_t line = z->line;
	struct str token;

	z->begins = z->over = false;
	if (!next_token(z, &token))
		return;
	/* Blank lines before it; what begins a line is an owner. */
	if (owned && str_eq_fold(token, S("$ORIGIN"))) {
		take_origin(all, z, line);
		return;
	}
	if (owned && token.n > 0 && token.p[0] == '$') {
		skip_entry(z);
		return;
	}
	if (owned) {
		z->owner = token;
		if (!next_token(z, &token))
			return;
	}
	if (is_soa(z, token))
		take_apex(all, z, line);
	skip_entry(z);
}

/* Names below another one are parts of its zone. */
static bool
take_highest(void *ctx, struct str name, uint64_t line)
{
	struct zones *all = ctx;
	struct str above = name;
	size_t dot;

	while ((dot = str_index(above, '.')) != SIZE_MAX) {
		above = str_sub(above, dot + 1, SIZE_MAX);
		if (map_get(all->origins, above, NULL))
			return true;
	}
	if (arena_dup(all->r->mem, name, &name))
		dnsname_take(all->r, name, line);
	return true;
}

void
dnsname_read_zone(struct dnsname_reading *r, struct str text)
{
	struct zones all = { .r = r, .origins = map_new(SIZE_MAX) };
	struct zone_text z;

	begin(&z, text);
	while (z.at < text.n)
		read_entry(&all, &z);
	if (!all.apex)
		map_each(all.origins, take_highest, &all);
	map_free(all.origins);
}
