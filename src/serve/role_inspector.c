/* role_inspector.c - the role that asks name servers, web servers and mail
 * servers; nobody else connects to addresses that strangers name. */
#include "evidence/evidence.h"
#include "inspect/inspect.h"
#include "judge/judge.h"
#include "log/log.h"
#include "notify/notify.h"
#include "os/os.h"
#include "publish/publish.h"
#include "serve/private.h"
#include "watch/watch.h"

struct role {
	const struct serve *s;
	struct serve_child *me;
	const struct probe_options *net;
	struct watch *watch;
	struct notify *notify;
	struct evidence *evidence;
	struct judge *judge;
	struct publish *publish;
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
	struct notify_options notify = o->notify;
	struct watch_options watch = {
		.dir = o->data,
		.clock = os_now,
		.channels = notify_channels(&o->notify),
	};
	const struct judge_options judge = {
		.loop = l, .inspect = in, .data = o->data, .clock = os_now
	};
	const struct publish_options publish = {
		.dir = o->data,
		.key_file = o->hosting.master_key,
		.clock = os_now,
		.channels = notify_channels(&o->notify),
	};
	const struct evidence_options evidence = { .data = o->data };
	struct diag why = { 0 };

	r->judge = judge_start(&judge);
	r->evidence = evidence_start(l, in, &evidence);
	notify.dir = o->data;
	notify.hostname = r->s->host;
	notify.base_url = o->base_url;
	notify.guard = *r->net;
	notify.clock = os_now;
	if (watch_start(l, in, &watch, &r->watch, &why) != ERR_NONE)
		log_error("watch_failed", &why);
	if (publish_start(l, in, &publish, &r->publish, &why) != ERR_NONE)
		log_error("publish_failed", &why);
	if (watch.channels &&
	    notify_start(l, &notify, &r->notify, &why) != ERR_NONE)
		log_error("notify_failed", &why);
}

static void
ended(void *ctx)
{
	struct role *r = ctx;

	judge_stop(r->judge);
	watch_stop(r->watch);
	publish_stop(r->publish);
	notify_stop(r->notify);
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

	role.net = &options.engine.net;
	return inspect_serve(&options);
}
