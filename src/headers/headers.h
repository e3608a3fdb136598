/* headers.h - the header of a mail (RFC 5322), as somebody pasted it: the way
 * it took, and what servers on the way found out (RFC 8601, RFC 8617).
 *
 * Pure. All of it may be forged but what the reader's own server wrote; nothing
 * is verified here. web/src/model/headers.ts goes by the same rules.
 */
#ifndef HEADERS_H
#define HEADERS_H

#include "base/base.h"
#include "finding/finding.h"

enum {
	HEADERS_TEXT_MAX = 256 << 10, /* bytes that are read */
	HEADERS_FIELDS_MAX = 1000,
	HEADERS_LIST_MAX = 200,  /* hops, results, signatures */
	HEADERS_SLOW = 300,      /* seconds that a server may keep a mail */
	HEADERS_CLOCKS = 60,     /* that two clocks may be apart */
	HEADERS_MEMORY = 4 << 20 /* bytes for one headers_read */
};

/* One server handed the mail to the next. Empty: not told. */
struct headers_hop {
	struct str from, by, with;
	struct str address; /* of the peer, without brackets */
	bool timed;
	int64_t at; /* UTC seconds */
	bool delayed;
	int64_t delay; /* seconds since the hop before; may be negative */
};

/* "dkim=pass header.d=example.com". */
struct headers_result {
	struct str method, result; /* lower case */
	struct str detail;
};

struct headers_signature {
	struct str domain, selector, algorithm;
};

struct headers_mail {
	struct str from;           /* domain, lower case; empty: none */
	size_t from_n;             /* fields */
	struct str return_path;    /* domain, lower case */
	struct str return_address; /* all of it, without < > */
	bool returns;              /* there is a Return-Path */
	struct str judge;          /* who wrote the results */
	struct headers_result *result;
	size_t result_n;
	struct headers_signature *signature;
	size_t signature_n;
	struct headers_hop *hop; /* the first server first */
	size_t hop_n;
	size_t arc_n;          /* servers that sealed it */
	struct str arc_domain; /* of the last of them */
	bool arc_broken;       /* and it says that the chain was */
	bool whole;            /* a body follows */
};

/* Texts live in `mem`, which has HEADERS_MEMORY. ERR_SYNTAX "headers.empty":
 * there is no header field; ERR_LIMIT when `mem` is full. */
enum err headers_read(struct str text, struct arena *mem,
		      struct headers_mail *out, struct diag *why) MUST_CHECK;
/* What the mail says of itself, in plain words. */
void headers_check(const struct headers_mail *mail, struct finding_list *out);
/* One is the other, or stands below it; both folded. */
bool headers_related(struct str a, struct str b);
/* The domain that the mail was signed for and that is its author's; empty. */
struct str headers_signed_for(const struct headers_mail *mail);

#endif
