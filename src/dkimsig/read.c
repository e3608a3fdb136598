/* read.c - the signatures of a message: what their fields say, and the hashes
 * that hold for them. */
#include "dkimsig/private.h"

#include "dnsname/dnsname.h"

#include <string.h>

enum { BODIES_MAX = 4, IDENTITY_MAX = 1024 };

/* A form of the body that was hashed. */
struct body {
	bool relaxed, length;
	uint64_t most, size;
	uint8_t digest[DKIMSIG_DIGEST];
};

struct reading {
	struct arena *mem;
	struct dkimsig_head head;
	struct body body[BODIES_MAX];
	size_t bodies;
};

/* What a signature says, still as text. */
struct claim {
	struct dkimsig_tags raw;
	struct str a, bh, c, d, h, i, l, q, s, x;
	bool relaxed_head, relaxed_body;
	uint64_t most;
};

static bool
tighten(struct claim *c, struct arena *mem, struct str *b)
{
	const struct dkimsig_tags *r = &c->raw;
	const struct {
		struct str from;
		struct str *to;
	} each[] = {
		{ r->a, &c->a }, { r->bh, &c->bh }, { r->c, &c->c },
		{ r->d, &c->d }, { r->h, &c->h },   { r->i, &c->i },
		{ r->l, &c->l }, { r->q, &c->q },   { r->s, &c->s },
		{ r->x, &c->x }, { r->b, b },
	};

	for (size_t i = 0; i < COUNT_OF(each); i++)
		if (!dkimsig_tight(each[i].from, mem, each[i].to))
			return false;
	return true;
}

static bool
has_word(struct str list, char separator, struct str word)
{
	struct str piece;

	while (str_split(&list, separator, &piece))
		if (str_eq_fold(piece, word))
			return true;
	return false;
}

static bool
read_form(struct claim *c)
{
	struct str rest = c->c.n > 0 ? c->c : S("simple"), head, body;

	if (!str_split(&rest, '/', &head))
		return false;
	body = rest.n > 0 ? rest : S("simple");
	c->relaxed_head = str_eq_fold(head, S("relaxed"));
	c->relaxed_body = str_eq_fold(body, S("relaxed"));
	return (c->relaxed_head || str_eq_fold(head, S("simple"))) &&
	       (c->relaxed_body || str_eq_fold(body, S("simple")));
}

static enum dkimsig_fault
read_algorithm(struct claim *c, struct dkimsig *out)
{
	out->ed25519 = str_eq_fold(c->a, S("ed25519-sha256"));
	if (str_eq_fold(c->a, S("rsa-sha1")))
		return DKIMSIG_SHA1;
	if (!out->ed25519 && !str_eq_fold(c->a, S("rsa-sha256")))
		return DKIMSIG_ALGORITHM;
	if (!read_form(c) || (c->q.n > 0 && !has_word(c->q, ':', S("dns/txt"))))
		return DKIMSIG_ALGORITHM;
	return DKIMSIG_SOUND;
}

static bool
read_names(const struct claim *c, struct arena *mem, struct dkimsig *out)
{
	struct str identity = str_sub(c->i, 0, IDENTITY_MAX);
	size_t at = SIZE_MAX;

	if (!dnsname_fold(c->d, mem, &out->domain) ||
	    !dnsname_fold(c->s, mem, &out->selector)) {
		out->domain = out->selector = S("");
		return false;
	}
	out->identity = out->domain;
	if (!c->raw.i.p)
		return true;
	for (size_t i = 0; i < identity.n; i++)
		if (identity.p[i] == '@')
			at = i;
	return at != SIZE_MAX &&
	       dnsname_fold(str_sub(identity, at + 1, SIZE_MAX), mem,
			    &out->identity) &&
	       dnsname_within(out->identity, out->domain);
}

static bool
read_numbers(struct claim *c, struct dkimsig *out)
{
	c->most = UINT64_MAX;
	out->length = c->raw.l.p != NULL;
	if (out->length && !str_u64(c->l, &c->most))
		return false;
	return !c->raw.x.p ||
	       (str_i64(c->x, &out->expires) && out->expires > 0);
}

static enum dkimsig_fault
read_claim(struct claim *c, struct arena *mem, struct dkimsig *out)
{
	struct str version;

	if (!dkimsig_tight(c->raw.v, mem, &version) ||
	    !tighten(c, mem, &out->value))
		return DKIMSIG_TOO_MUCH;
	if (!read_names(c, mem, out) || !str_eq(version, S("1")) ||
	    out->value.n == 0 || out->value.n > DKIMSIG_VALUE_MAX ||
	    c->bh.n == 0 || c->a.n == 0 || !has_word(c->h, ':', S("from")) ||
	    !read_numbers(c, out))
		return DKIMSIG_SYNTAX;
	return read_algorithm(c, out);
}

