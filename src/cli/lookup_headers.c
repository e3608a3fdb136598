/* lookup_headers.c - `lookup headers`: what a mail says of itself, and what of
 * it holds. Signatures are checked here when the whole mail is there. */
#include "cli/inspect.h"

#include "carrier/carrier.h"
#include "headers/headers.h"
#include "os/os.h"

#include <string.h>
#include <unistd.h>

enum {
	MESSAGE_MAX = 32 << 20,
	PIECE = 64 << 10,
	FACTS_MAX = 4 << 20,
	EVIDENCE_MAX = 1024
};

struct look {
	struct cli *c;
	struct headers_mail mail;
	struct arena *mem;
	struct facts *facts;
	struct carrier_mail carrier;
	struct carrier_verdict verdict;
	bool judged;
	struct finding_list found;
};

/* ---- the text ---- */

static enum err
read_input(struct cli *c, struct buf *out, struct diag *why)
{
	const char *path = c->args.operand_count ? c->args.operand[0] : "-";
	size_t n = PIECE;

	if (strcmp(path, "-") != 0)
		return os_read_file(path, out, why);
	if (c->tty_in)
		cli_note(c, "cli.headers.paste", CLI_NO_ARGS);
	while (n == PIECE) {
		char *to = buf_reserve(out, PIECE);

		if (!to)
			return diag_set(why, ERR_LIMIT, "mime.too_large", 0,
					"%s", "32 MiB");
		n = os_read_all(STDIN_FILENO, to, PIECE);
		if (n == SIZE_MAX)
			return diag_errno(why, "read", path);
		buf_commit(out, n);
	}
	return ERR_NONE;
}

/* ---- what holds ---- */

/* The peer of the reader's own servers: the last one with an address of the
 * net, and the sender it named. Only known when both were written down. */
static void
find_peer(struct look *l, const struct probe_options *net)
{
	const struct headers_mail *m = &l->mail;
	struct netaddr ip;

	for (size_t i = m->hop_n; m->returns && i > 0; i--) {
		const struct headers_hop *hop = &m->hop[i - 1];

		if (!netaddr_parse(hop->address, &ip) ||
		    !probe_allowed(net, &ip))
			continue;
		l->carrier.client = hop->address;
		l->carrier.helo = hop->from;
		l->carrier.mail_from = m->return_address;
		return;
	}
}

static bool
judge(void *ctx)
{
	struct look *l = ctx;

	return carrier_judge(l->facts, &l->carrier, &l->verdict);
}

static int
verify(struct look *l, struct str text)
{
	struct inspect_options net;
	int64_t at = l->c->now;
	int code;

	if (!cli_network(l->c, &net, &code))
		return code;
	if (l->mail.hop_n > 0 && l->mail.hop[l->mail.hop_n - 1].timed)
		at = l->mail.hop[l->mail.hop_n - 1].at;
	l->carrier.received_at = at;
	find_peer(l, &net.net);
	if (!dkimsig_read(text, l->mem, &l->carrier.read))
		return CLI_FINE;
	code = cli_judge(l->c, l->facts, judge, l);
	l->judged = code == CLI_FINE;
	return code;
}

/* ---- findings ---- */

static bool
claims_dmarc(const struct headers_mail *mail)
{
	for (size_t i = 0; i < mail->result_n; i++)
		if (str_eq(mail->result[i].method, S("dmarc")) &&
		    str_eq(mail->result[i].result, S("pass")))
			return true;
	return false;
}

/* Also of an author who publishes no DMARC record. */
static bool
is_signed(const struct look *l)
{
	for (size_t i = 0; i < l->verdict.n; i++)
		if (l->verdict.sig[i].result == CARRIER_PASS &&
		    !l->verdict.sig[i].partly &&
		    headers_related(l->verdict.sig[i].domain,
				    l->verdict.author))
			return true;
	return false;
}

static const char *
verdict_code(const struct look *l)
{
	const struct carrier_verdict *v = &l->verdict;

	if (is_signed(l))
		return "headers.verified";
	if (v->dmarc == CARRIER_PASS)
		return "headers.verified_server";
	if (v->dmarc == CARRIER_TEMPERROR)
		return "headers.dns";
	return v->dmarc == CARRIER_NONE && v->author.n == 0 ? NULL
							    : "headers.refuted";
}

static void
add_verdict(struct look *l)
{
	const struct carrier_verdict *v = &l->verdict;
	const char *code = verdict_code(l);

	for (size_t i = 0; i < v->n; i++) {
		SCOPED_BUF about = BUF(EVIDENCE_MAX);

		buf_addf(&about, "d=%.*s s=%.*s", STR_ARG(v->sig[i].domain),
			 STR_ARG(v->sig[i].selector));
		if (v->sig[i].code[0])
			finding_add(&l->found, v->sig[i].code, buf_str(&about),
				    NULL);
	}
	if (code)
		finding_add(&l->found, code, S(""), "domain", &v->author, NULL);
	if (code && str_eq(str_of(code), S("headers.refuted")) &&
	    claims_dmarc(&l->mail))
		finding_add(&l->found, "headers.contradicted", S(""), "domain",
			    &v->author, "host", &l->mail.judge, NULL);
}

/* ---- for a person ---- */

