/* dnsname.h - domain names as text: folding, A-labels, organisational domain,
 * names in lists of people.
 *
 * Pure (the public suffix list is the one built into libpsl, or a newer one
 * of the system that dnsname_init loads).
 */
#ifndef DNSNAME_H
#define DNSNAME_H

#include "base/base.h"

enum { DNSNAME_MAX = 253, DNSNAME_LABEL_MAX = 63 };

/* Loads the newest public suffix list of the machine; the built-in one serves
 * until then and when there is none. Call it before other threads begin. */
void dnsname_init(void);

/* The comparable form: trimmed, without the dot at the end, lower case,
 * U-labels as A-labels (IDNA2008, UTS 46 mapping). False when it is no name
 * (empty, over-long label, blanks, control characters, "@"); underscores are
 * fine. `out` is a piece of `name` when nothing had to change, else it lives in
 * `mem`. */
bool dnsname_fold(struct str name, struct arena *mem,
		  struct str *out) MUST_CHECK;
/* The form for people: A-labels that decode cleanly as U-labels. `name` must
 * be folded. Falls back to `name` itself. */
struct str dnsname_show(struct str name, struct arena *mem);
/* Organisational domain of a folded name by the public suffix list (RFC 7489
 * section 3.2, ICANN and private parts); a public suffix gives itself. A
 * piece of `name`. */
struct str dnsname_org(struct str name);
bool dnsname_is_suffix(struct str name);
/* `name` is `parent` or below it, both folded. */
bool dnsname_within(struct str name, struct str parent);
/* Domain part of "a@b", "<a@b>" or "Name <a@b>"; empty when there is none. */
struct str dnsname_of_address(struct str address);

/* ---- names in a text that people give: typed, exported or a zone file ---- */

enum dnsname_form {
	DNSNAME_LIST, /* between blanks, commas and line ends; "#" a comment */
	DNSNAME_CSV,  /* the column called domain or name, or the first */
	DNSNAME_ZONE  /* RFC 1035 section 5: names that zones begin with */
};
const char *dnsname_form_name(enum dnsname_form form); /* "list" ... */

struct dnsname_entry {
	struct str given; /* as it stood there; for people */
	struct str name;  /* folded; empty: it is no name */
	uint64_t line;    /* 1-based */
	bool repeated;    /* the same name came before */
	bool nameless;    /* a zone that does not say its name */
};
struct dnsname_names {
	enum dnsname_form form;
	struct dnsname_entry *at; /* owned */
	size_t n;
	size_t left_out; /* beyond what was asked for */
};
/* What kind of text it is, is told by its content alone; a name that cannot be
 * read takes no other with it. At most `most` of them. Texts are pieces of
 * `text` or live in `mem`; when that is full, names are left out. */
void dnsname_names_read(struct str text, size_t most, struct arena *mem,
			struct dnsname_names *out);
void dnsname_names_free(struct dnsname_names *names);
#define SCOPED_NAMES                                                           \
	__attribute__((cleanup(dnsname_names_free))) struct dnsname_names

#endif
