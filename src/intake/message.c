/* message.c - one transaction: who may receive it, its octets on their way
 * into the spool, and its answer when it is there for good. */
#include "intake/private.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
	FREE_GUESSES = 3, /* unknown recipients before it gets slow */
	GUESSES_MAX = 60, /* before the session ends */
	RECIPIENTS_BYTES = SMTP_RECIPIENTS_MAX * (SMTP_PATH_MAX + 1),
	DOMAIN_BYTES = 256
};

struct delivery {
	struct session *session; /* NULL: the client went away */
	struct intake *role;
	char id[48];
	char client[NETADDR_PRINT_MAX];
	uint64_t size;
	int64_t begun;
	size_t recipients;
	bool secured;
};

/* The message under way is not this session's any more. */
static struct spool_message *
take_message(struct session *s)
{
	struct spool_message *m = s->message;

	if (m != NULL)
		s->role->message_count--;
	s->message = NULL;
	return m;
}

static void
forget_transaction(struct session *s)
{
	spool_drop(take_message(s));
	buf_free(&s->recipients);
	buf_free(&s->domain);
	s->recipients = (struct buf)BUF(RECIPIENTS_BYTES);
	s->domain = (struct buf)BUF(DOMAIN_BYTES);
}

void
message_forget(struct session *s)
{
	forget_transaction(s);
	if (s->wait != NULL)
		s->wait->session = NULL;
	s->wait = NULL;
}

static enum smtp_answer
on_mail(void *ctx, struct str from)
{
	(void)from;
	forget_transaction(ctx);
	return SMTP_OK;
}

static enum smtp_answer
refuse_recipient(struct session *s, struct str to, enum smtp_answer told)
{
	char client[NETADDR_PRINT_MAX];

	s->unknown++;
	metrics_add(METRICS_SMTP_REJECTED, 1);
	log_info("recipient.refused",
		 log_text("peer", session_client(s, client)),
		 log_text("to", to),
		 log_text("code", told == SMTP_UNKNOWN ? S("550 5.1.1")
						       : S("550 5.7.1")));
	if (s->unknown > GUESSES_MAX)
		return SMTP_CLOSING;
	if (s->unknown > FREE_GUESSES && !s->trusted) {
		s->held_until = os_ticks() + s->role->options.delay_ms;
		smtp_hold(s->smtp);
	}
	return told;
}

static enum smtp_answer
on_rcpt(void *ctx, struct str to)
{
	struct session *s = ctx;
	struct str domain;
	enum smtp_answer told;

	recipients_refresh(s->role->recipients, os_ticks());
	told = recipients_judge(s->role->recipients, to, &domain);
	if (told != SMTP_OK)
		return refuse_recipient(s, to, told);
	if (s->recipients.n > 0)
		(void)buf_addc(&s->recipients, ' ');
	(void)buf_add(&s->recipients, to);
	if (s->domain.n == 0)
		(void)buf_add(&s->domain, domain);
	return SMTP_OK;
}

static void
deferred(const struct session *s, const struct diag *why)
{
	char client[NETADDR_PRINT_MAX];

	metrics_add(METRICS_SMTP_DEFERRED, 1);
	log_warn("message.deferred", why, log_text("id", str_of(s->id)),
		 log_text("peer", session_client(s, client)));
}

/* What the client is told of trouble with the spool. */
static enum smtp_answer
answer_of(enum err err, const struct diag *why)
{
	if (err == ERR_LIMIT)
		return SMTP_TOO_LARGE;
	return strcmp(why->code, "spool.full") == 0 ? SMTP_FULL : SMTP_TROUBLE;
}

/* "1a2b3c4d-3f2-1": the second, the process, the message. */
static void
new_id(struct session *s, int64_t now)
{
	(void)snprintf(s->id, sizeof(s->id), "%" PRIx64 "-%x-%" PRIx64,
		       (uint64_t)now, (unsigned)getpid(), ++s->role->serial);
}

static enum err
room(const struct intake *role, struct diag *why)
{
	if (role->message_count >= role->options.messages)
		return diag_set(why, ERR_BUSY, "intake.busy", 0, "%u",
				role->message_count);
	return spool_room(role->spool, why);
}

/* Who sent it, as far as that is known. A server that hands on what others sent
 * and does not say who they are is not the sender: SPF of its own address would
 * pass for everybody who may send through it. */