static void
tell_hop(struct cli *c, const struct headers_hop *h)
{
	struct buf *out = &c->out;
	char stamp[CIVIL_STAMP_SIZE];

	buf_addf(out, "  %-20s  ",
		 h->timed ? civil_print_stamp(h->at, stamp) : "-");
	if (h->delayed)
		buf_addf(out, "%+6lld s  ", (long long)h->delay);
	else
		buf_addf(out, "%8s  ", "");
	buf_add_escaped(out, h->from.n > 0 ? h->from : S("-"));
	buf_addz(out, " > ");
	buf_add_escaped(out, h->by.n > 0 ? h->by : S("-"));
	if (h->with.n > 0) {
		buf_addz(out, "  ");
		buf_add_escaped(out, h->with);
	}
	buf_addc(out, '\n');
}

static void
tell_pair(struct buf *out, const char *name, struct str value)
{
	if (value.n == 0)
		return;
	buf_addf(out, "%-14s ", name);
	buf_add_escaped(out, value);
	buf_addc(out, '\n');
}

static void
tell(struct look *l)
{
	struct cli *c = l->c;
	const struct headers_mail *m = &l->mail;

	tell_pair(&c->out, "From", m->from);
	tell_pair(&c->out, "Return-Path", m->return_path);
	for (size_t i = 0; i < m->signature_n; i++)
		tell_pair(&c->out, "DKIM d=", m->signature[i].domain);
	tell_pair(&c->out, "authserv-id", m->judge);
	for (size_t i = 0; i < m->result_n; i++) {
		const struct headers_result *r = &m->result[i];

		buf_addz(&c->out, "  ");
		buf_add_escaped(&c->out, r->method);
		buf_addc(&c->out, '=');
		buf_add_escaped(&c->out, r->result);
		buf_addz(&c->out, "  ");
		buf_add_escaped(&c->out, r->detail);
		buf_addc(&c->out, '\n');
	}
	if (m->hop_n > 0)
		buf_addz(&c->out, "Received\n");
	for (size_t i = 0; i < m->hop_n; i++)
		tell_hop(c, &m->hop[i]);
	cli_tell_findings(c, &l->found, FINDING_OK);
}

/* ---- as JSON ---- */

static void
put_results(struct json_out *j, const struct headers_mail *m)
{
	json_open_array(j, "results");
	for (size_t i = 0; i < m->result_n; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "method", m->result[i].method);
		json_put_str(j, "result", m->result[i].result);
		json_put_known(j, "detail", m->result[i].detail);
		json_close_object(j);
	}
	json_close_array(j);
	json_open_array(j, "signatures");
	for (size_t i = 0; i < m->signature_n; i++) {
		json_open_object(j, NULL);
		json_put_known(j, "domain", m->signature[i].domain);
		json_put_known(j, "selector", m->signature[i].selector);
		json_put_known(j, "algorithm", m->signature[i].algorithm);
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put_hops(struct json_out *j, const struct headers_mail *m)
{
	json_open_array(j, "hops");
	for (size_t i = 0; i < m->hop_n; i++) {
		const struct headers_hop *h = &m->hop[i];

		json_open_object(j, NULL);
		json_put_known(j, "from", h->from);
		json_put_known(j, "address", h->address);
		json_put_known(j, "by", h->by);
		json_put_known(j, "with", h->with);
		cli_json_i64(j, "at", h->at, h->timed);
		cli_json_i64(j, "delay", h->delay, h->delayed);
		json_close_object(j);
	}
	json_close_array(j);
}

static void
put(struct look *l)
{
	struct json_out *j = cli_json_only(l->c, "waxseal.lookup.headers/1");
	const struct headers_mail *m = &l->mail;

	json_put_known(j, "from", m->from);
	json_put_known(j, "return_path", m->return_path);
	json_put_known(j, "judge", m->judge);
	json_put_bool(j, "whole", m->whole);
	put_results(j, m);
	put_hops(j, m);
	if (l->judged)
		carrier_print(j, "verdict", &l->verdict);
	else
		json_put_null(j, "verdict");
	finding_put_list(j, "findings", &l->found, l->c->lang);
	cli_json_only_end(l->c);
}

/* ---- the command ---- */

static int
look_at(struct look *l, struct str text)
{
	struct diag why = { 0 };
	enum err err = headers_read(text, l->mem, &l->mail, &why);
	int code = CLI_FINE;

	if (err != ERR_NONE)
		return cli_fail(l->c, err, &why);
	finding_list_init(&l->found, l->mem);
	headers_check(&l->mail, &l->found);
	if (l->mail.whole)
		code = verify(l, text);
	if (l->judged)
		add_verdict(l);
	if (cli_is_json(l->c))
		put(l);
	else
		tell(l);
	return code != CLI_FINE ? code : cli_findings_exit(l->c, &l->found);
}

int
cli_lookup_headers(struct cli *c)
{
	SCOPED_BUF text = BUF(MESSAGE_MAX);
	struct look l = { .c = c };
	struct diag why = { 0 };
	enum err err = read_input(c, &text, &why);
	int code;

	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	l.mem = arena_new(2 * HEADERS_MEMORY);
	l.facts = facts_new(FACTS_MAX, c->now);
	code = look_at(&l, buf_str(&text));
	facts_free(l.facts);
	arena_free(l.mem);
	return code;
}
