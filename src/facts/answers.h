/* answers.h - for whoever finds the answers to what checks ask. Part of
 * facts.h. */
#ifndef FACTS_ANSWERS_H
#define FACTS_ANSWERS_H

#include "facts/facts.h"

enum facts_kind { FACTS_DNS, FACTS_WEB, FACTS_MAIL };

struct facts_question {
	enum facts_kind kind;
	struct str name;        /* domain name or host, folded */
	uint16_t type;          /* DNS */
	bool direct;            /* DNS: of the server at `address` */
	struct str path;        /* web */
	struct netaddr address; /* web, mail, direct DNS */
};

/* Open questions, in the order they were asked; `i` from 0. False behind the
 * last. Putting answers in does not move the others until facts_settle. */
bool facts_open(const struct facts *f, size_t i, struct facts_question *out);
/* Drops the questions that have got their answers. */
void facts_settle(struct facts *f);
/* All texts are copied. False when the memory is used up. A second answer to
 * the same question replaces the first. */
bool facts_put_dns(struct facts *f, const struct facts_dns *answer) MUST_CHECK;
bool facts_put_web(struct facts *f, const struct facts_question *question,
		   const struct facts_web *answer) MUST_CHECK;
bool facts_put_mail(struct facts *f, const struct facts_question *question,
		    const struct facts_mail *answer) MUST_CHECK;
/* True once memory ran out: nothing more is asked, checks must say so. */
bool facts_full(const struct facts *f);

/* A whole world in text, for tests and examples: lines of
 *   NAME [ttl] [secure] TYPE VALUE...
 * TYPE as in a zone file (MX 10 mail.example, TXT "a" "b", TLSA as hex), or
 * NXDOMAIN, or SERVFAIL TYPE and the other states TYPE. "#" begins a comment.
 * Every name that is mentioned nowhere is NXDOMAIN from then on, every type
 * of a mentioned name that has none is NODATA. "facts.bad_line" names line. */
enum err facts_put_world(struct facts *f, struct str text,
			 struct diag *why) MUST_CHECK;

#endif