static struct str
sending_client(const struct session *s, const struct smtp_facts *facts,
	       char text[NETADDR_PRINT_MAX])
{
	if ((s->trusted || facts->lmtp) && !facts->has_client)
		return (struct str){ 0 };
	return session_client(s, text);
}

static enum smtp_answer
on_begin(void *ctx)
{
	struct session *s = ctx;
	struct smtp_facts facts = smtp_facts(s->smtp);
	char client[NETADDR_PRINT_MAX];
	struct diag why = { 0 };
	int64_t now = os_now();
	enum err err;
	struct spool_envelope envelope = {
		.door = SPOOL_SMTP,
		.owner = 1, /* SELF, contracts section 3 */
		.received_at = now,
		.client = sending_client(s, &facts, client),
		.helo = facts.helo,
		.mail_from = facts.mail_from,
		.recipients = buf_str(&s->recipients),
		.domain = buf_str(&s->domain),
		.tls = buf_str(&s->tls),
		.smtputf8 = facts.smtputf8,
		.lmtp = facts.lmtp,
	};

	new_id(s, now);
	envelope.id = str_of(s->id);
	err = room(s->role, &why);
	if (err != ERR_NONE) {
		deferred(s, &why);
		return answer_of(err, &why);
	}
	s->message = spool_begin(s->role->spool, &envelope);
	s->role->message_count++;
	s->size = 0;
	s->begun = os_ticks();
	return SMTP_OK;
}

static enum smtp_answer
on_body(void *ctx, struct str octets)
{
	struct session *s = ctx;
	struct diag why = { 0 };
	enum err err = spool_add(s->message, octets, &why);

	s->size += octets.n;
	if (err == ERR_NONE)
		return SMTP_OK;
	if (err != ERR_LIMIT)
		deferred(s, &why);
	return answer_of(err, &why);
}

static void
durable(void *ctx, enum err err, const struct diag *why)
{
	struct delivery *d = ctx;
	struct session *s = d->session;
	struct log_pair pairs[] = {
		log_text("id", str_of(d->id)),
		log_text("peer", str_of(d->client)),
		log_number("size", (int64_t)d->size),
		log_number("recipients", (int64_t)d->recipients),
		log_text("tls", d->secured ? S("yes") : S("no")),
		log_text("heard", s != NULL ? S("yes") : S("no")),
		log_number("ms", os_ticks() - d->begun),
		{ 0 },
	};

	if (err == ERR_NONE) {
		metrics_add(METRICS_SMTP_ACCEPTED, 1);
		log_event(LOG_INFO, "message.accepted", NULL, pairs);
	} else {
		metrics_add(METRICS_SMTP_DEFERRED, 1);
		log_event(LOG_WARN, "message.deferred", why, pairs);
	}
	if (s != NULL) {
		s->wait = NULL;
		session_answer(s,
			       err == ERR_NONE ? SMTP_OK : answer_of(err, why),
			       str_of(d->id));
	}
	heap_free(d);
}

static enum smtp_answer
on_end(void *ctx)
{
	struct session *s = ctx;
	struct smtp_facts facts = smtp_facts(s->smtp);
	struct spool_message *message = take_message(s);
	struct delivery *d = heap_new(sizeof(*d));
	char client[NETADDR_PRINT_MAX];

	*d = (struct delivery){ .session = s,
				.role = s->role,
				.size = s->size,
				.begun = s->begun,
				.recipients = facts.recipients,
				.secured = facts.secured };
	memcpy(d->id, s->id, sizeof(d->id));
	(void)snprintf(d->client, sizeof(d->client), "%.*s",
		       STR_ARG(session_client(s, client)));
	s->wait = d;
	forget_transaction(s);
	spool_finish(message, durable, d);
	commit_soon(s->role);
	return SMTP_LATER;
}

static void
on_drop(void *ctx, enum smtp_answer why)
{
	struct session *s = ctx;
	char client[NETADDR_PRINT_MAX];

	if (why == SMTP_TOO_LARGE || why == SMTP_LOOP) {
		metrics_add(METRICS_SMTP_REJECTED, 1);
		log_info("message.refused", log_text("id", str_of(s->id)),
			 log_text("peer", session_client(s, client)),
			 log_text("code", why == SMTP_LOOP ? S("554 5.4.6")
							   : S("552 5.3.4")));
	}
	forget_transaction(s);
}

const struct smtp_owner message_owner = {
	.mail = on_mail,
	.rcpt = on_rcpt,
	.begin = on_begin,
	.body = on_body,
	.end = on_end,
	.drop = on_drop,
};
