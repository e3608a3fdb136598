/* order.c - a certificate, from wish to chain (RFC 8555 section 7.4), at one
 * authority after the other. */
#include "acme/session.h"
#include "json/json.h"
#include "seal/seal.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { PAYLOAD_MAX = 8192, CSR_MAX = 4096, FINALIZE_TRIES = 20 };

/* One order at one authority. */
struct job {
	struct acme_session *s;
	const struct acme_wanted *w;
	EVP_PKEY *account;
	EVP_PKEY *key; /* of the certificate */
	struct arena *mem;
	struct acme_issued *out;
	char url[ACME_URL_SIZE];
	struct acme_order_state state;
	bool replaces;         /* the order said what it replaces */
	bool without_replaces; /* the authority did not want to hear of it */
};

/* ---- asking for it ---- */

static bool
put_replaces(const struct job *job, struct json_out *j)
{
	const struct acme_wanted *w = job->w;
	char id[ACME_ID_SIZE];

	if (job->without_replaces || !job->s->directory.renewal[0] ||
	    !str_eq(w->previous_directory, job->s->ca->directory) ||
	    !acme_chain_id(w->previous, id))
		return false;
	json_put_str(j, "replaces", str_of(id));
	return true;
}

/* True when it says what it replaces. */
static bool
put_order(const struct job *job, struct buf *out)
{
	struct json_out j = JSON_OUT(out);
	bool replaces;

	json_open_object(&j, NULL);
	json_open_array(&j, "identifiers");
	json_open_object(&j, NULL);
	json_put_str(&j, "type", S("dns"));
	json_put_str(&j, "value", job->w->name);
	json_close_object(&j);
	json_close_array(&j);
	if (job->s->ca->profile.n > 0)
		json_put_str(&j, "profile", job->s->ca->profile);
	replaces = put_replaces(job, &j);
	json_close_object(&j);
	return replaces;
}

static enum acme_fault
read_order(struct job *job)
{
	struct acme_session *s = job->s;

	if (acme_read_order(buf_str(&s->reply.body), &job->state,
			    &s->trouble->diag) != ERR_NONE)
		return acme_fail(s, ACME_CA, "acme.bad_answer", "order");
	return ACME_FINE;
}

static enum acme_fault
post_order(struct job *job)
{
	SCOPED_BUF payload = BUF(PAYLOAD_MAX);
	struct acme_session *s = job->s;
	enum acme_fault fault = acme_account_open(s);

	if (fault != ACME_FINE)
		return fault;
	job->replaces = put_order(job, &payload);
	fault = acme_post(s, s->directory.order, buf_str(&payload));
	if (fault != ACME_FINE)
		return fault;
	s->trouble->orders++;
	(void)snprintf(job->url, sizeof job->url, "%s", s->reply.location);
	if (!job->url[0])
		return acme_fail(s, ACME_CA, "acme.bad_answer", "Location");
	return read_order(job);
}

/* The URL that was handed in is an account's that the authority has lost, or
 * that belongs to another key. */
static bool
wrong_account(const struct acme_session *s, enum acme_fault fault)
{
	return s->ca->kid.n > 0 && str_eq(s->ca->kid, str_of(s->kid)) &&
	       (fault == ACME_REFUSED || fault == ACME_OURS);
}

/* The problem for it is alreadyReplaced, but some say malformed. */
static bool
wrong_replaces(const struct job *job, enum acme_fault fault)
{
	return job->replaces &&
	       (fault == ACME_OURS ||
		str_eq(str_of(job->s->trouble->problem), S("alreadyReplaced")));
}

/* With the account that the key has, when the one handed in is refused; and
 * without saying what it replaces, when that is. Each once. */
static enum acme_fault
new_order(struct job *job)
{
	struct acme_session *s = job->s;
	enum acme_fault fault = post_order(job);

	if (wrong_replaces(job, fault)) {
		acme_forget(s->trouble);
		job->without_replaces = true;
		fault = post_order(job);
	}
	if (wrong_account(s, fault)) {
		acme_forget(s->trouble);
		s->kid[0] = '\0';
		fault = post_order(job);
	}
	return fault;
}

/* ---- until it is there ---- */

static enum acme_fault
prove_all(struct job *job, size_t *from)
{
	const size_t start = *from;

	for (size_t i = 0; i < job->state.proof_n; i++) {
		size_t next = start;
		enum acme_fault fault =
			acme_prove(job->s, job->w, job->state.proofs[i], &next);

		if (next > *from)
			*from = next;
		if (fault != ACME_FINE)
			return fault;
	}
	return ACME_FINE;
}

