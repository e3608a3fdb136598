/* acme_alone.c - asks certificate authorities and prints what came of it, for
 * tests: one JSON object.
 *
 *   acme_alone {order | window | account | revoke} NAME=VALUE...
 *
 * `ca` begins a new authority, the settings behind it are its own. Challenges
 * are put into the directory `serve`, as files that the test's servers read:
 * "TOKEN", "alpn-NAME", "dns-NAME". Waiting is told and cut short.
 */
#include "acme/acme.h"
#include "json/json.h"
#include "os/os.h"
#include "seal/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CAS = 4, FILE_MAX = 1 << 20, WAITS = 4096, LONGEST_NAP = 50 };

static const char *const faults[] = {
	[ACME_FINE] = "fine",       [ACME_DOMAIN] = "domain",
	[ACME_LIMITED] = "limited", [ACME_CA] = "ca",
	[ACME_REFUSED] = "refused", [ACME_OURS] = "ours",
	[ACME_STOPPED] = "stopped",
};

static const char *const types[] = {
	[ACME_HTTP_01] = "http-01",
	[ACME_TLS_ALPN_01] = "tls-alpn-01",
	[ACME_DNS_01] = "dns-01",
};

struct run {
	struct acme_ca cas[CAS];
	struct acme_options options;
	struct acme_wanted wanted;
	const char *serve, *out, *chain, *previous;
	const char *refuse; /* publish fails */
	uint32_t waits[WAITS];
	size_t wait_n, wait_max;
	unsigned published, withdrawn;
	int64_t clock; /* added to the machine's */
	struct arena *mem;
};

/* ---- hooks ---- */

static void
path_of(const struct run *r, const struct acme_challenge *c, char *out,
	size_t room)
{
	static const char *const heads[] = { [ACME_HTTP_01] = "",
					     [ACME_TLS_ALPN_01] = "alpn-",
					     [ACME_DNS_01] = "dns-" };
	struct str tail = c->type == ACME_HTTP_01 ? c->token : c->name;

	(void)snprintf(out, room, "%s/%s%.*s", r->serve, heads[c->type],
		       STR_ARG(tail));
}

static bool
publish(void *ctx, const struct acme_challenge *c, struct diag *why)
{
	struct run *r = ctx;
	char path[4096];
	SCOPED_BUF text = BUF(512);

	r->published++;
	if (r->refuse)
		return false;
	path_of(r, c, path, sizeof path);
	if (c->type == ACME_HTTP_01)
		buf_add(&text, c->authorization);
	else if (c->type == ACME_DNS_01)
		buf_add(&text, c->txt);
	else
		for (size_t i = 0; i < sizeof c->digest; i++)
			buf_addf(&text, "%02x", c->digest[i]);
	return os_replace_file(path, buf_str(&text), 0600, why) == ERR_NONE;
}

static void
withdraw(void *ctx, const struct acme_challenge *c)
{
	struct run *r = ctx;
	char path[4096];

	path_of(r, c, path, sizeof path);
	(void)unlink(path);
	r->withdrawn++;
}

static bool
nap(void *ctx, uint32_t ms)
{
	struct run *r = ctx;
	struct timespec left = { .tv_nsec = (ms < LONGEST_NAP ? (long)ms
							      : LONGEST_NAP) *
					    1000000L };

	if (r->wait_n < WAITS)
		r->waits[r->wait_n++] = ms;
	(void)nanosleep(&left, NULL);
	return r->wait_max == 0 || r->wait_n < r->wait_max;
}

static int64_t
now(void *ctx)
{
	const struct run *r = ctx;

	return os_now() + r->clock;
}

/* ---- settings ---- */

static struct str
read_file(struct run *r, const char *path)
{
	SCOPED_BUF text = BUF(FILE_MAX);
	struct str out = { 0 };

	if (os_read_file(path, &text, NULL) != ERR_NONE ||
	    !arena_dup(r->mem, buf_str(&text), &out))
		exit(2);
	return out;
}

