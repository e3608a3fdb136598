/* role_inspector.c - the role that asks name servers, web servers and mail
 * servers; nobody else connects to addresses that strangers name. */
#include "evidence/evidence.h"
#include "inspect/inspect.h"
#include "judge/judge.h"
#include "os/os.h"
#include "serve/private.h"

struct role {
	const struct serve *s;
	struct serve_child *me;
	struct evidence *evidence;
	struct judge *judge;
};

static const char *
or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

static void
alive(void *ctx)
{
	struct role *r = ctx;

	serve_alive(r->me);
}

/* Without them look-ups still work. */
static void
begun(void *ctx, struct loop *l, struct inspect *in)
{
	struct role *r = ctx;
	const struct serve_options *o = &r->s->options;
	const struct judge_options judge = {
		.loop = l, .inspect = in, .data = o->data, .clock = os_now
	};
	const struct evidence_options evidence = { .data = o->data };

	r->judge = judge_start(&judge);
	r->evidence = evidence_start(l, in, &evidence);
}

static void
ended(void *ctx)
{
	struct role *r = ctx;

	judge_stop(r->judge);
	evidence_stop(r->evidence);
}

int
serve_inspector(struct serve *s, struct serve_child *me)
{
	const struct serve_options *o = &s->options;
	struct role role = { .s = s, .me = me };
	const struct inspect_serve_options options = {
		.data = o->data,
		.engine = {
			.dns = { .server = or_null(o->inspect.resolver),
				 .anchor = or_null(o->inspect.trust_anchor),
				 .port = o->inspect.dns_port },
			.net = { .ca_file = or_null(o->inspect.ca_file),
				 .allow = o->inspect.allow_private.at,
				 .allow_n = o->inspect.allow_private.n,
				 .ehlo = s->host,
				 .https_port = o->inspect.https_port,
				 .smtp_port = o->inspect.smtp_port },
		},
		.clock = os_now,
		.ticks = os_ticks,
		.alive = alive,
		.begun = begun,
		.ended = ended,
		.ctx = &role,
	};

	return inspect_serve(&options);
}
