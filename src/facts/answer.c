/* answer.c - answers are copied in: whoever found them keeps nothing. */
#include "base/base.h"
#include "facts/facts.h"
#include "facts/private.h"

#include <string.h>

enum { RR_MAX = 1000, CHAIN_MAX = 32, NAMES_MAX = 500, SENT_MAX = 16 };

/* A copy of an array without the texts in it; NULL when full. */
static void *
copy_array(struct facts *f, const void *from, size_t *n, size_t max,
	   size_t size)
{
	void *to;

	if (*n > max)
		*n = max;
	to = arena_array(f->mem, *n, size);
	if (!to)
		f->full = true;
	else if (*n > 0)
		memcpy(to, from, *n * size);
	return to;
}

static bool
copy_rrs(struct facts *f, struct facts_dns *d)
{
	struct facts_rr *rr = copy_array(f, d->rr, &d->n, RR_MAX, sizeof(*rr));

	if (!rr)
		return false;
	for (size_t i = 0; i < d->n; i++)
		if (!facts_copy(f, &rr[i].data))
			return false;
	d->rr = rr;
	return true;
}

static bool
copy_texts(struct facts *f, const struct str **texts, size_t *n, size_t max)
{
	struct str *copy = copy_array(f, *texts, n, max, sizeof(*copy));

	if (!copy)
		return false;
	for (size_t i = 0; i < *n; i++)
		if (!facts_copy(f, &copy[i]))
			return false;
	*texts = copy;
	return true;
}

bool
facts_put_dns(struct facts *f, const struct facts_dns *answer)
{
	const struct facts_question question = { .kind = FACTS_DNS,
						 .name = answer->name,
						 .type = answer->type,
						 .direct = answer->direct,
						 .address = answer->server };
	struct facts_entry *e = facts_entry_of(f, &question);
	struct facts_dns *d = arena_alloc(f->mem, sizeof(*d));

	if (!e || !d) {
		f->full = true;
		return false;
	}
	*d = *answer;
	d->name = e->question.name;
	if (!copy_rrs(f, d) || !facts_copy(f, &d->why) ||
	    !copy_texts(f, &d->chain, &d->chain_n, CHAIN_MAX))
		return false;
	e->dns = d;
	return true;
}

static bool
copy_sent(struct facts *f, struct facts_cert *c)
{
	struct facts_der *sent =
		copy_array(f, c->sent, &c->sent_n, SENT_MAX, sizeof(*sent));

	if (!sent)
		return false;
	for (size_t i = 0; i < c->sent_n; i++)
		if (!facts_copy(f, &sent[i].cert) ||
		    !facts_copy(f, &sent[i].spki))
			return false;
	c->sent = sent;
	return true;
}

static bool
copy_tls(struct facts *f, struct facts_tls *tls)
{
	struct facts_cert *c = &tls->cert;

	return facts_copy(f, &tls->cipher) &&
	       copy_texts(f, &c->names, &c->names_n, NAMES_MAX) &&
	       facts_copy(f, &c->common_name) && facts_copy(f, &c->issuer) &&
	       facts_copy(f, &c->key_type) && copy_sent(f, c);
}

bool
facts_put_web(struct facts *f, const struct facts_question *question,
	      const struct facts_web *answer)
{
	struct facts_entry *e = facts_entry_of(f, question);
	struct facts_web *w = arena_alloc(f->mem, sizeof(*w));

	if (!e || !w) {
		f->full = true;
		return false;
	}
	*w = *answer;
	if (!facts_copy(f, &w->why) || !copy_tls(f, &w->tls) ||
	    !facts_copy(f, &w->type) || !facts_copy(f, &w->encoding) ||
	    !facts_copy(f, &w->location) || !facts_copy(f, &w->server) ||
	    !facts_copy(f, &w->body))
		return false;
	e->web = w;
	return true;
}

bool
facts_put_mail(struct facts *f, const struct facts_question *question,
	       const struct facts_mail *answer)
{
	struct facts_entry *e = facts_entry_of(f, question);
	struct facts_mail *m = arena_alloc(f->mem, sizeof(*m));

	if (!e || !m) {
		f->full = true;
		return false;
	}
	*m = *answer;
	if (!facts_copy(f, &m->why) || !facts_copy(f, &m->banner) ||
	    !copy_tls(f, &m->tls))
		return false;
	e->mail = m;
	return true;
}
