/* sample_load.c - `sample load` and `sample remove`: made-up reports in the
 * store, by the running server when there is one. */
#include "cli/progress.h"
#include "cli/server.h"
#include "ingest/ingest.h"
#include "os/os.h"
#include "sample/sample.h"

enum { MAILS = 4, SEED = 1 };

static enum err
make(void *ctx, unsigned domains, unsigned days,
     enum err (*mail)(void *ctx, struct str name, struct str message),
     void *mail_ctx, struct diag *why)
{
	const struct cli *c = ctx;
	const struct sample_options options = {
		.seed = SEED,
		.domains = domains,
		.days = days,
		.last_day = c->now - CIVIL_DAY, /* today is not over */
		.mails_per_day = MAILS,
		.tls = true,
		.failures = true,
	};

	return sample_make(&options, mail, mail_ctx, why);
}

static int
tell(struct cli *c, const char *schema, const char *name, const char *key,
     int64_t count)
{
	char text[CLI_NUMBER_MAX];

	if (cli_is_json(c)) {
		struct json_out *j = cli_json_only(c, schema);

		json_put_i64(j, name, count);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, key,
		  CLI_ARGS({ "count", cli_count(c, (uint64_t)count, text) }));
	cli_flush(c);
	return CLI_FINE;
}

static void
take_progress(void *ctx, const struct ingest_totals *so_far, uint64_t all)
{
	cli_progress_tell(ctx, so_far->files, all, (struct str){ 0 });
}

static enum err
load_here(struct cli *c, const struct ingest_sample *what, int64_t *count,
	  int *code, struct diag *why)
{
	SCOPED_STORE s = cli_store(c, STORE_CREATE, code);
	struct ingest_totals totals;
	struct cli_progress bar;
	enum err err;

	if (!s)
		return ERR_NONE;
	struct geo *geo = cli_geo(c);
	const struct ingest_options options = { .owner = STORE_OWNER_SELF,
						.trust = STORE_OPERATOR,
						.now = c->now,
						.geo = geo,
						.progress = take_progress,
						.ctx = &bar };

	cli_progress_begin(&bar, c, "cli.sample.loading");
	err = ingest_sample_load(s, what, &options, &totals, why);
	cli_progress_end(&bar);
	geo_close(geo);
	*count = (int64_t)totals.imported;
	return err;
}

int
cli_sample_load(struct cli *c)
{
	struct ingest_sample what = { .dir = c->data, .make = make, .ctx = c };
	SCOPED_BUF request = BUF(256);
	struct diag why = { 0 };
	int64_t count = 0;
	const struct cli_asked asked = { &request, "imported", &count };
	int code = CLI_FINE;
	enum err err;

	if (!cli_sample_size(c, &what.domains, &what.days))
		return CLI_MISUSE;
	(void)buf_addf(&request,
		       "{\"op\":\"sample_load\",\"domains\":%u,\"days\":%u}",
		       what.domains, what.days);
	if (!cli_ask_server(c, &asked, &err, &why))
		err = load_here(c, &what, &count, &code, &why);
	if (code != CLI_FINE)
		return code;
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	code = tell(c, "waxseal.sample.load/1", "imported", "cli.sample.loaded",
		    count);
	cli_next(c, "waxseal sample remove");
	return code;
}

int
cli_sample_remove(struct cli *c)
{
	SCOPED_BUF request = BUF(64);
	struct diag why = { 0 };
	int64_t count = 0;
	const struct cli_asked asked = { &request, "deleted", &count };
	uint64_t deleted = 0;
	int code = CLI_FINE;
	enum err err;

	(void)buf_addz(&request, "{\"op\":\"sample_remove\"}");
	if (!cli_ask_server(c, &asked, &err, &why)) {
		SCOPED_STORE s = cli_store(c, STORE_WRITE, &code);

		if (!s)
			return code;
		err = ingest_sample_remove(s, c->data, &deleted, &why);
		count = (int64_t)deleted;
	}
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	return tell(c, "waxseal.sample.remove/1", "deleted",
		    "cli.sample.removed", count);
}
