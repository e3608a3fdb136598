/* cert_child.c - an order in its child: begun, heard of, ended. */
#include "hosting/cert.h"
#include "hosting/tell.h"
#include "log/log.h"
#include "os/os.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	AGAIN = 60,     /* seconds after trouble of ours */
	EARLY = 15,     /* seconds after a pre-flight that failed, doubling */
	EARLY_TRIES = 8 /* about an hour in all */
};

/* ---- the end of an order ---- */

static void
take_down(struct hosting_order *o)
{
	struct hosting_challenge **at = &o->h->index.challenges;

	if (!o->shown)
		return;
	while (*at != &o->challenge)
		at = &(*at)->next;
	*at = o->challenge.next;
	o->shown = false;
	hosting_index_touch(&o->h->index, o->name);
	(void)hosting_publish(o->h, true);
}

void
hosting_order_free(struct hosting_order *o)
{
	take_down(o);
	loop_watch_free(o->watch);
	os_fd_cleanup(&o->fd);
	if (o->pid > 0) {
		(void)kill(o->pid, SIGKILL);
		(void)waitpid(o->pid, NULL, 0);
	}
	facts_free(o->preflight.facts);
	o->h->order[o->slot] = NULL;
	arena_free(o->mem);
	heap_free(o);
}

static void
tell(struct hosting_order *o, bool is)
{
	const struct hosting_trouble t = {
		.owner = o->owner,
		.code = o->own ? "hosting.own_cert_failing"
			       : "hosting.cert_failing",
		.domain = o->own ? o->host : o->name,
		.own = o->own
	};

	hosting_tell(o->h, &t, is);
}

