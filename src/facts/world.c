/* world.c - a closed world in text: what a test or an example says of DNS. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "facts/private.h"

#include <string.h>

enum { HOPS_MAX = 10, RRS_MAX = 100, DEFAULT_TTL = 3600, WORD_MAX = 66000 };

static const struct {
	const char *word;
	enum facts_type type;
} types[] = {
	{ "A", FACTS_A },           { "NS", FACTS_NS },
	{ "CNAME", FACTS_CNAME },   { "SOA", FACTS_SOA },
	{ "PTR", FACTS_PTR },       { "MX", FACTS_MX },
	{ "TXT", FACTS_TXT },       { "AAAA", FACTS_AAAA },
	{ "DS", FACTS_DS },         { "SPF", FACTS_SPF },
	{ "TLSA", FACTS_TLSA },     { "CAA", FACTS_CAA },
	{ "DNSKEY", FACTS_DNSKEY },
};

static const struct {
	const char *word;
	enum facts_status status;
} states[] = {
	{ "NODATA", FACTS_NODATA },     { "NXDOMAIN", FACTS_NXDOMAIN },
	{ "SERVFAIL", FACTS_SERVFAIL }, { "BOGUS", FACTS_BOGUS },
	{ "REFUSED", FACTS_REFUSED },   { "TIMEOUT", FACTS_TIMEOUT },
	{ "LOOP", FACTS_LOOP },
};

static bool
find_type(struct str word, uint16_t *out)
{
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(word, str_of(types[i].word))) {
			*out = (uint16_t)types[i].type;
			return true;
		}
	return false;
}

static bool
find_status(struct str word, enum facts_status *out)
{
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (str_eq(word, str_of(states[i].word))) {
			*out = states[i].status;
			return true;
		}
	return false;
}

/* ---- reading ---- */

static struct str
next_word(struct str *rest)
{
	size_t n = 0;
	struct str word;

	*rest = str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	word = str_sub(*rest, 0, n);
	*rest = str_trim(str_sub(*rest, n, SIZE_MAX));
	return word;
}

/* "\DDD" and "\c" as in a zone file (RFC 1035 section 5.1); how many bytes
 * of `s` it took. */
static size_t
unescape(struct str s, struct buf *out)
{
	uint64_t code;

	if (s.n >= 4 && str_u64(str_sub(s, 1, 3), &code) && code < 256) {
		buf_addc(out, (char)code);
		return 4;
	}
	if (s.n >= 2)
		buf_addc(out, s.p[1]);
	return 2;
}

/* `"a" "b"` or a bare word; the strings joined. */
static bool
read_strings(struct str rest, struct buf *out, uint16_t *strings)
{
	size_t i = 0;

	if (rest.n == 0 || rest.p[0] != '"') {
		*strings = 1;
		return buf_add(out, rest);
	}
	while (i < rest.n) {
		if (rest.p[i++] != '"')
			return false;
		while (i < rest.n && rest.p[i] != '"') {
			if (rest.p[i] == '\\')
				i += unescape(str_sub(rest, i, SIZE_MAX), out);
			else
				buf_addc(out, rest.p[i++]);
		}
		if (i++ >= rest.n)
			return false;
		(*strings)++;
		while (i < rest.n && (rest.p[i] == ' ' || rest.p[i] == '\t'))
			i++;
	}
	return !out->full;
}

static bool
read_hex(struct str rest, struct buf *out)
{
	int high = -1;

	for (size_t i = 0; i < rest.n; i++) {
		int digit = str_hex(rest.p[i]);

		if (rest.p[i] == ' ')
			continue;
		if (digit < 0)
			return false;
		if (high < 0) {
			high = digit;
			continue;
		}
		buf_addc(out, (char)(high << 4 | digit));
		high = -1;
	}
	return high < 0 && !out->full;
}

static bool
read_name(struct facts *f, struct str text, struct str *out)
{
	if (text.n > 0 && str_ends(text, S(".")))
		text.n--;
	if (text.n == 0) {
		*out = (struct str)STR("");
		return true;
	}
	return dnsname_fold(text, f->mem, out) && facts_copy(f, out);
}

static bool
read_value(struct facts *f, struct str rest, struct facts_line *line)
{
	SCOPED_BUF bytes = BUF(WORD_MAX);
	uint64_t preference;

	switch (line->type) {
	case FACTS_A:
	case FACTS_AAAA:
		return netaddr_parse(rest, &line->rr.address);
	case FACTS_MX:
		if (!str_u64(next_word(&rest), &preference) ||
		    preference > UINT16_MAX)
			return false;
		line->rr.preference = (uint16_t)preference;
		return read_name(f, rest, &line->rr.data);
	case FACTS_NS:
	case FACTS_CNAME:
	case FACTS_PTR:
		return read_name(f, rest, &line->rr.data);
	case FACTS_SOA:
		return read_name(f, next_word(&rest), &line->rr.data);
	case FACTS_TXT:
	case FACTS_SPF:
		if (!read_strings(rest, &bytes, &line->rr.strings))
			return false;
		break;
	default:
		if (!read_hex(rest, &bytes))
			return false;
	}
	line->rr.data = buf_str(&bytes);
	return facts_copy(f, &line->rr.data);
}

