/* private.h - what the files of this room share. */
#ifndef SPF_PRIVATE_H
#define SPF_PRIVATE_H

#include "spf/spf.h"

/* ---- words.c: what a record may contain ---- */

const char *spf_kind_name(enum spf_kind kind);
bool spf_kind_is_modifier(enum spf_kind kind);
/* Terms that count against the limit of ten. */
bool spf_kind_asks(enum spf_kind kind);
/* ip4 and ip6 with what stands behind the colon. */
enum spf_fault spf_read_net(struct str text, bool v6, struct netaddr_net *out);
/* Cuts "/24//64" off the end of `rest`; false when a length is wrong. */
bool spf_cut_lengths(struct str *rest, unsigned *bits4, unsigned *bits6);
bool spf_is_address(struct str text);

/* ---- guess.c ---- */

/* What was probably meant with a term that is wrong; sets `better` and makes
 * the fault more precise. False only when memory is used up. */
bool spf_guess(struct spf_term *term, struct arena *mem);

/* ---- macro.c: section 7 ---- */

struct spf_values {
	struct str sender;                    /* %{s}, with a local part */
	struct str local, origin;             /* %{l}, %{o} */
	struct str domain;                    /* %{d} */
	struct str helo, receiver, validated; /* %{h} %{r} %{p} */
	struct netaddr ip;
	int64_t now;
	/* Only %{d} and %{o} are known: whoever sends. */
	bool anybody;
};

enum { SPF_TEXT_MAX = 2048 /* of an explanation */ };

/* SPF_FINE, or what is wrong with a <domain-spec>. */
enum spf_fault spf_domain_fault(struct str spec);
/* A <macro-string>; `letters` are those that may be used. */
bool spf_macro_valid(struct str spec, const char *letters);
extern const char spf_letters_all[];
/* Whether %{letter} is in a valid `spec`, in either case. */
bool spf_macro_uses(struct str spec, char letter);
/* False when a macro of it is not known, or `out` is full. */
bool spf_macro_expand(struct str spec, const struct spf_values *v,
		      struct buf *out);
/* A domain: cut from the left to 253 octets, no dot at its end. */
bool spf_macro_domain(struct str spec, const struct spf_values *v,
		      struct arena *mem, struct str *out);

/* ---- find.c: the record of a domain ---- */

enum spf_found {
	SPF_FOUND_ONE,
	SPF_FOUND_NONE,
	SPF_FOUND_MANY,
	SPF_FOUND_TROUBLE,
	SPF_FOUND_LATER /* not yet */
};

/* `text` is set for SPF_FOUND_ONE, and for MANY to the first. */
enum spf_found spf_find(struct facts *f, struct str domain, struct str *text);
/* Section 4.3: whether it can be looked up at all. */
bool spf_is_domain(struct str domain);
/* The answer says there is no such record (not: it is unknown). */
bool spf_is_void(const struct facts_dns *d);
bool spf_is_trouble(const struct facts_dns *d);
/* "5.2.0.192.in-addr.arpa" */
void spf_reverse_name(const struct netaddr *ip, struct buf *out);

/* ---- tree.c ---- */

/* The tree of a record that need not be published; empty: the one that is. */
bool spf_tree_with(struct facts *f, struct str domain, struct str record,
		   struct spf_tree *out);

/* ---- lint.c: one record by itself ---- */

/* Adds what is wrong with the text of the record of `domain`. */
void spf_lint(const struct spf_record *record, struct str domain,
	      struct finding_list *out);
/* The record as it should be, as far as that can be known; false when it
 * cannot, or when nothing has to change. */
bool spf_repair(const struct spf_record *record, struct buf *out);
/* Lets in far more than any sender owns; `all`: everybody. */
bool spf_is_wide(const struct spf_term *t, bool *all);
/* "v=spf1" inside a record, as when two were written into one: by the grammar
 * a modifier that nobody knows. */
bool spf_is_version(const struct spf_term *t);

/* The text of one term in its canonical spelling. */
void spf_print_term(const struct spf_term *t, struct buf *out);
/* Makes `value` the record to publish at `domain`. */
void spf_set_record(struct finding_found *found, struct finding_list *list,
		    struct str domain, struct str value);

#endif
