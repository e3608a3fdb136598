/* sample.c - days of report mail for made-up domains. */
#include "sample/private.h"

#include <stdio.h>

enum {
	MAIL_MAX = 4 << 20,
	DOMAIN_ROOM = 96,
	TLS_PERCENT = 35,    /* of the days: one TLS report */
	FAILURE_PERCENT = 6, /* of the days: one failure report */
	MAILS_DEFAULT = 4
};

struct maker {
	enum err (*mail)(void *ctx, struct str name, struct str message);
	void *ctx;
	struct dice dice;
	struct buf document, message;
	uint64_t serial;
};

/* Domains beyond those of the world are numbered copies of them. */
static void
name_domain(unsigned i, char room[DOMAIN_ROOM], struct day_report *r)
{
	unsigned count;

	r->home = world_domain(i, &count);
	if (i < count)
		(void)snprintf(room, DOMAIN_ROOM, "%s", r->home->name);
	else
		(void)snprintf(room, DOMAIN_ROOM, "d%u.%s", i, r->home->name);
	r->domain = room;
}

static enum err
give(struct maker *m, const struct day_report *r, const char *what)
{
	char date[CIVIL_DATE_SIZE], name[DOMAIN_ROOM + 64];
	int n = snprintf(name, sizeof name, "%s-%s-%s-%06llu.eml",
			 civil_print_date(r->begin, date), r->domain, what,
			 (unsigned long long)r->serial);

	if (m->message.full)
		return ERR_LIMIT;
	return m->mail(m->ctx, (struct str){ name, (size_t)n },
		       buf_str(&m->message));
}

static enum err
make_report(struct maker *m, struct day_report *r, bool tls)
{
	r->serial = ++m->serial;
	r->reporter = world_reporter(&m->dice);
	buf_clear(&m->document);
	buf_clear(&m->message);
	if (tls)
		tls_document(r, &m->dice, &m->document);
	else
		dmarc_document(r, &m->dice, &m->document);
	mail_with(r, buf_str(&m->document), tls, &m->message);
	return give(m, r, tls ? "tls" : "dmarc");
}

static enum err
make_failure(struct maker *m, struct day_report *r)
{
	r->serial = ++m->serial;
	r->reporter = world_reporter(&m->dice);
	buf_clear(&m->message);
	failure_mail(r, &m->dice, &m->message);
	return give(m, r, "failure");
}

static enum err
make_day(struct maker *m, const struct sample_options *o, struct day_report *r)
{
	unsigned about = o->mails_per_day ? o->mails_per_day : MAILS_DEFAULT;
	unsigned mails = 1 + dice_below(&m->dice, 2 * about - 1);
	enum err err = ERR_NONE;

	for (unsigned i = 0; i < mails && err == ERR_NONE; i++)
		err = make_report(m, r, false);
	if (err == ERR_NONE && o->tls && dice_chance(&m->dice, TLS_PERCENT))
		err = make_report(m, r, true);
	if (err == ERR_NONE && o->failures &&
	    dice_chance(&m->dice, FAILURE_PERCENT))
		err = make_failure(m, r);
	return err;
}

enum err
sample_make(const struct sample_options *o,
	    enum err (*mail)(void *ctx, struct str name, struct str message),
	    void *ctx, struct diag *why)
{
	struct maker m = { .mail = mail,
			   .ctx = ctx,
			   .dice = { o->seed },
			   .document = BUF(MAIL_MAX),
			   .message = BUF(MAIL_MAX) };
	int64_t last = civil_day(o->last_day) * CIVIL_DAY;
	enum err err = ERR_NONE;

	if (o->domains == 0 || o->days == 0)
		return diag_set(why, ERR_LIMIT, "sample.nothing", 0, "%u x %u",
				o->domains, o->days);
	for (unsigned day = 0; day < o->days && err == ERR_NONE; day++)
		for (unsigned i = 0; i < o->domains && err == ERR_NONE; i++) {
			char domain[DOMAIN_ROOM];
			struct day_report r = { .age = o->days - 1 - day };

			name_domain(i, domain, &r);
			r.begin = last - (int64_t)r.age * CIVIL_DAY;
			err = make_day(&m, o, &r);
		}
	buf_free(&m.document);
	buf_free(&m.message);
	return err;
}
