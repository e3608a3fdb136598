/* order.c - the child that orders one certificate: a test of our own first,
 * then the authority; challenges go through the parent, who has the index. */
#include "hosting/order.h"
#include "os/os.h"
#include "sandbox/sandbox.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LIFE = 900,        /* seconds; then the child ends itself */
	SERVED_TRIES = 60, /* of seeing a challenge at one address */
	SERVED_MS = 250,   /* between them */
	TOKEN_LETTERS = 24
};

struct ordering {
	const struct hosting_order_in *in;
	int fd;
};

/* ---- words to the parent ---- */

static bool
tell(const struct ordering *o, const struct hosting_message *m,
     const struct str *texts, size_t n)
{
	SCOPED_BUF all = BUF(sizeof(*m) + 2 * ACME_CHAIN_MAX);

	buf_add(&all, (struct str){ (const char *)m, sizeof(*m) });
	for (size_t i = 0; i < n; i++)
		buf_add(&all, texts[i]);
	return !all.full &&
	       send(o->fd, all.p, all.n, MSG_NOSIGNAL) == (ssize_t)all.n;
}

static bool
is_confirmed(const struct ordering *o)
{
	char c = 'n';

	return recv(o->fd, &c, 1, 0) == 1 && c == 'y';
}

static bool
show(const struct ordering *o, const struct str texts[3])
{
	const struct hosting_message m = {
		.word = HOSTING_SHOW,
		.token_n = (uint32_t)texts[0].n,
		.answer_n = (uint32_t)texts[1].n,
		.digest_n = (uint32_t)texts[2].n,
	};

	return tell(o, &m, texts, 3) && is_confirmed(o);
}

static void
hide(const struct ordering *o)
{
	const struct hosting_message m = { .word = HOSTING_HIDE };

	(void)!(tell(o, &m, NULL, 0) && is_confirmed(o));
}

static void
pause_ms(uint32_t ms)
{
	const struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* ---- our own eyes ---- */

/* Until every address answers; policy hosts see a new index within moments. */
static bool
is_served(const struct ordering *o, struct str token, struct str answer,
	  struct diag *why)
{
	const struct hosted_zone *zone = o->in->zone;
	char path[512];
	int n = snprintf(path, sizeof(path), "/.well-known/acme-challenge/%.*s",
			 STR_ARG(token));

	if (n < 0 || n >= (int)sizeof(path))
		return false;
	for (size_t i = 0; i < zone->address_n; i++) {
		bool seen = false;

		for (unsigned tries = 0; !seen && tries < SERVED_TRIES;
		     tries++) {
			seen = hosting_selftest(&zone->address[i], o->in->host,
						str_of(path), answer, why);
			if (!seen)
				pause_ms(SERVED_MS);
		}
		if (!seen)
			return false;
	}
	diag_clear(why);
	return true;
}

static bool
publish(void *ctx, const struct acme_challenge *c, struct diag *why)
{
	const struct ordering *o = ctx;
	bool http = c->type == ACME_HTTP_01;
	const struct str digest = { (const char *)c->digest,
				    sizeof(c->digest) };
	const struct str texts[3] = { http ? c->token : S(""),
				      http ? c->authorization : S(""),
				      http ? S("") : digest };

	if (!show(o, texts)) {
		(void)diag_set(why, ERR_IO, "hosting.selftest", 0, "%s",
			       "index");
		return false;
	}
	return !http || is_served(o, c->token, c->authorization, why);
}

static void
withdraw(void *ctx, const struct acme_challenge *c)
{
	(void)c;
	hide(ctx);
}

static int64_t
now(void *ctx)
{
	(void)ctx;
	return os_now();
}

/* ---- the order ---- */

static void
tell_failed(const struct ordering *o, const struct acme_trouble *t)
{
	const struct hosting_message m = {
		.word = HOSTING_FAILED,
		.fault = t->fault,
		.why = t->diag,
		.until = t->until,
		.orders = t->orders,
		.failed_proofs = t->failed_proofs,
	};

	(void)!tell(o, &m, NULL, 0);
}

static void
tell_issued(const struct ordering *o, const struct acme_issued *out,
	    const struct acme_trouble *t)
{
	SCOPED_BUF sealed = BUF(HOSTED_KEY_MAX);
	struct hosting_message m = {
		.word = HOSTING_ISSUED,
		.chain_n = (uint32_t)out->chain.n,
		.not_before = out->not_before,
		.not_after = out->not_after,
		.window = out->window,
		.ca = (uint32_t)out->ca,
		.orders = t->orders,
		.failed_proofs = t->failed_proofs,
	};

	memcpy(m.kid, out->kid, sizeof(m.kid));
	if (!seal_close(o->in->master, out->key, &sealed))
		return;
	m.key_n = (uint32_t)sealed.n;
	(void)!tell(o, &m, (const struct str[]){ out->chain, buf_str(&sealed) },
		    2);
}

static bool
test_ourselves(const struct ordering *o)
{
	struct acme_trouble t = { .fault = ACME_DOMAIN };
	char token[TOKEN_LETTERS + 1], letters[] = "abcdefghijklmnop";
	uint8_t random[TOKEN_LETTERS];
	const struct str texts[3] = { { token, TOKEN_LETTERS },
				      STR("waxseal"),
				      STR("") };
	bool good;

	seal_random(random, sizeof(random));
	for (size_t i = 0; i < TOKEN_LETTERS; i++)
		token[i] = letters[random[i] & 15];
	token[TOKEN_LETTERS] = '\0';
	good = show(o, texts) && is_served(o, texts[0], texts[1], &t.diag);
	hide(o);
	if (!good)
		tell_failed(o, &t);
	return good;
}

static void
order(const struct ordering *o)
{
	SCOPED_ARENA mem = arena_new(ACME_MEMORY);
	const struct hosting_order_in *in = o->in;
	const struct acme_options options = {
		.cas = in->ca,
		.ca_n = in->ca_n,
		.account_key = in->account_key,
		/* The hooks give it back as they got it. */
		.hooks = { .ctx = (void *)(uintptr_t)o,
			   .publish = publish,
			   .withdraw = withdraw,
			   .now = now },
	};
	const struct acme_wanted wanted = {
		.name = in->host,
		.types = { ACME_HTTP_01, ACME_TLS_ALPN_01 },
		.type_n = 2,
		.previous = in->previous,
		.previous_directory = in->previous_directory,
	};
	struct acme_issued out = { 0 };
	struct acme_trouble t = { 0 };

	if (acme_order(&options, &wanted, mem, &out, &t) == ERR_NONE)
		tell_issued(o, &out, &t);
	else
		tell_failed(o, &t);
}

void
hosting_order_child(const struct hosting_order_in *in, int fd)
{
	const struct ordering o = { .in = in, .fd = fd };

	sandbox_role();
	sandbox_close_all_but(&fd, 1);
	(void)alarm(LIFE);
	if (acme_init() && test_ourselves(&o))
		order(&o);
	_exit(0);
}
