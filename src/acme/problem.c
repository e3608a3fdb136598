/* problem.c - what an authority refused, and who has to do something about
 * it (RFC 8555 section 6.7). */
#include "acme/session.h"

#include <stdio.h>

enum {
	DEFAULT_LIMIT = 3600, /* seconds, when it does not say how long */
	TOO_MANY = 429,
	SERVER_ERROR = 500
};

struct meaning {
	const char *type;
	const char *code;
	enum acme_fault fault;
};

/* Of requests. */
static const struct meaning requests[] = {
	{ "rateLimited", "acme.limited", ACME_LIMITED },
	{ "caa", "acme.caa", ACME_DOMAIN },
	{ "dns", "acme.dns", ACME_DOMAIN },
	{ "rejectedIdentifier", "acme.rejected", ACME_DOMAIN },
	{ "unsupportedIdentifier", "acme.rejected", ACME_DOMAIN },
	{ "accountDoesNotExist", "acme.account", ACME_REFUSED },
	{ "unauthorized", "acme.account", ACME_REFUSED },
	{ "externalAccountRequired", "acme.binding", ACME_REFUSED },
	{ "userActionRequired", "acme.terms", ACME_REFUSED },
	{ "invalidProfile", "acme.profile", ACME_REFUSED },
	{ "invalidContact", "acme.contact", ACME_REFUSED },
	{ "unsupportedContact", "acme.contact", ACME_REFUSED },
	{ "malformed", "acme.malformed", ACME_OURS },
	{ "badCSR", "acme.malformed", ACME_OURS },
	{ "badPublicKey", "acme.malformed", ACME_OURS },
	{ "badSignatureAlgorithm", "acme.malformed", ACME_OURS },
};

/* Of challenges: what the authority saw at the domain. */
static const struct meaning proofs[] = {
	{ "rateLimited", "acme.limited", ACME_LIMITED },
	{ "caa", "acme.caa", ACME_DOMAIN },
	{ "dns", "acme.dns", ACME_DOMAIN },
	{ "connection", "acme.connection", ACME_DOMAIN },
	{ "tls", "acme.tls", ACME_DOMAIN },
	{ "unauthorized", "acme.wrong_answer", ACME_DOMAIN },
	{ "incorrectResponse", "acme.wrong_answer", ACME_DOMAIN },
	{ "rejectedIdentifier", "acme.rejected", ACME_DOMAIN },
	{ "serverInternal", "acme.ca_trouble", ACME_CA },
};

static const struct meaning *
look_up(const struct meaning *all, size_t n, const char *type)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(str_of(all[i].type), str_of(type)))
			return &all[i];
	return NULL;
}

static void
note_until(struct acme_session *s, enum acme_fault fault)
{
	int64_t now = acme_clock(s);
	int64_t wait = acme_read_retry_after(str_of(s->reply.retry_after), now);

	if (wait == 0 && fault == ACME_LIMITED)
		wait = DEFAULT_LIMIT;
	s->trouble->until = wait > 0 ? now + wait : 0;
}

static enum acme_fault
note(struct acme_session *s, const struct meaning *m,
     const struct acme_problem *p)
{
	(void)snprintf(s->trouble->problem, sizeof s->trouble->problem, "%s",
		       p->type);
	if (m->fault == ACME_LIMITED || m->fault == ACME_CA)
		note_until(s, m->fault);
	return acme_fail(s, m->fault, m->code,
			 p->words[0] ? p->words : p->type);
}

enum acme_fault
acme_problem_fault(struct acme_session *s, long status,
		   const struct acme_problem *p)
{
	static const struct meaning limited = { "", "acme.limited",
						ACME_LIMITED };
	static const struct meaning ill = { "", "acme.ca_trouble", ACME_CA };
	const struct meaning *m =
		look_up(requests, COUNT_OF(requests), p->type);
	struct acme_problem said = *p;

	s->no_account = str_eq(str_of(p->type), S("accountDoesNotExist"));
	if (!said.words[0] && !said.type[0])
		(void)snprintf(said.words, sizeof said.words, "HTTP %ld",
			       status);
	if (status == TOO_MANY)
		m = &limited;
	else if (!m || status >= SERVER_ERROR)
		m = &ill;
	return note(s, m, &said);
}

enum acme_fault
acme_proof_fault(struct acme_session *s, const struct acme_problem *p)
{
	static const struct meaning other = { "", "acme.challenge",
					      ACME_DOMAIN };
	const struct meaning *m = look_up(proofs, COUNT_OF(proofs), p->type);

	return note(s, m ? m : &other, p);
}

void
acme_forget(struct acme_trouble *t)
{
	*t = (struct acme_trouble){ .orders = t->orders,
				    .failed_proofs = t->failed_proofs };
}

static bool
is_code(const struct acme_trouble *t, const char *code)
{
	return str_eq(str_of(t->diag.code), str_of(code));
}

bool
acme_other_way(const struct acme_trouble *t)
{
	return t->fault == ACME_DOMAIN &&
	       (is_code(t, "acme.connection") || is_code(t, "acme.tls") ||
		is_code(t, "acme.wrong_answer") ||
		is_code(t, "acme.challenge"));
}

bool
acme_other_ca(const struct acme_trouble *t)
{
	switch (t->fault) {
	case ACME_LIMITED:
	case ACME_CA:
	case ACME_REFUSED:
		return true;
	case ACME_DOMAIN:
		return is_code(t, "acme.caa") || is_code(t, "acme.rejected");
	case ACME_OURS:
		return is_code(t, "acme.malformed");
	default:
		return false;
	}
}

enum err
acme_err(const struct acme_trouble *t)
{
	switch (t->fault) {
	case ACME_FINE:
		return ERR_NONE;
	case ACME_LIMITED:
		return ERR_BUSY;
	case ACME_CA:
		return ERR_IO;
	case ACME_STOPPED:
		return ERR_STOP;
	default:
		return ERR_SYNTAX;
	}
}

enum err
acme_bad_call(struct acme_trouble *t, const char *code)
{
	t->fault = ACME_OURS;
	return diag_set(&t->diag, ERR_SYNTAX, code, 0, "%s", "");
}
