/* role_writer.c - the only role that writes the report store. */
#include "geo/geo.h"
#include "ingest/ingest.h"
#include "os/os.h"
#include "sample/sample.h"
#include "serve/private.h"

#include <signal.h>

enum { SAMPLE_SEED = 1, SAMPLE_MAILS = 4 };

static volatile int stop;

static void
on_stop(int signal)
{
	(void)signal;
	stop = 1;
}

static enum err
make_sample(void *ctx, unsigned domains, unsigned days,
	    enum err (*mail)(void *ctx, struct str name, struct str message),
	    void *mail_ctx, struct diag *why)
{
	const struct sample_options options = {
		.seed = SAMPLE_SEED,
		.domains = domains,
		.days = days,
		.last_day = os_now() - CIVIL_DAY, /* today is not over */
		.mails_per_day = SAMPLE_MAILS,
		.tls = true,
		.failures = true,
	};

	(void)ctx;
	return sample_make(&options, mail, mail_ctx, why);
}

int
serve_writer(struct serve *s, struct serve_child *me)
{
	const struct serve_options *o = &s->options;
	struct geo *geo = geo_open(o->geo_country, o->geo_asn);
	const struct ingest_serve_options options = {
		.data = o->data,
		.geo = geo,
		.bell = s->bell[0],
		.stop = &stop,
		.keep = { .raw = o->keep_raw,
			  .rows = o->keep_rows,
			  .failures = o->keep_failures },
		.unclaimed_max = o->unclaimed,
		.sidelined_max = o->sidelined,
		.sample = make_sample,
		.ready = serve_alive,
		.alive = serve_alive,
		.ctx = me,
	};
	const struct sigaction action = { .sa_handler = on_stop };
	struct diag why = { 0 };
	enum err err;

	(void)sigaction(SIGTERM, &action, NULL);
	(void)sigaction(SIGINT, &action, NULL);
	err = ingest_serve(&options, &why);
	geo_close(geo);
	if (err != ERR_NONE)
		log_error("writer_failed", &why);
	return err == ERR_NONE ? 0 : 1;
}
