/* session.c - signed requests to one authority (RFC 8555 section 6). */
#include "acme/session.h"
#include "os/os.h"

#include <stdio.h>
#include <time.h>

enum {
	NONCE_TRIES = 12,
	PATIENCE = 300, /* seconds */
	FIRST_WAIT = 250,
	LONGEST_WAIT = 5000, /* of our own; the authority may ask for more */
	LONGEST_ASKED = 60,  /* seconds; some say a day where they mean soon */
	GOOD_MIN = 200,
	GOOD_MAX = 299
};

int64_t
acme_clock(const struct acme_session *s)
{
	const struct acme_hooks *h = &s->o->hooks;

	return h->now ? h->now(h->ctx) : os_now();
}

enum acme_fault
acme_fail(struct acme_session *s, enum acme_fault fault, const char *code,
	  const char *detail)
{
	enum err err =
		diag_set(&s->trouble->diag, ERR_NONE, code, 0, "%s", detail);

	(void)err;
	s->trouble->fault = fault;
	s->trouble->ca = s->index;
	return fault;
}

/* What was noted by somebody else is now ours to tell. */
static enum acme_fault
trouble(struct acme_session *s, enum acme_fault fault)
{
	s->trouble->fault = fault;
	s->trouble->ca = s->index;
	return fault;
}

/* ---- one request ---- */

static bool
is_good(const struct acme_reply *r)
{
	return r->status >= GOOD_MIN && r->status <= GOOD_MAX;
}

static enum acme_fault
check_url(struct acme_session *s, const char *url)
{
	if (acme_url_allowed(str_of(url), s->o->plain_loopback) &&
	    acme_url_same_place(str_of(url), s->ca->directory))
		return ACME_FINE;
	return acme_fail(s, ACME_CA, "acme.bad_url", url);
}

static void
keep_nonce(struct acme_session *s)
{
	const char *nonce = s->reply.nonce;

	(void)snprintf(s->nonce, sizeof s->nonce, "%s",
		       acme_is_base64url(str_of(nonce)) ? nonce : "");
}

static uint64_t
patience_of(const struct acme_session *s)
{
	return 1000 * (uint64_t)(s->o->patience ? s->o->patience : PATIENCE);
}

/* An authority that takes its time with every answer is left too. */
static enum acme_fault
check_time(struct acme_session *s)
{
	int64_t spent = os_ticks() - s->began;

	if (spent < 0 || (uint64_t)spent <= patience_of(s))
		return ACME_FINE;
	return acme_fail(s, ACME_CA, "acme.slow", "");
}

static enum acme_fault
ask(struct acme_session *s, enum acme_method method, const char *url,
    struct str body)
{
	enum acme_fault fault = check_url(s, url);

	if (fault == ACME_FINE)
		fault = check_time(s);
	if (fault != ACME_FINE)
		return fault;
	if (acme_http_ask(s->http, method, url, body, &s->reply,
			  &s->trouble->diag) != ERR_NONE)
		return trouble(s, ACME_CA);
	keep_nonce(s);
	return ACME_FINE;
}

static enum acme_fault
refused(struct acme_session *s)
{
	struct acme_problem problem;

	acme_read_problem(buf_str(&s->reply.body), &problem);
	return acme_problem_fault(s, s->reply.status, &problem);
}

enum acme_fault
acme_get(struct acme_session *s, const char *url)
{
	enum acme_fault fault = ask(s, ACME_GET, url, S(""));

	if (fault != ACME_FINE)
		return fault;
	return is_good(&s->reply) ? ACME_FINE : refused(s);
}

static enum acme_fault
need_nonce(struct acme_session *s)
{
	enum acme_fault fault;

	if (s->nonce[0])
		return ACME_FINE;
	fault = ask(s, ACME_HEAD, s->directory.nonce, S(""));
	if (fault != ACME_FINE)
		return fault;
	if (!is_good(&s->reply))
		return refused(s);
	return s->nonce[0] ? ACME_FINE
			   : acme_fail(s, ACME_CA, "acme.bad_answer",
				       "Replay-Nonce");
}

