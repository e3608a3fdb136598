/* resolver_ask.c - the resolver by itself, for tests: asks what its arguments
 * say, all at once, and prints each answer as a line of JSON when it comes.
 *
 *   resolver_ask [NAME=VALUE...] "DOMAIN TYPE [@ADDRESS]"...
 *
 * NAME is server, resolv_conf, anchor, port, ms, direct_ms, parallel, rounds
 * (ask everything once more when all is answered), public (1: no server on a
 * private address is asked), cancel (1: forget the rest at the first answer).
 */
#include "json/json.h"
#include "resolver/resolver.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LINE_MAX_BYTES = 4 << 20 };

struct run {
	struct loop *loop;
	struct resolver *resolver;
	struct resolver_options options;
	struct ask {
		struct run *run;
		struct str name;
		uint16_t type;
		bool direct;
		struct netaddr server;
	} asks[4096];
	size_t n, open, rounds;
	bool cancel;
	int64_t started;
};

static const struct {
	struct str name;
	enum facts_type type;
} types[] = {
	{ STR("A"), FACTS_A },         { STR("NS"), FACTS_NS },
	{ STR("CNAME"), FACTS_CNAME }, { STR("SOA"), FACTS_SOA },
	{ STR("PTR"), FACTS_PTR },     { STR("MX"), FACTS_MX },
	{ STR("TXT"), FACTS_TXT },     { STR("AAAA"), FACTS_AAAA },
	{ STR("DS"), FACTS_DS },       { STR("DNSKEY"), FACTS_DNSKEY },
	{ STR("TLSA"), FACTS_TLSA },   { STR("SPF"), FACTS_SPF },
	{ STR("CAA"), FACTS_CAA },
};

static const char *const states[] = {
	[FACTS_FOUND] = "found",       [FACTS_NODATA] = "nodata",
	[FACTS_NXDOMAIN] = "nxdomain", [FACTS_SERVFAIL] = "servfail",
	[FACTS_BOGUS] = "bogus",       [FACTS_REFUSED] = "refused",
	[FACTS_TIMEOUT] = "timeout",   [FACTS_LOOP] = "loop",
};

static int64_t
ms_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- answers ---- */

static void
put_hex(struct json_out *j, struct str raw)
{
	SCOPED_BUF hex = BUF(LINE_MAX_BYTES);

	for (size_t i = 0; i < raw.n; i++)
		(void)buf_addf(&hex, "%02x", (unsigned char)raw.p[i]);
	json_put_str(j, "data", buf_str(&hex));
}

static void
put_record(struct json_out *j, uint16_t type, const struct facts_rr *rr)
{
	char address[NETADDR_PRINT_MAX];
	bool raw = type == FACTS_DS || type == FACTS_DNSKEY ||
		   type == FACTS_TLSA || type == FACTS_CAA;

	json_open_object(j, NULL);
	if (type == FACTS_A || type == FACTS_AAAA)
		json_put_str(j, "address",
			     str_of(netaddr_print(&rr->address, address)));
	else if (raw)
		put_hex(j, rr->data);
	else
		json_put_str(j, "data", rr->data);
	if (type == FACTS_MX)
		json_put_u64(j, "preference", rr->preference);
	if (type == FACTS_TXT || type == FACTS_SPF)
		json_put_u64(j, "strings", rr->strings);
	json_close_object(j);
}

static void
put_state(struct json_out *j, const struct facts_dns *d)
{
	char address[NETADDR_PRINT_MAX];

	json_put_str(j, "name", d->name);
	json_put_u64(j, "type", d->type);
	json_put_str(j, "status", str_of(states[d->status]));
	json_put_bool(j, "secure", d->secure);
	json_put_bool(j, "unproven", d->unproven);
	json_put_u64(j, "ttl", d->ttl);
	json_put_str(j, "why", d->why);
	json_put_bool(j, "authoritative", d->authoritative);
	if (d->direct)
		json_put_str(j, "server",
			     str_of(netaddr_print(&d->server, address)));
}

static void put_all(struct run *run);