static bool
read_line(struct facts *f, struct str text, struct facts_line *line)
{
	struct str rest = text, word;
	uint64_t ttl;

	line->ttl = DEFAULT_TTL;
	if (!read_name(f, next_word(&rest), &line->name))
		return false;
	word = next_word(&rest);
	if (str_u64(word, &ttl)) {
		line->ttl = (uint32_t)ttl;
		word = next_word(&rest);
	}
	if (str_eq(word, S("secure"))) {
		line->secure = true;
		word = next_word(&rest);
	}
	if (find_status(word, &line->status))
		return rest.n == 0 || find_type(rest, &line->type);
	return find_type(word, &line->type) && read_value(f, rest, line);
}

enum err
facts_put_world(struct facts *f, struct str text, struct diag *why)
{
	struct str line;
	struct facts_line **end = &f->world;

	while (*end)
		end = &(*end)->next;
	for (uint64_t number = 1; str_split(&text, '\n', &line); number++) {
		struct facts_line *new;

		line = str_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		new = arena_alloc(f->mem, sizeof(*new));
		if (!new || !read_line(f, line, new))
			return diag_set(why, ERR_SYNTAX, "facts.bad_line",
					number, "%.*s", STR_ARG(line));
		*end = new;
		end = &new->next;
	}
	return ERR_NONE;
}

/* ---- answering ---- */

/* A line about the name, or about something below it. */
static bool
exists(const struct facts *f, struct str name)
{
	for (const struct facts_line *l = f->world; l; l = l->next) {
		bool gone = l->status == FACTS_NXDOMAIN && l->type == 0;

		if (!gone && dnsname_within(l->name, name))
			return true;
	}
	return false;
}

/* The records of one name and type, or the line that says what went wrong;
 * `n` SIZE_MAX for the latter. */
static const struct facts_line *
find_lines(const struct facts *f, struct str name, uint16_t type,
	   struct facts_rr rr[RRS_MAX], size_t *n)
{
	const struct facts_line *first = NULL;

	*n = 0;
	for (const struct facts_line *l = f->world; l; l = l->next) {
		if (!str_eq(l->name, name))
			continue;
		if (l->status != FACTS_FOUND &&
		    (l->type == 0 || l->type == type)) {
			*n = SIZE_MAX;
			return l;
		}
		if (l->type != type || *n == RRS_MAX)
			continue;
		first = first ? first : l;
		rr[(*n)++] = l->rr;
	}
	return first;
}

struct walk {
	struct str chain[HOPS_MAX];
	size_t hops;
	struct facts_rr rr[RRS_MAX];
};

/* Follows CNAMEs from d->name until there is something to say. */
static void
walk_chain(const struct facts *f, struct facts_dns *d, struct walk *w)
{
	struct str name = d->name;

	d->secure = true;
	d->ttl = UINT32_MAX;
	while (w->hops < HOPS_MAX) {
		size_t n;
		const struct facts_line *l =
			find_lines(f, name, d->type, w->rr, &n);

		if (!l && d->type != FACTS_CNAME)
			l = find_lines(f, name, FACTS_CNAME, w->rr, &n);
		d->secure = d->secure && l && l->secure;
		if (!l || n == SIZE_MAX) {
			d->status = l                 ? l->status
				    : exists(f, name) ? FACTS_NODATA
						      : FACTS_NXDOMAIN;
			return;
		}
		d->ttl = l->ttl < d->ttl ? l->ttl : d->ttl;
		if (l->type == d->type) {
			d->n = n;
			return;
		}
		name = w->chain[w->hops++] = w->rr[0].data;
	}
	d->status = FACTS_LOOP;
}

bool
facts_answer_from_world(struct facts *f, const struct facts_question *question)
{
	struct walk w;
	struct facts_dns d = { .name = question->name,
			       .type = question->type,
			       .direct = question->direct,
			       .authoritative = question->direct,
			       .server = question->address };

	w.hops = 0;
	walk_chain(f, &d, &w);
	if (d.ttl == UINT32_MAX)
		d.ttl = 0;
	d.rr = w.rr;
	d.chain = w.chain;
	d.chain_n = w.hops;
	return facts_put_dns(f, &d);
}
