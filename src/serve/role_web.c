/* role_web.c - the role that serves browsers and programs. */
#include "os/os.h"
#include "serve/own.h"
#include "web/web.h"

static struct api_options
what_it_knows(const struct serve *s)
{
	const struct serve_options *o = &s->options;

	return (struct api_options){
		.data = o->data,
		.hostname = s->host,
		.base_url = o->base_url,
		.master_key = o->hosting.master_key,
		.secure = s->web_identity ||
			  str_starts(str_of(o->base_url), S("https:")),
		.public_checks = o->inspect.public,
		.geo_country = o->geo_country,
		.geo_asn = o->geo_asn,
		.quota_domains = o->quota_domains,
		.quota_hosted = o->quota_hosted,
		.clock = os_now,
	};
}

int
serve_web(struct serve *s, struct serve_child *me)
{
	const struct serve_options *o = &s->options;
	struct web_listener listeners[SERVE_SOCKETS_MAX];
	char spool[SERVE_PATH_ROOM];
	const struct api_options api = what_it_knows(s);
	const struct web_handed handed = { .fd = s->handed[0],
					   .identity = s->web_identity };
	struct serve_own own = { .me = me };
	int status;
	struct web_options options = {
		.api = &api,
		.listeners = listeners,
		.metrics_fd = -1,
		.handed = s->web_identity ? &handed : NULL,
		.trusted = o->web.trusted.at,
		.trusted_count = o->web.trusted.n,
		.spool = { .dir = spool,
			   .name = "web",
			   .reserve = o->reserve,
			   .limit = o->limit },
		.bell = s->bell[1],
		.alive = serve_own_alive,
		.ctx = &own,
	};

	serve_path(s, "spool", spool);
	for (size_t i = 0; i < s->sockets.n; i++) {
		const struct serve_socket *one = &s->sockets.at[i];

		if (one->use == SERVE_FOR_METRICS)
			options.metrics_fd = one->fd;
		if (one->use == SERVE_FOR_WEB)
			listeners[options.listener_count++] =
				(struct web_listener){
					.fd = one->fd,
					.identity = s->web_identity,
					.proxy = o->web.proxy,
				};
	}
	if (!o->web.certificate[0])
		serve_own_begin(&own, s, serve_url_host(str_of(o->base_url)),
				s->web_identity);
	status = web_run(&options);
	serve_own_end(&own);
	return status;
}