static void
done(void *ctx, const struct facts_dns *d)
{
	struct ask *ask = ctx;
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);
	struct json_out j = JSON_OUT(&line);

	json_open_object(&j, NULL);
	put_state(&j, d);
	json_put_i64(&j, "ms", ms_now() - ask->run->started);
	json_open_array(&j, "rr");
	for (size_t i = 0; i < d->n; i++)
		put_record(&j, d->type, &d->rr[i]);
	json_close_array(&j);
	json_open_array(&j, "chain");
	for (size_t i = 0; i < d->chain_n; i++)
		json_put_str(&j, NULL, d->chain[i]);
	json_close_array(&j);
	json_close_object(&j);
	(void)printf("%s\n", buf_c(&line));
	for (size_t i = 0; ask->run->cancel && i < ask->run->n; i++)
		resolver_cancel(ask->run->resolver, &ask->run->asks[i]);
	if (--ask->run->open > 0 && !ask->run->cancel)
		return;
	if (ask->run->rounds > 0)
		put_all(ask->run);
	else
		loop_stop(ask->run->loop);
}

/* ---- questions ---- */

static void
put_all(struct run *run)
{
	run->rounds--;
	run->open = run->n;
	for (size_t i = 0; i < run->n; i++) {
		struct ask *a = &run->asks[i];

		if (a->direct)
			resolver_ask_at(run->resolver, &a->server, a->name,
					a->type, done, a);
		else
			resolver_ask(run->resolver, a->name, a->type, done, a);
	}
}

static bool
add_question(struct run *run, struct str text)
{
	struct ask *a = &run->asks[run->n];
	struct str name = { 0 }, type = { 0 };
	uint64_t number = 0;

	if (run->n == COUNT_OF(run->asks) || !str_split(&text, ' ', &name) ||
	    !str_split(&text, ' ', &type))
		return false;
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (str_eq(type, types[i].name))
			number = types[i].type;
	a->run = run;
	a->name = name;
	a->type = (uint16_t)number;
	a->direct = str_starts(text, S("@"));
	if (number == 0 ||
	    (a->direct &&
	     !netaddr_parse(str_sub(text, 1, SIZE_MAX), &a->server)))
		return false;
	run->n++;
	return true;
}

static bool
set_option(struct run *run, struct str name, const char *value)
{
	struct resolver_options *o = &run->options;
	uint64_t n = 0;
	bool number = str_u64(str_of(value), &n);

	if (str_eq(name, S("server")))
		o->server = value;
	else if (str_eq(name, S("resolv_conf")))
		o->resolv_conf = value;
	else if (str_eq(name, S("anchor")))
		o->anchor = value;
	else if (str_eq(name, S("port")))
		o->port = (uint16_t)n;
	else if (str_eq(name, S("ms")))
		o->ms = (int64_t)n;
	else if (str_eq(name, S("direct_ms")))
		o->direct_ms = (int64_t)n;
	else if (str_eq(name, S("parallel")))
		o->parallel = (size_t)n;
	else if (str_eq(name, S("rounds")))
		run->rounds = (size_t)n;
	else if (str_eq(name, S("public")))
		o->allow_private = n == 0;
	else if (str_eq(name, S("cancel")))
		run->cancel = n != 0;
	else
		return false;
	return number || o->server == value || o->anchor == value ||
	       o->resolv_conf == value;
}

static bool
read_arguments(struct run *run, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct str text = str_of(argv[i]);
		size_t equals = str_index(text, '=');
		bool option =
			equals != SIZE_MAX && str_index(text, ' ') == SIZE_MAX;

		if (option ? !set_option(run, str_sub(text, 0, equals),
					 argv[i] + equals + 1)
			   : !add_question(run, text)) {
			(void)fprintf(stderr, "what is \"%s\"?\n", argv[i]);
			return false;
		}
	}
	return true;
}

int
main(int argc, char **argv)
{
	static struct run run = { .options.allow_private = true, .rounds = 1 };
	struct diag why = { 0 };

	if (!read_arguments(&run, argc, argv))
		return 2;
	run.loop = loop_new();
	if (resolver_new(run.loop, &run.options, &run.resolver, &why)) {
		(void)fprintf(stderr, "%s %s\n", why.code, why.detail);
		loop_free(run.loop);
		return 1;
	}
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	run.started = ms_now();
	if (run.n > 0 && run.rounds > 0) {
		put_all(&run);
		loop_run(run.loop);
	}
	resolver_free(run.resolver);
	loop_free(run.loop);
	return run.open > 0 && !run.cancel;
}