static void
write_failed(struct hosting_order *o, const struct diag *fault, int64_t next)
{
	const struct control_cert failed = {
		.hosted = o->id,
		.name = o->host,
		.next_try = next,
		.fault = str_of(fault->code),
		.fault_detail = str_of(fault->detail),
		.fault_at = o->h->o.clock(),
	};
	struct diag why = { 0 };

	log_warn("certificate_failed", fault, log_text("name", o->host));
	if (control_cert_failed(o->h->control, &failed, &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
	if (hosting_is_grave(o->tries + 1, o->not_after, failed.fault_at))
		tell(o, true);
}

static void
fail(struct hosting_order *o, const struct diag *fault)
{
	unsigned failures = o->tries < 100 ? (unsigned)o->tries + 1 : 100;

	write_failed(o, fault,
		     acme_retry_at(o->host, failures, o->h->o.clock()));
}

/* Nobody was asked but DNS and ourselves: that may be done again soon, as a
 * name that has just been published is not there everywhere yet. */
void
hosting_order_fail_early(struct hosting_order *o, const struct diag *fault)
{
	int64_t now = o->h->o.clock();

	if (o->tries < EARLY_TRIES)
		write_failed(o, fault, now + (EARLY << o->tries));
	else
		fail(o, fault);
}

/* ---- what the child says ---- */

static struct str
piece(struct str *rest, uint32_t n)
{
	struct str s = str_sub(*rest, 0, n);

	*rest = str_sub(*rest, n, SIZE_MAX);
	return s;
}

static bool
put_up(struct hosting_order *o, const struct hosting_message *m,
       struct str rest)
{
	struct hosting_challenge *c = &o->challenge;

	take_down(o);
	*c = (struct hosting_challenge){ .name = o->name };
	if (!arena_dup(o->mem, piece(&rest, m->token_n), &c->http_token) ||
	    !arena_dup(o->mem, piece(&rest, m->answer_n), &c->http_answer) ||
	    !arena_dup(o->mem, piece(&rest, m->digest_n), &c->alpn_digest))
		return false;
	c->next = o->h->index.challenges;
	o->h->index.challenges = c;
	o->shown = true;
	hosting_index_touch(&o->h->index, o->name);
	if (!hosting_publish(o->h, true))
		return false;
	os_step("cert.shown");
	return true;
}

static void
keep_kid(struct hosting_order *o, struct str ca, const char *kid)
{
	struct hosting *h = o->h;
	const struct control_acme account = { .ca = ca,
					      .kid = str_of(kid),
					      .made_at = h->o.clock() };
	struct control_acme old = { 0 };
	struct diag why = { 0 };
	bool found = false;
	enum err err =
		control_acme_get(h->control, ca, o->mem, &old, &found, &why);

	if (kid[0] == '\0' || (found && str_eq(old.kid, account.kid)))
		return;
	if (err == ERR_NONE)
		err = control_acme_put(h->control, &account, &why);
	if (err != ERR_NONE)
		log_warn("hosting_failed", &why);
	hosting_caa(h);
}

/* Orders and proofs that were tried and failed count against the limits. */
static void
reckon(struct hosting_order *o, const struct hosting_message *m,
       enum acme_fault fault)
{
	const struct acme_trouble t = { .fault = fault,
					.orders = m->orders,
					.failed_proofs = m->failed_proofs };

	acme_pace_ended(hosting_pace(o->h), &o->due, &t, o->h->o.clock());
	hosting_pace_save(o->h);
}

static void
take_issued(struct hosting_order *o, const struct hosting_message *m,
	    struct str rest)
{
	struct hosting *h = o->h;
	struct str ca = str_of(m->ca < h->o.cas.n ? h->o.cas.at[m->ca] : "");
	const struct control_cert cert = {
		.hosted = o->id,
		.name = o->host,
		.chain = piece(&rest, m->chain_n),
		.key = piece(&rest, m->key_n),
		.not_before = m->not_before,
		.not_after = m->not_after,
		.issued_at = h->o.clock(),
		.ca = ca,
		.next_try = acme_renew_at(o->host, m->not_before, m->not_after,
					  &m->window),
	};
	struct diag why = { 0 };

	os_step("cert.issued");
	if (control_cert_put(h->control, &cert, &why) != ERR_NONE) {
		log_warn("hosting_failed", &why);
		return;
	}
	os_step("cert.stored");
	reckon(o, m, ACME_FINE);
	log_info("certificate_issued", log_text("name", o->host));
	tell(o, false);
	keep_kid(o, ca, m->kid);
	(void)hosting_publish(h, true);
	os_step("cert.served");
}

static void
take_failed(struct hosting_order *o, const struct hosting_message *m)
{
	struct hosting *h = o->h;

	reckon(o, m, (enum acme_fault)m->fault);
	if (m->until > h->o.clock())
		write_failed(o, &m->why, m->until);
	else if (m->fault == ACME_STOPPED)
		write_failed(o, &m->why, h->o.clock() + AGAIN);
	else if (m->orders == 0 && m->fault == ACME_DOMAIN)
		hosting_order_fail_early(o, &m->why);
	else
		fail(o, &m->why);
}

static void
take_message(struct hosting_order *o, struct str bytes)
{
	struct hosting_message m;
	bool done = false;

	if (bytes.n < sizeof(m))
		return;
	memcpy(&m, bytes.p, sizeof(m));
	bytes = str_sub(bytes, sizeof(m), SIZE_MAX);
	switch (m.word) {
	case HOSTING_SHOW:
		done = put_up(o, &m, bytes);
		(void)send(o->fd, done ? "y" : "n", 1, MSG_NOSIGNAL);
		break;
	case HOSTING_HIDE:
		take_down(o);
		(void)send(o->fd, "y", 1, MSG_NOSIGNAL);
		break;
	case HOSTING_ISSUED:
		o->told = true;
		take_issued(o, &m, bytes);
		break;
	case HOSTING_FAILED:
		o->told = true;
		take_failed(o, &m);
		break;
	}
}

static void
on_child(void *ctx)
{
	struct hosting_order *o = ctx;
	enum { ROOM = sizeof(struct hosting_message) + 2 * ACME_CHAIN_MAX };
	SCOPED_BUF bytes = BUF(ROOM);
	char *to = buf_reserve(&bytes, ROOM);
	ssize_t n = recv(o->fd, to, ROOM, MSG_DONTWAIT);
	struct diag why = { 0 };

	if (n > 0) {
		take_message(o, (struct str){ to, (size_t)n });
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (!o->told) {
		(void)diag_set(&why, ERR_IO, "hosting.order_died", 0, "%.*s",
			       STR_ARG(o->host));
		fail(o, &why);
	}
	hosting_order_free(o);
}

/* ---- the beginning of an order ---- */

static bool
read_secret(struct hosting *h, const char *path, struct arena *mem,
	    struct str *out)
{
	SCOPED_BUF text = BUF(4096);
	struct diag why = { 0 };

	(void)h;
	if (path[0] == '\0')
		return true;
	if (os_read_file(path, &text, &why) == ERR_NONE)
		return arena_dup(mem, str_trim(buf_str(&text)), out);
	log_warn("hosting_failed", &why);
	return false;
}

static void
fill_cas(struct hosting_order *o, struct hosting_order_in *in)
{
	const struct hosting_options *h = &o->h->o;

	for (size_t i = 0; i < h->cas.n && i < HOSTING_CAS_MAX; i++) {
		struct acme_ca *ca = &in->ca[in->ca_n++];
		struct control_acme account = { 0 };
		bool found = false;

		*ca = (struct acme_ca){
			.directory = str_of(h->cas.at[i]),
			.ca_file = h->ca_file[0] ? h->ca_file : NULL,
			.contact = str_of(h->contact),
			.profile = str_of(h->profile),
			.terms_agreed = h->terms_agreed,
		};
		if (control_acme_get(o->h->control, ca->directory, o->mem,
				     &account, &found, NULL) == ERR_NONE &&
		    found)
			ca->kid = account.kid;
		if (i == 0 && h->eab_kid[0] &&
		    read_secret(o->h, h->eab_hmac_file, o->mem, &ca->eab_hmac))
			ca->eab_kid = str_of(h->eab_kid);
	}
}

static bool
fill_account_key(struct hosting_order *o, struct hosting_order_in *in,
		 struct buf *key)
{
	struct hosting *h = o->h;
	SCOPED_BUF sealed = BUF(HOSTED_KEY_MAX);
	struct control_acme account = { 0 };
	struct diag why = { 0 };
	bool found = false;

	if (control_acme_get(h->control, S(""), o->mem, &account, &found,
			     &why) != ERR_NONE)
		return false;
	if (found) {
		in->account_key = buf_str(key);
		if (!seal_open(h->master, account.key, key))
			return false;
		in->account_key = buf_str(key);
		return true;
	}
	if (!acme_key_make(key) ||
	    !seal_close(h->master, buf_str(key), &sealed))
		return false;
	account = (struct control_acme){ .key = buf_str(&sealed),
					 .made_at = h->o.clock() };
	in->account_key = buf_str(key);
	return control_acme_put(h->control, &account, &why) == ERR_NONE;
}

static bool
fill(struct hosting_order *o, struct hosting_order_in *in, struct buf *key)
{
	struct control_cert cert;
	bool found = false;

	in->host = o->host;
	in->zone = &o->h->index.zone;
	in->master = o->h->master;
	fill_cas(o, in);
	if (control_cert_find(o->h->control, o->host, o->mem, &cert, &found,
			      NULL) == ERR_NONE &&
	    found) {
		in->previous = cert.chain;
		in->previous_directory = cert.ca;
	}
	return in->ca_n > 0 && fill_account_key(o, in, key);
}

bool
hosting_order_begin(struct hosting_order *o)
{
	SCOPED_BUF key = BUF(ACME_KEY_MAX);
	struct hosting_order_in in = { .ca_n = 0 };
	int pair[2];

	if (!fill(o, &in, &key) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return false;
	o->pid = fork();
	if (o->pid == 0)
		hosting_order_child(&in, pair[1]);
	seal_wipe(key.p, key.n);
	(void)close(pair[1]);
	o->fd = pair[0];
	if (o->pid < 0)
		return false;
	o->watch = loop_watch_new(o->h->loop, o->fd, on_child, o);
	return true;
}