static struct str
read_chain(struct run *r, const char *path)
{
	SCOPED_BUF chain = BUF(ACME_CHAIN_MAX);
	struct str out = { 0 };

	if (acme_parse_chain(read_file(r, path), &chain, NULL) != ERR_NONE ||
	    !arena_dup(r->mem, buf_str(&chain), &out))
		exit(2);
	return out;
}

/* The account's key is made when there is none. */
static struct str
read_key(struct run *r, const char *path)
{
	SCOPED_BUF made = BUF(ACME_KEY_MAX);

	if (access(path, R_OK) != 0 &&
	    (!acme_key_make(&made) ||
	     os_replace_file(path, buf_str(&made), 0600, NULL) != ERR_NONE))
		exit(2);
	return read_file(r, path);
}

static bool
set_ca(struct acme_ca *ca, struct str name, const char *value)
{
	if (str_eq(name, S("ca_file")))
		ca->ca_file = value;
	else if (str_eq(name, S("eab_kid")))
		ca->eab_kid = str_of(value);
	else if (str_eq(name, S("eab_hmac")))
		ca->eab_hmac = str_of(value);
	else if (str_eq(name, S("profile")))
		ca->profile = str_of(value);
	else if (str_eq(name, S("contact")))
		ca->contact = str_of(value);
	else if (str_eq(name, S("kid")))
		ca->kid = str_of(value);
	else if (str_eq(name, S("agreed")))
		ca->terms_agreed = true;
	else
		return false;
	return true;
}

static void
set_types(struct run *r, const char *value)
{
	struct str rest = str_of(value), one;

	while (str_split(&rest, ',', &one))
		for (size_t t = 0; t < ACME_TYPES; t++)
			if (str_eq(one, str_of(types[t])) &&
			    r->wanted.type_n < ACME_TYPES)
				r->wanted.types[r->wanted.type_n++] =
					(enum acme_type)t;
}

static bool
set_wish(struct run *r, struct str name, const char *value)
{
	if (str_eq(name, S("name")))
		r->wanted.name = str_of(value);
	else if (str_eq(name, S("types")))
		set_types(r, value);
	else if (str_eq(name, S("key")))
		r->wanted.key = read_file(r, value);
	else if (str_eq(name, S("previous")))
		r->wanted.previous = read_chain(r, value);
	else if (str_eq(name, S("previous_directory")))
		r->wanted.previous_directory = str_of(value);
	else
		return false;
	return true;
}

static bool
set_run(struct run *r, struct str name, const char *value)
{
	if (str_eq(name, S("ca")) && r->options.ca_n < CAS)
		r->cas[r->options.ca_n++].directory = str_of(value);
	else if (str_eq(name, S("account")))
		r->options.account_key = read_key(r, value);
	else if (str_eq(name, S("plain")))
		r->options.plain_loopback = true;
	else if (str_eq(name, S("patience")))
		r->options.patience = (uint32_t)strtoul(value, NULL, 10);
	else if (str_eq(name, S("stop_after")))
		r->wait_max = strtoul(value, NULL, 10);
	else if (str_eq(name, S("clock")))
		r->clock = strtol(value, NULL, 10);
	else if (str_eq(name, S("serve")))
		r->serve = value;
	else if (str_eq(name, S("refuse")))
		r->refuse = value;
	else if (str_eq(name, S("out")))
		r->out = value;
	else if (str_eq(name, S("chain")))
		r->chain = value;
	else
		return false;
	return true;
}

static bool
set(struct run *r, const char *word)
{
	const char *equals = strchr(word, '=');
	struct str name = { word, equals ? (size_t)(equals - word) : 0 };
	size_t n = r->options.ca_n;

	if (!equals)
		return false;
	return (n > 0 && set_ca(&r->cas[n - 1], name, equals + 1)) ||
	       set_wish(r, name, equals + 1) || set_run(r, name, equals + 1);
}

/* ---- printing ---- */

static void
put_window(struct json_out *j, const struct acme_window *w)
{
	json_open_object(j, "window");
	json_put_i64(j, "start", w->start);
	json_put_i64(j, "end", w->end);
	json_put_i64(j, "ask_again", w->ask_again);
	json_close_object(j);
}

