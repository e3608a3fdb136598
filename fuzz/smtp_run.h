/* smtp_run.h - plays bytes into a session; every transaction must end once. */
#ifndef FUZZ_SMTP_RUN_H
#define FUZZ_SMTP_RUN_H

#include "smtp/smtp.h"

#include <assert.h>

struct run {
	bool open, body;
	uint64_t octets, calls;
};

static enum smtp_answer
run_mail(void *ctx, struct str from)
{
	struct run *r = ctx;

	assert(!r->open && from.n <= SMTP_PATH_MAX);
	r->open = true;
	r->calls = r->calls * 31 + str_hash(from);
	return SMTP_OK;
}

static enum smtp_answer
run_rcpt(void *ctx, struct str to)
{
	struct run *r = ctx;

	assert(r->open && to.n > 0);
	r->calls = r->calls * 37 + str_hash(to);
	return to.p[0] == 'u' ? SMTP_UNKNOWN : SMTP_OK;
}

static enum smtp_answer
run_body(void *ctx, struct str octets)
{
	struct run *r = ctx;

	assert(r->open && octets.n > 0);
	for (size_t i = 0; i < octets.n; i++)
		r->octets = r->octets * 131 + (unsigned char)octets.p[i];
	return SMTP_OK;
}

static enum smtp_answer
run_end(void *ctx)
{
	struct run *r = ctx;

	assert(r->open);
	r->open = false;
	r->calls = r->calls * 41 + r->octets;
	return SMTP_LATER;
}

static void
run_drop(void *ctx, enum smtp_answer why)
{
	struct run *r = ctx;

	assert(r->open);
	r->open = false;
	r->calls = r->calls * 43 + (unsigned)why;
}

/* Pieces of `most` bytes; returns what the session said and did. */
static uint64_t
run(struct str in, size_t most, const struct smtp_options *options)
{
	static const struct smtp_owner owner = { .mail = run_mail,
						 .rcpt = run_rcpt,
						 .body = run_body,
						 .end = run_end,
						 .drop = run_drop };
	SCOPED_BUF out = BUF(4 << 20);
	struct run r = { 0 };
	struct smtp *s = smtp_new(options, &owner, &r);

	while (in.n > 0) {
		struct str piece = str_sub(in, 0, most);
		size_t n = smtp_feed(s, piece, &out);

		in = str_sub(in, n, SIZE_MAX);
		if (smtp_state(s) == SMTP_WAITING)
			smtp_answer(s, SMTP_OK, S("id"), &out);
		else if (n < piece.n)
			break;
	}
	assert(!out.full);
	r.calls = r.calls * 47 + str_hash(buf_str(&out)) + (unsigned)r.open;
	smtp_free(s);
	return r.calls;
}

#endif
