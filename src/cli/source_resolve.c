/* source_resolve.c - `source resolve`: asks DNS for the names of addresses
 * that sent mail. */
#include "cli/inspect.h"
#include "cli/progress.h"
#include "cli/server.h"
#include "evidence/evidence.h"
#include "ingest/ingest.h"

#include <string.h>

enum { NAME_ROOM = 256, LIMIT = 10000, LIMIT_MAX = 1000000 };

/* What was found and is not in the store yet. */
struct found {
	struct netaddr ip;
	enum store_host_state state;
	char name[NAME_ROOM];
};

struct resolving {
	struct cli *c;
	struct cli_progress bar;
	struct loop *loop;
	struct netaddr *due;
	size_t due_n, limit;
	struct found found[INGEST_HOSTS_MAX];
	size_t found_n;
	uint64_t all, of[STORE_HOST_FAILED + 1];
	struct store *store; /* NULL: the running server's */
	enum err err;
	struct diag why;
};

static void
add_due(void *ctx, const struct netaddr *ip)
{
	struct resolving *r = ctx;

	if (r->due_n < r->limit)
		r->due[r->due_n++] = *ip;
}

static enum err
find_due(struct resolving *r, struct store *s)
{
	const struct store_due who = { STORE_OWNER_SELF, r->c->now, r->limit };

	return store_hosts_due(s, &who, add_due, r, &r->why);
}

/* ---- what was found ---- */

static enum err
put_there(const struct resolving *r, const struct store_host *hosts,
	  struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	const struct cli_asked asked = { .request = &request };
	enum err err = ERR_NONE;

	ingest_put_hosts(&request, hosts, r->found_n);
	if (!cli_ask_server(r->c, &asked, &err, why))
		return diag_set(why, ERR_GONE, "ingest.no_server", 0, "%s",
				r->c->data);
	return err;
}

static void
put(struct resolving *r)
{
	struct store_host hosts[INGEST_HOSTS_MAX];
	const struct store_hosts all = { STORE_OWNER_SELF, r->c->now, hosts,
					 r->found_n };

	for (size_t i = 0; i < r->found_n; i++)
		hosts[i] =
			(struct store_host){ r->found[i].ip, r->found[i].state,
					     str_of(r->found[i].name) };
	r->err = r->store ? store_hosts_put(r->store, &all, NULL, &r->why)
			  : put_there(r, hosts, &r->why);
	r->found_n = 0;
	if (r->err != ERR_NONE)
		loop_stop(r->loop);
}

static void
take_found(void *ctx, const struct store_host *host)
{
	struct resolving *r = ctx;
	struct found *f = &r->found[r->found_n++];
	size_t n = host->name.n < NAME_ROOM ? host->name.n : 0;

	*f = (struct found){ .ip = host->ip, .state = host->state };
	if (n > 0)
		memcpy(f->name, host->name.p, n);
	r->all++;
	r->of[host->state]++;
	cli_progress_tell(&r->bar, r->all, r->due_n, S(""));
	if (r->found_n == INGEST_HOSTS_MAX && r->err == ERR_NONE)
		put(r);
}

static void
finished(void *ctx)
{
	struct resolving *r = ctx;

	if (r->found_n > 0 && r->err == ERR_NONE)
		put(r);
	loop_stop(r->loop);
}

/* ---- the way ---- */

static void
look(struct resolving *r, const struct inspect_options *options)
{
	const struct evidence_work work = {
		.speed.rate = (unsigned)cli_number(r->c, "rate", 0),
		.ips = r->due,
		.count = r->due_n,
		.found = take_found,
		.done = finished,
		.ctx = r,
	};
	struct evidence_pass *pass = NULL;
	struct inspect *in = NULL;

	r->loop = loop_new();
	r->err = inspect_new(r->loop, options, &in, &r->why);
	if (r->err == ERR_NONE) {
		cli_progress_begin(&r->bar, r->c, "cli.source.resolving");
		pass = evidence_pass_new(r->loop, in, &work);
		loop_run(r->loop);
		cli_progress_end(&r->bar);
	}
	inspect_free(in);
	evidence_pass_free(pass);
	loop_free(r->loop);
}

/* Names and sums; the server does that by itself. */
static void
settle(struct resolving *r)
{
	struct geo *geo;

	if (!r->store || r->err != ERR_NONE || r->all == 0)
		return;
	geo = cli_geo(r->c);
	r->err = ingest_settle(r->store, STORE_OWNER_SELF, geo, &r->why);
	geo_close(geo);
}

static void
tell(struct resolving *r)
{
	struct cli *c = r->c;
	char all[CLI_NUMBER_MAX], yes[CLI_NUMBER_MAX], no[CLI_NUMBER_MAX];
	char none[CLI_NUMBER_MAX], failed[CLI_NUMBER_MAX];
	const uint64_t *of = r->of;

	if (cli_is_json(c)) {
		struct json_out *j =
			cli_json_only(c, "waxseal.source.resolve/1");

		json_put_u64(j, "looked_up", r->all);
		json_put_u64(j, "confirmed", of[STORE_HOST_CONFIRMED]);
		json_put_u64(j, "unconfirmed", of[STORE_HOST_UNCONFIRMED]);
		json_put_u64(j, "none", of[STORE_HOST_NONE]);
		json_put_u64(j, "failed", of[STORE_HOST_FAILED]);
		cli_json_only_end(c);
		return;
	}
	if (r->all == 0) {
		cli_print(c, "cli.source.all_resolved", CLI_NO_ARGS);
		return;
	}
	cli_print(c, "cli.source.resolved",
		  CLI_ARGS({ "count", cli_count(c, r->all, all) },
			   { "confirmed",
			     cli_count(c, of[STORE_HOST_CONFIRMED], yes) },
			   { "unconfirmed",
			     cli_count(c, of[STORE_HOST_UNCONFIRMED], no) },
			   { "none", cli_count(c, of[STORE_HOST_NONE], none) },
			   { "failed",
			     cli_count(c, of[STORE_HOST_FAILED], failed) }));
}

static int
run(struct resolving *r, const struct inspect_options *options)
{
	struct cli *c = r->c;
	bool served = cli_serves(c);
	int code = CLI_FINE;
	SCOPED_STORE s = cli_store(c, served ? STORE_READ : STORE_WRITE, &code);

	if (!s)
		return code;
	r->store = served ? NULL : s;
	r->err = find_due(r, s);
	if (r->err == ERR_NONE && r->due_n > 0)
		look(r, options);
	settle(r);
	if (r->err != ERR_NONE)
		return cli_fail(c, r->err, &r->why);
	tell(r);
	return CLI_FINE;
}

int
cli_source_resolve(struct cli *c)
{
	uint64_t limit = cli_number(c, "limit", LIMIT);
	struct inspect_options options;
	struct resolving *r;
	int code;

	if (!cli_network(c, &options, &code))
		return code;
	r = heap_new(sizeof(*r));
	r->c = c;
	r->limit = (size_t)(limit < LIMIT_MAX ? limit : LIMIT_MAX);
	r->due = heap_new((r->limit + 1) * sizeof(*r->due));
	code = run(r, &options);
	heap_free(r->due);
	heap_free(r);
	return code;
}