/* ---- hashes ---- */

static const struct body *
body_of(struct reading *r, const struct claim *c)
{
	struct body *b = r->body;

	for (size_t i = 0; i < r->bodies; i++, b++)
		if (b->relaxed == c->relaxed_body && b->most == c->most)
			return b;
	if (r->bodies == BODIES_MAX)
		return NULL;
	r->bodies++;
	b->relaxed = c->relaxed_body;
	b->most = c->most;
	b->size =
		dkimsig_hash_body(r->head.body, b->relaxed, b->most, b->digest);
	return b;
}

static enum dkimsig_fault
check_body(struct reading *r, const struct claim *c, struct dkimsig *out)
{
	const struct body *b = body_of(r, c);
	uint8_t wanted[DKIMSIG_DIGEST + 4];

	if (!b)
		return DKIMSIG_TOO_MUCH;
	/* 43 digits and one "=". */
	if (c->bh.n != 44 || dkimsig_base64(c->bh, wanted) != DKIMSIG_DIGEST)
		return DKIMSIG_SYNTAX;
	if (out->length && c->most > b->size)
		return DKIMSIG_LENGTH;
	out->partly = out->length && c->most < b->size;
	return memcmp(wanted, b->digest, DKIMSIG_DIGEST) == 0 ? DKIMSIG_SOUND
							      : DKIMSIG_BODY;
}

/* The last one of that name that is not taken yet. */
static struct dkimsig_field *
field_for(struct dkimsig_head *head, struct str name)
{
	for (size_t i = head->n; i > 0; i--) {
		struct dkimsig_field *f = &head->at[i - 1];

		if (!f->used && str_eq_fold(f->name, name)) {
			f->used = true;
			return f;
		}
	}
	return NULL;
}

/* A name may stand there oftener than there are fields: that adds nothing. */
static void
hash_head(struct reading *r, const struct claim *c,
	  const struct dkimsig_field *own, struct dkimsig *out)
{
	struct seal_hash *h = seal_hash_new();
	struct str names = c->h, name;
	const char *from = c->raw.b.p;

	for (size_t i = 0; i < r->head.n; i++)
		r->head.at[i].used = false;
	while (str_split(&names, ':', &name)) {
		const struct dkimsig_field *f = field_for(&r->head, name);

		if (!f)
			continue;
		dkimsig_add_field(h, f, c->relaxed_head, f->whole.p,
				  f->whole.p);
		seal_hash_add(h, S("\r\n"));
	}
	dkimsig_add_field(h, own, c->relaxed_head, from, from + c->raw.b.n);
	seal_hash_end(h, out->digest);
}

/* The names in h= and the fields make work for each other. */
enum { NAMES_MAX = 256 };

static bool
too_many_names(struct str names)
{
	size_t n = 0;

	for (size_t i = 0; i < names.n; i++)
		n += names.p[i] == ':';
	return n >= NAMES_MAX;
}

static void
read_one(struct reading *r, const struct dkimsig_field *f, struct dkimsig *out)
{
	struct claim c = { 0 };

	*out = (struct dkimsig){ .fault = DKIMSIG_SYNTAX };
	if (f->whole.n > DKIMSIG_FIELD_MAX || !dkimsig_tags(f->value, &c.raw) ||
	    !c.raw.b.p)
		return;
	out->fault = read_claim(&c, r->mem, out);
	if (out->fault == DKIMSIG_SOUND && too_many_names(c.h))
		out->fault = DKIMSIG_TOO_MUCH;
	if (out->fault == DKIMSIG_SOUND)
		out->fault = check_body(r, &c, out);
	if (out->fault == DKIMSIG_SOUND)
		hash_head(r, &c, f, out);
	else
		out->value = S("");
}

bool
dkimsig_read(struct str message, struct arena *mem, struct dkimsig_mail *out)
{
	struct reading r = { .mem = mem };
	const struct dkimsig_field *from = NULL;
	size_t authors = 0;

	*out = (struct dkimsig_mail){ 0 };
	if (!dkimsig_head(message, mem, &r.head))
		return false;
	for (size_t i = 0; i < r.head.n; i++) {
		const struct dkimsig_field *f = &r.head.at[i];

		if (str_eq_fold(f->name, S("from"))) {
			from = f;
			authors++;
		}
		if (!str_eq_fold(f->name, S("dkim-signature")))
			continue;
		if (out->n == DKIMSIG_MAX)
			out->more = true;
		else
			read_one(&r, f, &out->sig[out->n++]);
	}
	return authors != 1 || dkimsig_author(from->value, mem, &out->author);
}
