/* prove.c - an authorisation: showing that the name is ours (RFC 8555
 * section 7.5). */
#include "acme/session.h"
#include "seal/seal.h"

#include <stdio.h>
#include <string.h>

/* What is served while the authority looks; texts of the challenge. */
struct shown {
	struct acme_challenge challenge;
	char authorization[ACME_AUTHORIZATION_SIZE];
	char txt[64];
};

static enum acme_fault
read_proof(struct acme_session *s, const struct acme_wanted *w, const char *url,
	   struct acme_proof *out)
{
	enum acme_fault fault = acme_post(s, url, S(""));

	if (fault != ACME_FINE)
		return fault;
	if (acme_read_proof(buf_str(&s->reply.body), out, &s->trouble->diag) !=
	    ERR_NONE)
		return acme_fail(s, ACME_CA, "acme.bad_answer",
				 "authorization");
	if (!str_eq_fold(str_of(out->name), w->name))
		return acme_fail(s, ACME_CA, "acme.bad_answer", "identifier");
	return ACME_FINE;
}

/* ---- what to show ---- */

static enum acme_fault
make_shown(struct acme_session *s, const struct acme_wanted *w,
	   enum acme_type type, const struct acme_offer *offer,
	   struct shown *out)
{
	SCOPED_BUF txt = BUF(sizeof out->txt - 1);
	char thumbprint[ACME_THUMBPRINT_SIZE];
	struct acme_challenge *c = &out->challenge;

	if (!acme_thumbprint(s->o->account_key, thumbprint))
		return acme_fail(s, ACME_OURS, "acme.bad_key", "");
	(void)snprintf(out->authorization, sizeof out->authorization, "%s.%s",
		       offer->token, thumbprint);
	*c = (struct acme_challenge){
		.type = type,
		.name = w->name,
		.token = str_of(offer->token),
		.authorization = str_of(out->authorization),
	};
	seal_hash_of(c->authorization, c->digest);
	(void)acme_base64url(
		(struct str){ (const char *)c->digest, sizeof c->digest },
		&txt);
	(void)snprintf(out->txt, sizeof out->txt, "%s", buf_c(&txt));
	c->txt = str_of(out->txt);
	return ACME_FINE;
}

/* ---- the authority looks ---- */

/* What the challenge says; failing that, any other of the same name. */
static enum acme_fault
failed(struct acme_session *s, const struct acme_proof *proof,
       enum acme_type type)
{
	const struct acme_problem *p = &proof->offers[type].problem;

	for (size_t t = 0; t < ACME_TYPES && !p->type[0]; t++)
		p = &proof->offers[t].problem;
	s->trouble->failed_proofs++;
	s->trouble->type = type;
	return acme_proof_fault(s, p);
}

static bool
is_open(const struct acme_proof *p)
{
	return p->status == ACME_PENDING || p->status == ACME_PROCESSING;
}

static enum acme_fault
look(struct acme_session *s, const struct acme_wanted *w, const char *url,
     enum acme_type type, struct acme_proof *proof)
{
	const struct acme_offer *offer = &proof->offers[type];
	enum acme_fault fault = ACME_FINE;

	/* One of before may be under way: it need not be asked for again. */
	if (offer->status == ACME_PENDING)
		fault = acme_post(s, offer->url, S("{}"));
	for (unsigned round = 0; fault == ACME_FINE; round++) {
		fault = read_proof(s, w, url, proof);
		if (fault != ACME_FINE || !is_open(proof))
			break;
		fault = acme_wait(s, round);
	}
	if (fault != ACME_FINE)
		return fault;
	return proof->status == ACME_VALID ? ACME_FINE : failed(s, proof, type);
}

static enum acme_fault
show_and_look(struct acme_session *s, const struct acme_wanted *w,
	      const char *url, enum acme_type type, struct acme_proof *proof)
{
	const struct acme_hooks *h = &s->o->hooks;
	struct shown shown;
	struct diag why = { 0 };
	enum acme_fault fault =
		make_shown(s, w, type, &proof->offers[type], &shown);

	if (fault != ACME_FINE)
		return fault;
	if (!h->publish(h->ctx, &shown.challenge, &why)) {
		fault = acme_fail(s, ACME_OURS,
				  why.code[0] ? why.code : "acme.not_served",
				  why.detail);
	} else {
		struct acme_proof later = *proof;

		fault = look(s, w, url, type, &later);
		h->withdraw(h->ctx, &shown.challenge);
	}
	return fault;
}

enum acme_fault
acme_prove(struct acme_session *s, const struct acme_wanted *w, const char *url,
	   size_t *from)
{
	struct acme_proof proof;
	enum acme_fault fault = read_proof(s, w, url, &proof);

	if (fault != ACME_FINE || proof.status == ACME_VALID)
		return fault;
	while (*from < w->type_n) {
		enum acme_type type = w->types[(*from)++];

		if (type >= ACME_TYPES || !proof.offers[type].offered)
			continue;
		return is_open(&proof) ? show_and_look(s, w, url, type, &proof)
				       : failed(s, &proof, type);
	}
	return acme_fail(s, ACME_CA, "acme.no_challenge", "");
}