static enum acme_fault
look_again(struct job *job, unsigned round)
{
	enum acme_fault fault = acme_wait(job->s, round);

	if (fault == ACME_FINE)
		fault = acme_post(job->s, job->url, S(""));
	return fault == ACME_FINE ? read_order(job) : fault;
}

/* Until the order is no longer in `state`. */
static enum acme_fault
leave(struct job *job, enum acme_status state)
{
	enum acme_fault fault = ACME_FINE;

	for (unsigned i = 0; fault == ACME_FINE && job->state.status == state;
	     i++)
		fault = look_again(job, i);
	if (fault != ACME_FINE || job->state.status < ACME_INVALID)
		return fault;
	if (job->state.problem.type[0])
		return acme_proof_fault(job->s, &job->state.problem);
	return acme_fail(job->s, ACME_CA, "acme.ca_trouble", "invalid");
}

static enum acme_fault
post_request(struct job *job)
{
	SCOPED_BUF csr = BUF(CSR_MAX);
	SCOPED_BUF text = BUF(CSR_MAX * 2);
	SCOPED_BUF payload = BUF(PAYLOAD_MAX * 2);
	struct json_out j = JSON_OUT(&payload);
	enum acme_fault fault;

	if (!acme_csr(job->key, job->w->name, &csr) ||
	    !acme_base64url(buf_str(&csr), &text))
		return acme_fail(job->s, ACME_OURS, "acme.bad_key", "");
	json_open_object(&j, NULL);
	json_put_str(&j, "csr", buf_str(&text));
	json_close_object(&j);
	fault = acme_post(job->s, job->state.finalize, buf_str(&payload));
	return fault == ACME_FINE ? read_order(job) : fault;
}

/* An authority of several machines may not know yet that it is ready. */
static enum acme_fault
finalize(struct job *job)
{
	struct acme_trouble *t = job->s->trouble;
	enum acme_fault fault = post_request(job);

	for (unsigned i = 0; fault != ACME_FINE && i < FINALIZE_TRIES &&
			     str_eq(str_of(t->problem), S("orderNotReady"));
	     i++) {
		acme_forget(t);
		fault = acme_wait(job->s, i);
		if (fault == ACME_FINE)
			fault = post_request(job);
	}
	return fault;
}

/* ---- what came ---- */

static enum acme_fault
fetch(struct job *job)
{
	SCOPED_BUF chain = BUF(ACME_CHAIN_MAX);
	struct acme_session *s = job->s;
	struct diag *why = &s->trouble->diag;
	struct acme_issued *out = job->out;
	enum acme_fault fault = acme_post(s, job->state.certificate, S(""));

	if (fault != ACME_FINE)
		return fault;
	if (acme_parse_chain(buf_str(&s->reply.body), &chain, why) !=
		    ERR_NONE ||
	    acme_chain_check(buf_str(&chain), job->key, job->w->name,
			     acme_clock(s), why) != ERR_NONE ||
	    !acme_chain_dates(buf_str(&chain), &out->not_before,
			      &out->not_after))
		return acme_fail(s, ACME_CA, "acme.bad_chain", "");
	if (!arena_dup(job->mem, buf_str(&chain), &out->chain))
		return acme_fail(s, ACME_OURS, "acme.memory", "");
	out->ca = s->index;
	out->replaced = job->replaces;
	(void)snprintf(out->kid, sizeof out->kid, "%s", s->kid);
	return ACME_FINE;
}

/* Advice is welcome, but a certificate is good without it. */
static void
ask_advice(struct acme_session *s, struct acme_issued *out)
{
	struct acme_trouble unimportant = { 0 };
	struct acme_trouble *trouble = s->trouble;
	enum acme_fault fault;

	s->trouble = &unimportant;
	fault = acme_window_ask(s, out->chain, &out->window);
	s->trouble = trouble;
	(void)fault;
}

/* ---- one order, one authority, all ---- */

static enum acme_fault
run(struct job *job, size_t *from)
{
	enum acme_fault fault = new_order(job);

	if (fault == ACME_FINE && job->state.status == ACME_PENDING)
		fault = prove_all(job, from);
	if (fault == ACME_FINE)
		fault = leave(job, ACME_PENDING);
	if (fault == ACME_FINE && job->state.status == ACME_READY)
		fault = finalize(job);
	if (fault == ACME_FINE)
		fault = leave(job, ACME_READY);
	if (fault == ACME_FINE)
		fault = leave(job, ACME_PROCESSING);
	if (fault == ACME_FINE && job->state.status != ACME_VALID)
		fault = acme_fail(job->s, ACME_CA, "acme.bad_answer", "status");
	return fault;
}