static void
put_trouble(struct json_out *j, const struct run *r, enum err err,
	    const struct acme_trouble *t)
{
	json_put_i64(j, "err", err);
	json_put_str(j, "fault", str_of(faults[t->fault]));
	json_put_str(j, "code", str_of(t->diag.code));
	json_put_str(j, "detail", str_of(t->diag.detail));
	json_put_str(j, "problem", str_of(t->problem));
	json_put_str(j, "type", str_of(types[t->type]));
	json_put_u64(j, "ca", t->ca);
	json_put_i64(j, "until", t->until);
	json_put_u64(j, "orders", t->orders);
	json_put_u64(j, "failed_proofs", t->failed_proofs);
	json_put_u64(j, "published", r->published);
	json_put_u64(j, "withdrawn", r->withdrawn);
	json_open_array(j, "waits");
	for (size_t i = 0; i < r->wait_n; i++)
		json_put_u64(j, NULL, r->waits[i]);
	json_close_array(j);
}

static void
keep(const struct run *r, const struct acme_issued *issued)
{
	SCOPED_BUF pem = BUF(FILE_MAX);
	SCOPED_BUF key = BUF(FILE_MAX);
	char path[4096];

	if (!r->out)
		return;
	if (!acme_print_chain(issued->chain, &pem) ||
	    !acme_print_key(issued->key, &key))
		exit(3);
	(void)snprintf(path, sizeof path, "%s.pem", r->out);
	if (os_replace_file(path, buf_str(&pem), 0600, NULL) != ERR_NONE)
		exit(3);
	(void)snprintf(path, sizeof path, "%s.key", r->out);
	if (os_replace_file(path, buf_str(&key), 0600, NULL) != ERR_NONE)
		exit(3);
}

static enum err
order(struct run *r, struct json_out *j, struct acme_trouble *t)
{
	struct acme_issued issued;
	enum err err = acme_order(&r->options, &r->wanted, r->mem, &issued, t);

	if (err != ERR_NONE)
		return err;
	keep(r, &issued);
	json_put_u64(j, "issued_by", issued.ca);
	json_put_bool(j, "replaced", issued.replaced);
	json_put_str(j, "kid", str_of(issued.kid));
	json_put_i64(j, "not_before", issued.not_before);
	json_put_i64(j, "not_after", issued.not_after);
	put_window(j, &issued.window);
	return err;
}

static enum err
run(struct run *r, struct str what, struct json_out *j, struct acme_trouble *t)
{
	char kid[ACME_URL_SIZE];
	struct acme_window window;
	enum err err;

	if (str_eq(what, S("order")))
		return order(r, j, t);
	if (str_eq(what, S("account"))) {
		err = acme_account(&r->options, 0, kid, t);
		json_put_str(j, "kid", str_of(kid));
		return err;
	}
	if (str_eq(what, S("window"))) {
		err = acme_renewal_window(&r->options, 0,
					  read_chain(r, r->chain), &window, t);
		put_window(j, &window);
		return err;
	}
	return acme_revoke(&r->options, 0, read_chain(r, r->chain),
			   r->wanted.key, t);
}

int
main(int argc, char **argv)
{
	static struct run r;
	SCOPED_BUF text = BUF(FILE_MAX);
	struct json_out j = JSON_OUT(&text);
	struct acme_trouble trouble = { 0 };
	enum err err;

	if (argc < 2 || !seal_init() || !acme_init())
		return 2;
	r.mem = arena_new(ACME_MEMORY);
	r.options.cas = r.cas;
	r.options.hooks =
		(struct acme_hooks){ &r, publish, withdraw, nap, now };
	for (int i = 2; i < argc; i++) {
		if (!set(&r, argv[i])) {
			(void)fprintf(stderr, "%s?\n", argv[i]);
			return 2;
		}
	}
	json_open_object(&j, NULL);
	err = run(&r, str_of(argv[1]), &j, &trouble);
	put_trouble(&j, &r, err, &trouble);
	json_close_object(&j);
	(void)puts(buf_c(&text));
	arena_free(r.mem);
	return 0;
}
