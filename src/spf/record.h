/* record.h - the text of an SPF record: read, printed, merged.
 * Part of spf.h. */
#ifndef SPF_RECORD_H
#define SPF_RECORD_H

#include "base/base.h"
#include "netaddr/netaddr.h"

enum {
	SPF_RECORD_MAX = 65535, /* a TXT record cannot be longer */
	SPF_TERMS_MAX = 1000    /* of one record; more is a syntax error */
};

enum spf_result {
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR
};

/* "none", "pass", ... as in RFC 8601. */
const char *spf_result_name(enum spf_result result);

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,
	SPF_EXP,
	SPF_UNKNOWN /* a modifier nobody defined: ignored */
};

/* What is wrong with a term; any of them makes the record a permerror. */
enum spf_fault {
	SPF_FINE,
	SPF_BAD_CHAR,     /* not ASCII, or a control character */
	SPF_BAD_WORD,     /* no such mechanism, or not a modifier */
	SPF_BAD_ARGUMENT, /* missing, or where none may be */
	SPF_BAD_DOMAIN,
	SPF_BAD_MACRO,
	SPF_BAD_LENGTH,      /* behind the slash */
	SPF_BAD_ADDRESS,     /* of ip4 or ip6 */
	SPF_TWICE,           /* a second redirect or exp */
	SPF_WRONG_FAMILY,    /* ip4 with an IPv6 address or the reverse */
	SPF_WRONG_WORD,      /* "ipv4:", "ip:", "ip4=", "ip4 1.2.3.4" */
	SPF_ADDRESS_AS_NAME, /* "a:192.0.2.1" */
	SPF_TOO_MANY
};

struct spf_term {
	enum spf_kind kind;
	enum spf_fault fault;
	enum spf_result qualifier; /* what a match gives; mechanisms only */
	struct str text;           /* as it was written */
	size_t at;                 /* its offset in the record */
	/* The <domain-spec>, macros and all; empty: the current domain. */
	struct str domain;
	struct netaddr_net net; /* ip4, ip6 */
	unsigned bits4, bits6;  /* a, mx: 0 to 32, 0 to 128 */
	/* What was probably meant, for a fault that can be guessed. */
	struct str better;
};

struct spf_record {
	struct str text;
	const struct spf_term *terms; /* in the order written */
	size_t n;
	const struct spf_term *redirect, *exp; /* NULL when there is none */
	const struct spf_term *bad;            /* the first with a fault */
};

/* "v=spf1" and then a blank or the end; ASCII case is ignored. */
bool spf_is_record(struct str text);

/* Reads a record that spf_is_record takes. ERR_SYNTAX when a term has a fault
 * (`out` then still has all terms) or it is no SPF record: "spf.syntax" with
 * the term as detail. ERR_LIMIT when `mem` is full. Texts are pieces of
 * `text`. */
enum err spf_parse(struct str text, struct arena *mem, struct spf_record *out,
		   struct diag *why) MUST_CHECK;

/* The record with one blank between the terms, in its canonical spelling;
 * false when a term has a fault. */
bool spf_print(const struct spf_record *record, struct buf *out) MUST_CHECK;

/* One record from several, and from `more` terms ("include:example.net",
 * "ip4:192.0.2.1"). Duplicates go, a redirect becomes an include unless it is
 * alone, "all" comes last: the softer of "-all" and "~all", "~all" when none
 * said either. Refuses, with the code of the finding it would cause: a fault,
 * "ptr", a very wide range, more than ten look-ups by its own terms. */
enum err spf_merge(const struct str *records, size_t n, const struct str *more,
		   size_t more_n, struct buf *out, struct diag *why) MUST_CHECK;

#endif