static enum acme_fault
post_once(struct acme_session *s, const struct acme_envelope *like)
{
	SCOPED_BUF body = BUF(ACME_BODY_MAX);
	struct acme_envelope e = *like;
	enum acme_fault fault = need_nonce(s);
	bool made;

	if (fault != ACME_FINE)
		return fault;
	e.nonce = str_of(s->nonce);
	made = acme_jws(&e, &body);
	s->nonce[0] = '\0';
	if (!made)
		return acme_fail(s, ACME_OURS, "acme.bad_key", "");
	return ask(s, ACME_POST, e.url.p, buf_str(&body));
}

static bool
nonce_refused(const struct acme_reply *r)
{
	struct acme_problem problem;

	if (is_good(r))
		return false;
	acme_read_problem(buf_str(&r->body), &problem);
	return str_eq(str_of(problem.type), S("badNonce"));
}

/* The answer to a nonce that was refused brings a new one (section 6.5). */
static enum acme_fault
post(struct acme_session *s, const struct acme_envelope *e)
{
	for (unsigned i = 0; i < NONCE_TRIES; i++) {
		enum acme_fault fault = post_once(s, e);

		if (fault != ACME_FINE)
			return fault;
		if (!nonce_refused(&s->reply))
			return is_good(&s->reply) ? ACME_FINE : refused(s);
	}
	return acme_fail(s, ACME_CA, "acme.ca_trouble", "badNonce");
}

enum acme_fault
acme_post(struct acme_session *s, const char *url, struct str payload)
{
	const struct acme_envelope e = { .key = s->key,
					 .kid = str_of(s->kid),
					 .url = str_of(url),
					 .payload = payload };

	s->no_account = false;
	return post(s, &e);
}

enum acme_fault
acme_post_by(struct acme_session *s, EVP_PKEY *key, const char *url,
	     struct str payload)
{
	const struct acme_envelope e = { .key = key,
					 .url = str_of(url),
					 .payload = payload };

	return post(s, &e);
}

/* ---- waiting ---- */

static bool
sleep_for(uint32_t ms)
{
	struct timespec left = { .tv_sec = ms / 1000,
				 .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0)
		continue;
	return true;
}

enum acme_fault
acme_wait(struct acme_session *s, unsigned round)
{
	const struct acme_hooks *h = &s->o->hooks;
	int64_t asked = acme_read_retry_after(str_of(s->reply.retry_after),
					      acme_clock(s));
	uint64_t ms = round < 5 ? (uint64_t)FIRST_WAIT << round : LONGEST_WAIT;

	if (asked > LONGEST_ASKED)
		asked = LONGEST_ASKED;
	if (asked > 0)
		ms = (uint64_t)asked * 1000;
	s->waited += ms;
	if (s->waited > patience_of(s))
		return acme_fail(s, ACME_CA, "acme.slow", "");
	if (h->sleep ? h->sleep(h->ctx, (uint32_t)ms) : sleep_for((uint32_t)ms))
		return ACME_FINE;
	return acme_fail(s, ACME_STOPPED, "acme.stopped", "");
}

/* ---- beginning and end ---- */

static enum acme_fault
read_directory(struct acme_session *s)
{
	const struct acme_ca *ca = s->ca;
	enum acme_fault fault;

	(void)snprintf(s->place, sizeof s->place, "%.*s",
		       STR_ARG(ca->directory));
	if (!acme_url_allowed(ca->directory, s->o->plain_loopback) ||
	    ca->kid.n >= sizeof s->kid)
		return acme_fail(s, ACME_REFUSED, "acme.bad_url", s->place);
	fault = acme_get(s, s->place);
	if (fault != ACME_FINE)
		return fault;
	if (acme_read_directory(buf_str(&s->reply.body), ca->profile,
				&s->directory, &s->trouble->diag) != ERR_NONE)
		return trouble(s, ACME_CA);
	(void)snprintf(s->kid, sizeof s->kid, "%.*s", STR_ARG(ca->kid));
	return ACME_FINE;
}

enum acme_fault
acme_session_begin(struct acme_session *s, const struct acme_options *o,
		   size_t ca, EVP_PKEY *key, struct acme_trouble *trouble_out)
{
	*s = (struct acme_session){ .o = o,
				    .ca = &o->cas[ca],
				    .index = ca,
				    .trouble = trouble_out,
				    .key = key,
				    .began = os_ticks() };
	s->reply.body.max = ACME_BODY_MAX;
	s->http = acme_http_new(s->ca->ca_file);
	return read_directory(s);
}

void
acme_session_end(struct acme_session *s)
{
	acme_http_free(s->http);
	buf_free(&s->reply.body);
}
