/* role_hosting.c - the role that sees to hosted domains: proofs, policies,
 * certificates, the index. */
#include "dnsname/dnsname.h"
#include "hosting/hosting.h"
#include "inspect/inspect.h"
#include "log/log.h"
#include "notify/notify.h"
#include "os/os.h"
#include "serve/private.h"

enum { PULSE_MS = 1000 };

struct role {
	struct serve_child *me;
	struct loop *loop;
	struct inspect *inspect;
	struct hosting *hosting;
	/* What may be connected to: as look-ups may, and our own. */
	struct netaddr_net *allow;
	size_t allow_n;
};

static void
alive(void *ctx)
{
	const struct role *r = ctx;

	serve_alive(r->me);
}

static void
on_signal(void *ctx, int signal)
{
	const struct role *r = ctx;

	(void)signal;
	loop_stop(r->loop);
}

static const char *
or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void
allow(struct role *r, const struct serve_options *o)
{
	const struct serve_nets *nets = &o->inspect.allow_private;
	const struct serve_list *own = &o->hosting.addresses;

	r->allow = heap_new((nets->n + own->n + 1) * sizeof(*r->allow));
	for (size_t i = 0; i < nets->n; i++)
		r->allow[r->allow_n++] = nets->at[i];
	for (size_t i = 0; i < own->n; i++)
		if (netaddr_parse_net(str_of(own->at[i]),
				      &r->allow[r->allow_n]))
			r->allow_n++;
}

static struct hosting_list
list(const struct serve_list *of)
{
	return (struct hosting_list){ of->at, of->n };
}

static enum err
begin(struct role *r, const struct serve *s, struct diag *why)
{
	const struct serve_options *o = &s->options;
	const struct serve_hosting *h = &o->hosting;
	const struct inspect_options engine = {
		.dns = { .server = or_null(o->inspect.resolver),
			 .anchor = or_null(o->inspect.trust_anchor),
			 .port = o->inspect.dns_port },
		.net = { .ca_file = or_null(o->inspect.ca_file),
			 .allow = r->allow,
			 .allow_n = r->allow_n,
			 .ehlo = s->host,
			 .https_port = o->inspect.https_port },
	};
	const struct hosting_options options = {
		.data = o->data,
		.master_key = h->master_key,
		.hostname = s->host,
		.base_url = o->base_url,
		.zone = h->zone,
		.nameservers = list(&h->nameservers),
		.addresses = list(&h->addresses),
		.own = list(&h->own_names),
		.cas = list(&h->cas),
		.caa = list(&h->caa),
		.ca_file = h->ca_file,
		.contact = h->contact,
		.profile = h->profile,
		.eab_kid = h->eab_kid,
		.eab_hmac_file = h->eab_hmac_file,
		.terms_agreed = h->terms_agreed,
		.channels = notify_channels(&o->notify),
		.clock = os_now,
		.alive = alive,
		.ctx = r,
	};
	enum err err = inspect_new(r->loop, &engine, &r->inspect, why);

	return err == ERR_NONE ? hosting_start(r->loop, r->inspect, &options,
					       &r->hosting, why)
			       : err;
}

int
serve_hosting(struct serve *s, struct serve_child *me)
{
	struct role role = { .me = me, .loop = loop_new() };
	struct loop_timer *pulse = loop_timer_new(role.loop, alive, &role);
	struct diag why = { 0 };

	dnsname_init();
	allow(&role, &s->options);
	/* Without it the others serve what stands in the index. */
	if (begin(&role, s, &why) != ERR_NONE)
		log_error("hosting_failed", &why);
	loop_on_signal(role.loop, SIGTERM, on_signal, &role);
	loop_on_signal(role.loop, SIGINT, on_signal, &role);
	alive(&role);
	loop_timer_set(pulse, PULSE_MS, true);
	loop_run(role.loop);
	loop_timer_free(pulse);
	inspect_free(role.inspect);
	hosting_stop(role.hosting);
	heap_free(role.allow);
	loop_free(role.loop);
	return 0;
}