/* A challenge that failed spoils its order: another way needs another order.
 * The first failure is the one to tell. */
static enum acme_fault
every_way(struct job *job)
{
	struct acme_trouble *t = job->s->trouble;
	struct acme_trouble first;
	size_t from = 0;
	enum acme_fault fault = run(job, &from);

	while (fault != ACME_FINE && from < job->w->type_n &&
	       acme_other_way(t)) {
		first = *t;
		acme_forget(t);
		fault = run(job, &from);
		if (fault == ACME_FINE)
			break;
		first.orders = t->orders;
		first.failed_proofs = t->failed_proofs;
		*t = first;
	}
	return fault == ACME_FINE ? ACME_FINE : t->fault;
}

static enum acme_fault
order_at(struct job *job, const struct acme_options *o, size_t ca,
	 struct acme_trouble *trouble)
{
	struct acme_session s;
	enum acme_fault fault;

	job->s = &s;
	job->without_replaces = false;
	fault = acme_session_begin(&s, o, ca, job->account, trouble);
	if (fault == ACME_FINE && job->s->ca->profile.n > 0 &&
	    !s.directory.profile_known)
		fault = acme_fail(&s, ACME_REFUSED, "acme.profile", s.place);
	if (fault == ACME_FINE)
		fault = every_way(job);
	if (fault == ACME_FINE)
		fault = fetch(job);
	if (fault == ACME_FINE)
		ask_advice(&s, job->out);
	acme_session_end(&s);
	job->s = NULL;
	return fault;
}

/* The first one's reason is told, and the earliest moment at which one of
 * them may be asked again; 0 when one of them has not named any. */
static void
merge(struct acme_trouble *all, const struct acme_trouble *one)
{
	bool first = all->fault == ACME_FINE;
	int64_t until = all->until;

	if (first) {
		*all = *one;
		return;
	}
	all->until = one->until < until ? one->until : until;
	all->orders = one->orders;
	all->failed_proofs = one->failed_proofs;
}

static enum acme_fault
at_one_of_them(struct job *job, const struct acme_options *o,
	       struct acme_trouble *trouble)
{
	struct acme_trouble all = { 0 };

	for (size_t i = 0; i < o->ca_n; i++) {
		struct acme_trouble one = { .orders = all.orders,
					    .failed_proofs =
						    all.failed_proofs };

		if (order_at(job, o, i, &one) == ACME_FINE ||
		    !acme_other_ca(&one)) {
			*trouble = one;
			return one.fault;
		}
		merge(&all, &one);
	}
	*trouble = all;
	return all.fault;
}

/* ---- keys and what is handed in ---- */

static bool
is_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '.'))
			return false;
	}
	return s.n > 0 && s.n <= ACME_NAME_MAX && s.p[0] != '.' &&
	       s.p[s.n - 1] != '.';
}

static bool
get_key(struct job *job)
{
	SCOPED_BUF made = BUF(ACME_KEY_MAX);
	struct str der = job->w->key;

	if (der.n == 0 && acme_key_make(&made))
		der = buf_str(&made);
	job->key = arena_dup(job->mem, der, &job->out->key) ? acme_key_load(der)
							    : NULL;
	if (made.p)
		seal_wipe(made.p, made.room);
	return job->key != NULL;
}

enum err
acme_order(const struct acme_options *o, const struct acme_wanted *w,
	   struct arena *mem, struct acme_issued *out,
	   struct acme_trouble *trouble)
{
	struct job job = { .w = w, .mem = mem, .out = out };

	memset(out, 0, sizeof *out);
	memset(trouble, 0, sizeof *trouble);
	if (!is_name(w->name) || w->type_n == 0 || w->type_n > ACME_TYPES ||
	    o->ca_n == 0)
		return acme_bad_call(trouble, "acme.bad_wish");
	job.account = acme_key_load(o->account_key);
	if (job.account && get_key(&job))
		(void)at_one_of_them(&job, o, trouble);
	else
		(void)acme_bad_call(trouble, "acme.bad_key");
	EVP_PKEY_free(job.key);
	EVP_PKEY_free(job.account);
	return acme_err(trouble);
}
