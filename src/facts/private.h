/* private.h - what the files of facts share. */
#ifndef FACTS_PRIVATE_H
#define FACTS_PRIVATE_H

#include "facts/facts.h"

enum { QUESTIONS_MAX = 4096 };

struct facts_entry {
	struct facts_question question;
	bool noted; /* is, or was, among the open ones */
	/* The one of the question's kind; NULL while open. */
	const struct facts_dns *dns;
	const struct facts_web *web;
	const struct facts_mail *mail;
};

/* A line of facts_put_world. */
struct facts_line {
	struct str name;
	uint16_t type;
	enum facts_status status;
	bool secure;
	uint32_t ttl;
	struct facts_rr rr;
	struct facts_line *next;
};

struct facts {
	struct arena *mem;
	struct map *index; /* key of a question -> place in `entry` */
	struct facts_entry *entry;
	size_t n, room;
	size_t *open; /* places in `entry`, in the order they were asked */
	size_t open_n, open_room;
	int64_t now;
	bool full;
	struct facts_line *world; /* NULL: the world is not closed */
};

/* The entry of `question`, made when it is new; NULL when full. */
struct facts_entry *facts_entry_of(struct facts *f,
				   const struct facts_question *question);
/* What the lines of the world say to a question. False when full. */
bool facts_answer_from_world(struct facts *f,
			     const struct facts_question *question);
bool facts_copy(struct facts *f, struct str *s) MUST_CHECK;

#endif
