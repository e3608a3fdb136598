/* private.h - what the files of this room share. */
#ifndef GENERATE_PRIVATE_H
#define GENERATE_PRIVATE_H

#include "generate/generate.h"

/* A wish on its way to records. */
struct maker {
	const struct generate_wish *w;
	struct generate_result *out;
	struct arena *mem;
	int64_t now;
};

/* "generate.bad_value" and the like, with the place {detail}; the result is
 * then not made. */
void generate_refuse(struct maker *m, const char *code, struct str detail);
void generate_tell(struct maker *m, const char *code, struct str detail);
/* A record of the wish's TTL at PREFIX.DOMAIN ("" : at the domain). */
struct record *generate_record(struct maker *m, const char *prefix,
			       enum records_type type, struct str value);
void generate_step(struct maker *m, const char *key);
void generate_file(struct maker *m, const struct generate_file *file);
/* Text in the memory of the result; "" when that is full. */
struct str generate_text(struct arena *mem, const char *fmt, ...)
	PRINTF_LIKE(2, 3);
/* A mailbox or URI as it stands in rua: with a scheme, encoded, the host as
 * A-labels. Empty when it is neither. */
struct str generate_uri(struct arena *mem, struct str given);
/* The host of such a URI, folded; empty when there is none. */
struct str generate_uri_host(struct arena *mem, struct str uri);

/* One for each kind; false or refused: not made. */
void generate_make_dmarc(struct maker *m);
void generate_make_spf(struct maker *m);
void generate_make_dkim(struct maker *m);
void generate_make_mtasts(struct maker *m);
void generate_make_tlsrpt(struct maker *m);
void generate_make_bimi(struct maker *m);
bool generate_parse_dmarc(struct generate_wish *w, struct str text,
			  struct finding_list *found);
bool generate_parse_spf(struct generate_wish *w, struct str text,
			struct finding_list *found);
bool generate_parse_dkim(struct generate_wish *w, struct str text,
			 struct finding_list *found);
bool generate_parse_mtasts(struct generate_wish *w, struct str text,
			   struct finding_list *found);
bool generate_parse_tlsrpt(struct generate_wish *w, struct str text,
			   struct finding_list *found);
bool generate_parse_bimi(struct generate_wish *w, struct str text,
			 struct finding_list *found);

/* nginx, Apache and Caddy for the policy host. */
void generate_snippets(struct maker *m, struct str host);

#endif
