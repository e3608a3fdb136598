/* hosting.h - what the answers about hosting and journeys share. */
#ifndef API_HOSTING_H
#define API_HOSTING_H

#include "api/domains.h"
#include "hosted/hosted.h"
#include "insight/insight.h"

enum { API_DIGITS = 24 };

/* The registered domain of the path as a question to insight; `domain` gets
 * it. */
enum err api_asked(struct api_call *c, struct control_domain *domain,
		   struct insight_asked *out, struct diag *why) MUST_CHECK;
/* The number, or "" when it is not known: for the places of a finding. */
struct str api_number(char text[API_DIGITS], int64_t n);
/* "days" of the code of the gate of that name. */
struct str api_gate_name(const char *code);
/* The members of a finding, in the reader's language, into an open object.
 * `detail`, `count` and `host` fill its places; empty ones are left out. */
void api_put_said(struct api_call *c, const char *code, struct str detail,
		  struct str count, struct str host);
/* A text member of the body, "" when it is not there; ERR_SYNTAX
 * "control.bad_value" when it is no text or longer than `most`. */
enum err api_body_text(const struct json *body, const char *key, size_t most,
		       struct str *out, struct diag *why) MUST_CHECK;
/* Whether the member is true. */
bool api_body_true(const struct json *body, const char *key);
/* What was done to a domain, with words on it: "example.com WORDS: REASON". */
enum err api_audit_step(struct api_call *c, const char *action,
			struct str domain, const char *words, struct str reason,
			struct diag *why) MUST_CHECK;

/* ERR_SYNTAX "control.bad_value" for what is no DMARC or TLS-RPT record; ""
 * is none. */
enum err api_check_texts(struct api_call *c, struct str dmarc,
			 struct str tls_rpt, struct diag *why) MUST_CHECK;
/* The name of a mail server, or "*." and a name (RFC 8461 section 3.2). */
enum err api_mail_server(struct api_call *c, struct str given, struct str *out,
			 struct diag *why) MUST_CHECK;
/* The hosted zone; "": nothing is hosted here. */
struct str api_hosted_zone(struct api_call *c);
/* The name of a hosted domain that leads to that place, and where it leads; in
 * the call's arena. False: too long. */
struct api_hosted_name {
	struct str name, value;
};
bool api_hosted_name(struct api_call *c, const struct control_hosted *h,
		     struct str zone, enum hosted_place place,
		     struct api_hosted_name *out) MUST_CHECK;

/* The answers that changes end with, too. */
enum err api_answer_sts(struct api_call *c, const struct insight_asked *a,
			struct diag *why) MUST_CHECK;
enum err api_answer_hosting(struct api_call *c, const struct control_domain *d,
			    struct diag *why) MUST_CHECK;
enum err api_answer_journey(struct api_call *c, const struct insight_asked *a,
			    struct diag *why) MUST_CHECK;

#endif
