/* role_inspector.c - the role that asks name servers, web servers and mail
 * servers; nobody else connects to addresses that strangers name. */
#include "inspect/inspect.h"
#include "os/os.h"
#include "serve/private.h"

static const char *
or_null(const char *text)
{
	return text && text[0] ? text : NULL;
}

int
serve_inspector(struct serve *s, struct serve_child *me)
{
	const struct serve_options *o = &s->options;
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
		.alive = serve_alive,
		.ctx = me,
	};

	return inspect_serve(&options);
}
