/* probe_alone.c - looks at servers and prints what was seen, for tests: one
 * line of JSON for each, in the order of their ends.
 *
 *   probe_alone [NAME=VALUE...] {web HOST PATH ADDRESS | mail HOST ADDRESS}...
 */
#include "json/json.h"
#include "probe/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NETS_MAX = 8, LINE_MAX_BYTES = 1 << 20 };

static const char *const stages[] = {
	[FACTS_NOT_ALLOWED] = "not_allowed",
	[FACTS_UNREACHABLE] = "unreachable",
	[FACTS_CONN_REFUSED] = "refused",
	[FACTS_CONN_TIMEOUT] = "timeout",
	[FACTS_NO_STARTTLS] = "no_starttls",
	[FACTS_TLS_FAILED] = "tls_failed",
	[FACTS_TLS_TIMEOUT] = "tls_timeout",
	[FACTS_PROTOCOL] = "protocol",
	[FACTS_TOO_SLOW] = "too_slow",
	[FACTS_DONE] = "done",
};

static const char *const chains[] = {
	[FACTS_CHAIN_UNKNOWN] = "unknown",
	[FACTS_CHAIN_TRUSTED] = "trusted",
	[FACTS_CHAIN_SELF_SIGNED] = "self_signed",
	[FACTS_CHAIN_UNTRUSTED_ROOT] = "untrusted_root",
	[FACTS_CHAIN_INCOMPLETE] = "incomplete",
	[FACTS_CHAIN_REVOKED] = "revoked",
	[FACTS_CHAIN_BROKEN] = "broken",
};

struct run {
	struct loop *loop;
	struct probe *probe;
	int left;
};

/* ---- printing ---- */

static void
put_hex(struct json_out *j, const char *key, struct str bytes)
{
	SCOPED_BUF hex = BUF(LINE_MAX_BYTES);

	for (size_t i = 0; i < bytes.n; i++)
		(void)buf_addf(&hex, "%02x", (unsigned char)bytes.p[i]);
	json_put_str(j, key, buf_str(&hex));
}

static void
put_cert(struct json_out *j, const struct facts_cert *cert)
{
	json_open_object(j, "cert");
	json_put_i64(j, "not_before", cert->not_before);
	json_put_i64(j, "not_after", cert->not_after);
	json_open_array(j, "names");
	for (size_t i = 0; i < cert->names_n; i++)
		json_put_str(j, NULL, cert->names[i]);
	json_close_array(j);
	json_put_str(j, "cn", cert->common_name);
	json_put_str(j, "issuer", cert->issuer);
	json_put_str(j, "chain", str_of(chains[cert->chain]));
	json_put_bool(j, "weak", cert->weak);
	json_put_u64(j, "bits", cert->key_bits);
	json_put_str(j, "key", cert->key_type);
	json_open_array(j, "sent");
	for (size_t i = 0; i < cert->sent_n; i++)
		put_hex(j, NULL, cert->sent[i].cert);
	json_close_array(j);
	put_hex(j, "spki",
		cert->sent_n > 0 ? cert->sent[0].spki : (struct str){ 0 });
	json_close_object(j);
}

static void
put_tls(struct json_out *j, const struct facts_tls *tls)
{
	json_put_i64(j, "version", tls->version);
	json_put_i64(j, "alert", tls->alert);
	json_put_bool(j, "client_asked", tls->client_asked);
	json_put_str(j, "cipher", tls->cipher);
	if (tls->cert.there)
		put_cert(j, &tls->cert);
}

static void
finish(struct run *r, struct json_out *j)
{
	json_close_object(j);
	(void)printf("%.*s\n", STR_ARG(buf_str(j->to)));
	if (--r->left == 0)
		loop_stop(r->loop);
}

