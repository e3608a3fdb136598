/* mail.c - as far as STARTTLS goes with a mail server, and no mail. */
#include "probe/private.h"

enum { COMMAND_MAX = 1024 };

static void
say_ehlo(struct job *j)
{
	SCOPED_BUF command = BUF(COMMAND_MAX);

	(void)buf_addf(&command, "EHLO %.*s\r\n",
		       STR_ARG(buf_str(&j->probe->ehlo)));
	loop_conn_write(j->conn, buf_str(&command));
}

/* RFC 5321 section 4.1.1.10: nobody leaves without a word. */
static void
say_quit(struct job *j, enum facts_stage stage, struct str why)
{
	loop_conn_write(j->conn, S("QUIT\r\n"));
	job_finish(j, stage, why);
}

static void
connected(struct job *j)
{
	(void)j; /* the server has the first word */
}

static void
secured(struct job *j)
{
	j->mail.turn = MAIL_EHLO_AGAIN;
	reply_clear(&j->mail.reply);
	say_ehlo(j);
}

/* What counts is what is offered under TLS (RFC 3207 section 4.2). */
static void
note_offers(struct job *j)
{
	const struct reply *r = &j->mail.reply;
	struct facts_mail *m = &j->mail.facts;

	m->size = reply_offers(r, S("SIZE"));
	m->pipelining = reply_offers(r, S("PIPELINING"));
	m->smtputf8 = reply_offers(r, S("SMTPUTF8"));
	m->requiretls = reply_offers(r, S("REQUIRETLS"));
}

/* "550 5.7.1 go away": what was said, with its number. */
static void
refused(struct job *j, enum facts_stage stage)
{
	SCOPED_BUF said = BUF(COMMAND_MAX);

	(void)buf_addf(&said, "%d ", j->mail.reply.code);
	(void)buf_add(&said, str_sub(reply_first(&j->mail.reply), 0, 500));
	say_quit(j, stage, buf_str(&said));
}

static void
answered_ehlo(struct job *j)
{
	const struct reply *r = &j->mail.reply;

	note_offers(j);
	if (r->code == 500 || r->code == 502) {
		refused(j, FACTS_NO_STARTTLS); /* it knows no extensions */
	} else if (r->code != 250) {
		refused(j, FACTS_PROTOCOL);
	} else if (!reply_offers(r, S("STARTTLS"))) {
		say_quit(j, FACTS_NO_STARTTLS, S(""));
	} else {
		j->mail.turn = MAIL_STARTTLS;
		loop_conn_write(j->conn, S("STARTTLS\r\n"));
	}
}

/* A whole reply; `more` came in one go with it. */
static void
answered(struct job *j, bool more)
{
	const struct reply *r = &j->mail.reply;

	switch (j->mail.turn) {
	case MAIL_BANNER:
		j->mail.facts.banner = job_shown(j, reply_first(r));
		if (r->code != 220) {
			refused(j, FACTS_PROTOCOL);
			break;
		}
		j->mail.turn = MAIL_EHLO;
		say_ehlo(j);
		break;
	case MAIL_EHLO:
		answered_ehlo(j);
		break;
	case MAIL_STARTTLS:
		if (r->code != 220) {
			refused(j, FACTS_NO_STARTTLS);
			break;
		}
		j->mail.injected = more;
		job_secure(j);
		break;
	case MAIL_EHLO_AGAIN:
		if (r->code != 250) {
			refused(j, FACTS_PROTOCOL);
			break;
		}
		note_offers(j);
		say_quit(j, FACTS_DONE,
			 j->mail.injected ? S("bytes behind the answer to "
					      "STARTTLS were dropped")
					  : S(""));
		break;
	}
}

static size_t
came(struct job *j, struct str bytes)
{
	struct reply *r = &j->mail.reply;
	size_t used = 0;

	while (used < bytes.n && j->phase == JOB_TALKS) {
		used += reply_feed(r, str_sub(bytes, used, SIZE_MAX));
		if (r->broken)
			job_finish(j, FACTS_PROTOCOL, buf_str(&r->text));
		else if (r->whole)
			answered(j, used < bytes.n);
		if (r->whole)
			reply_clear(r);
	}
	return bytes.n;
}

static void
closed(struct job *j, bool clean)
{
	static const char *const where[] = {
		[MAIL_BANNER] = "the connection ended before the banner",
		[MAIL_EHLO] = "the connection ended after EHLO",
		[MAIL_STARTTLS] = "the connection ended after STARTTLS",
		[MAIL_EHLO_AGAIN] = "the connection ended after TLS"
	};

	(void)clean;
	job_finish(j, FACTS_PROTOCOL, str_of(where[j->mail.turn]));
}

static void
report(struct job *j)
{
	struct facts_mail *m = &j->mail.facts;

	m->stage = j->stage;
	m->why = j->why;
	m->tls = j->tls;
	m->ms = j->ms;
	j->mail.done(j->ctx, m);
}

static void
report_again(struct job *j, const struct job *before)
{
	j->mail.done(j->ctx, &before->mail.facts);
}

static void
fini(struct job *j)
{
	reply_fini(&j->mail.reply);
}

static const struct job_kind mail = {
	.connected = connected,
	.secured = secured,
	.read = came,
	.closed = closed,
	.report = report,
	.report_again = report_again,
	.fini = fini,
};

void
probe_mail(struct probe *p, struct str host, const struct netaddr *address,
	   void (*done)(void *ctx, const struct facts_mail *mail), void *ctx)
{
	struct job *j = job_new(p, host, address, ctx);

	j->kind = &mail;
	j->port = p->options.smtp_port;
	j->whole_ms = p->options.mail_ms;
	j->mail.done = done;
	reply_init(&j->mail.reply);
	job_queue(j);
}
