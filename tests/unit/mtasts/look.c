/* look.c - the good world, its departures, and the rounds of questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "look.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 4 << 20, ROUNDS_MAX = 12 };

static const struct str host_names[] = { STR("mta-sts.example.com"),
					 STR("mail.example.com") };

static const struct facts_cert good_cert = {
	.there = true,
	.not_before = LOOK_NOW - 30 * CIVIL_DAY,
	.not_after = LOOK_NOW + 60 * CIVIL_DAY,
	.names = host_names,
	.names_n = 2,
	.common_name = STR("example.com"),
	.issuer = STR("Test CA"),
	.chain = FACTS_CHAIN_TRUSTED,
	.key_bits = 256,
	.key_type = STR("EC"),
};

void
look_good_web(struct facts_web *out)
{
	*out = (struct facts_web){
		.stage = FACTS_DONE,
		.tls = { .version = 0x0304, .alert = -1, .cert = good_cert },
		.status = 200,
		.has_type = true,
		.type = S("text/plain; charset=us-ascii"),
		.body = S(LOOK_POLICY),
		.ms = 40,
	};
}

void
look_good_mail(struct facts_mail *out)
{
	*out = (struct facts_mail){
		.stage = FACTS_DONE,
		.tls = { .version = 0x0304, .alert = -1, .cert = good_cert },
		.ms = 40,
	};
}

static void
put_world(struct facts *f, const struct look_case *c)
{
	char text[4096];
	struct diag why = { .code = "" };

	snprintf(text, sizeof(text), "%s\n%s\n%s\n%s\n%s\n%s\n",
		 c->txt ? c->txt
			: "_mta-sts.example.com TXT \"v=STSv1; id=1;\"",
		 c->host ? c->host : "mta-sts.example.com A 192.0.2.1",
		 c->mx ? c->mx : "example.com MX 10 mail.example.com",
		 c->rpt ? c->rpt
			: "_smtp._tls.example.com TXT "
			  "\"v=TLSRPTv1; rua=mailto:a@example.com\"",
		 "mail.example.com A 192.0.2.25", c->more ? c->more : "");
	if (facts_put_world(f, str_of(text), &why) != ERR_NONE)
		fail_msg("%s: line %d", text, (int)why.line);
}

static void
answer(struct look *look, const struct look_case *c,
       const struct facts_question *q)
{
	struct facts_web web;
	struct facts_mail mail;

	look_good_web(&web);
	look_good_mail(&mail);
	if (q->kind == FACTS_MAIL) {
		if (netaddr_is_v4(&q->address) && c->mail)
			c->mail(&mail);
		if (!netaddr_is_v4(&q->address) && c->mail_v6)
			c->mail_v6(&mail);
		assert_true(facts_put_mail(look->f, q, &mail));
		return;
	}
	assert_int_equal(q->kind, FACTS_WEB);
	look->fetches++;
	if (c->body)
		web.body = str_of(c->body);
	if (!netaddr_is_v4(&q->address)) {
		if (c->web_v6)
			c->web_v6(&web);
	} else if (c->web) {
		c->web(&web);
	}
	if (!str_eq(q->path, S("/.well-known/mta-sts.txt")) &&
	    !str_eq(q->path, S("/.kjent/mta-sts.txt")))
		web.status = 404;
	else if (str_eq(q->path, S("/.kjent/mta-sts.txt")))
		web.status = 200;
	assert_true(facts_put_web(look->f, q, &web));
}

void
look_at(struct look *look, const struct look_case *c,
	const struct mtasts_asked *asked)
{
	static const struct facts_subject subject = { .domain = STR("example."
								    "com") };
	static const struct mtasts_asked nothing = { .history = NULL };

	*look = (struct look){ .f = facts_new(ROOM, LOOK_NOW),
			       .mem = arena_new(ROOM) };
	put_world(look->f, c);
	for (;;) {
		struct facts_question q;

		arena_reset(look->mem);
		finding_list_init(&look->list, look->mem);
		if (mtasts_lookup_asked(look->f, &subject,
					asked ? asked : &nothing, &look->out,
					&look->list))
			return;
		assert_true(++look->rounds < ROUNDS_MAX);
		assert_true(facts_open(look->f, 0, &q));
		for (size_t i = 0; facts_open(look->f, i, &q); i++)
			answer(look, c, &q);
		facts_settle(look->f);
	}
}

void
look_end(struct look *look)
{
	facts_free(look->f);
	arena_free(look->mem);
}

const struct finding_found *
look_find(const struct look *look, const char *code)
{
	return finding_list_find(&look->list, code);
}

struct str
look_place(const struct finding_found *found, const char *name)
{
	for (size_t i = 0; found && i < FINDING_ARGS_MAX; i++)
		if (found->args[i].name &&
		    strcmp(found->args[i].name, name) == 0)
			return found->args[i].value;
	return (struct str){ "", 0 };
}