static void
web_done(void *ctx, const struct facts_web *w)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);
	struct json_out j = JSON_OUT(&line);

	json_open_object(&j, NULL);
	json_put_str(&j, "stage", str_of(stages[w->stage]));
	json_put_str(&j, "why", w->why);
	put_tls(&j, &w->tls);
	json_put_i64(&j, "status", w->status);
	json_put_bool(&j, "has_type", w->has_type);
	json_put_str(&j, "type", w->type);
	json_put_str(&j, "encoding", w->encoding);
	json_put_str(&j, "location", w->location);
	json_put_str(&j, "server", w->server);
	json_put_str(&j, "body", w->body);
	json_put_bool(&j, "cut", w->cut);
	json_put_bool(&j, "over", w->over);
	json_put_u64(&j, "ms", w->ms);
	finish(ctx, &j);
}

static void
mail_done(void *ctx, const struct facts_mail *m)
{
	SCOPED_BUF line = BUF(LINE_MAX_BYTES);
	struct json_out j = JSON_OUT(&line);

	json_open_object(&j, NULL);
	json_put_str(&j, "stage", str_of(stages[m->stage]));
	json_put_str(&j, "why", m->why);
	put_tls(&j, &m->tls);
	json_put_str(&j, "banner", m->banner);
	json_put_bool(&j, "size", m->size);
	json_put_bool(&j, "pipelining", m->pipelining);
	json_put_bool(&j, "smtputf8", m->smtputf8);
	json_put_bool(&j, "requiretls", m->requiretls);
	json_put_u64(&j, "ms", m->ms);
	finish(ctx, &j);
}

/* ---- asking ---- */

static void
set_option(struct probe_options *o, struct netaddr_net *nets, const char *text)
{
	struct str value = str_of(text), name = { 0 };
	const char *said = strchr(text, '=') + 1;
	int64_t n = 0;

	(void)str_split(&value, '=', &name);
	(void)str_i64(value, &n);
	if (str_eq(name, S("ca")))
		o->ca_file = said;
	else if (str_eq(name, S("allow")) && o->allow_n < NETS_MAX &&
		 netaddr_parse_net(value, &nets[o->allow_n]))
		o->allow_n++;
	else if (str_eq(name, S("private")))
		o->allow_private_all = true;
	else if (str_eq(name, S("https_port")))
		o->https_port = (uint16_t)n;
	else if (str_eq(name, S("smtp_port")))
		o->smtp_port = (uint16_t)n;
	else if (str_eq(name, S("connect_ms")))
		o->connect_ms = n;
	else if (str_eq(name, S("tls_ms")))
		o->tls_ms = n;
	else if (str_eq(name, S("web_ms")))
		o->web_ms = n;
	else if (str_eq(name, S("mail_ms")))
		o->mail_ms = n;
	else if (str_eq(name, S("keep_ms")))
		o->keep_ms = n;
}

/* How many arguments one question takes, 0 when it is none. */
static int
ask(struct run *r, char **arg, int n)
{
	struct netaddr to;

	if (n >= 4 && strcmp(arg[0], "web") == 0 &&
	    netaddr_parse(str_of(arg[3]), &to)) {
		probe_web(r->probe, str_of(arg[1]), str_of(arg[2]), &to,
			  web_done, r);
		return 4;
	}
	if (n >= 3 && strcmp(arg[0], "mail") == 0 &&
	    netaddr_parse(str_of(arg[2]), &to)) {
		probe_mail(r->probe, str_of(arg[1]), &to, mail_done, r);
		return 3;
	}
	return 0;
}

int
main(int argc, char **argv)
{
	struct netaddr_net nets[NETS_MAX];
	struct probe_options options = { .allow = nets,
					 .ehlo = "probe.example.test" };
	struct run r = { 0 };
	struct diag why = { 0 };
	int i = 1, took = 1;

	for (; i < argc && strchr(argv[i], '='); i++)
		set_option(&options, nets, argv[i]);
	r.loop = loop_new();
	if (probe_new(r.loop, &options, &r.probe, &why) != ERR_NONE) {
		(void)fprintf(stderr, "%s %s\n", why.code, why.detail);
		loop_free(r.loop);
		return 1;
	}
	for (; i < argc && took > 0; i += took, r.left += took > 0)
		took = ask(&r, argv + i, argc - i);
	if (r.left > 0 && took > 0)
		loop_run(r.loop);
	probe_free(r.probe);
	loop_free(r.loop);
	return took > 0 ? 0 : 2;
}
