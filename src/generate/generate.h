/* generate.h - records made from wishes, and wishes read from records: the
 * two directions of every form that helps to publish something.
 *
 * Pure. What the checks would warn of is refused, with their own finding.
 * Private keys are not made here: a DKIM wish brings its public key along.
 */
#ifndef GENERATE_H
#define GENERATE_H

#include "base/base.h"
#include "finding/finding.h"
#include "json/json.h"
#include "records/records.h"

enum generate_kind {
	GENERATE_DMARC,
	GENERATE_SPF,
	GENERATE_DKIM,
	GENERATE_MTA_STS,
	GENERATE_TLS_RPT,
	GENERATE_BIMI,
	GENERATE_KINDS
};

const char *generate_kind_name(enum generate_kind kind); /* "mta-sts" */
bool generate_kind_find(struct str name, enum generate_kind *out);

/* ---- what somebody wants ---- */

enum generate_field {
	GENERATE_DOMAIN,
	GENERATE_ZONE,
	GENERATE_TTL,
	GENERATE_CURRENT, /* values known to be published now */
	GENERATE_POLICY,  /* DMARC: none, quarantine, reject */
	GENERATE_SUBDOMAINS,
	GENERATE_NONEXISTENT,
	GENERATE_RUA,
	GENERATE_RUF,
	GENERATE_FO,
	GENERATE_DKIM_ALIGNMENT, /* relaxed, strict */
	GENERATE_SPF_ALIGNMENT,
	GENERATE_TESTING,
	GENERATE_PSD,
	GENERATE_INCLUDE, /* SPF */
	GENERATE_IP,
	GENERATE_SEND_MX,
	GENERATE_SEND_A,
	GENERATE_TERM,
	GENERATE_ALL,      /* fail, softfail */
	GENERATE_SELECTOR, /* DKIM, BIMI */
	GENERATE_KEY_TYPE,
	GENERATE_PUBLIC_KEY, /* base64 or PEM */
	GENERATE_NO_SUBDOMAINS,
	GENERATE_MODE, /* MTA-STS */
	GENERATE_MAX_AGE,
	GENERATE_MX,
	GENERATE_ID,
	GENERATE_ALIAS,   /* CNAME target of the policy host */
	GENERATE_ADDRESS, /* addresses of the policy host */
	GENERATE_LOGO,    /* BIMI */
	GENERATE_CERTIFICATE,
	GENERATE_DECLINE,
	GENERATE_FIELDS
};

enum generate_shape {
	GENERATE_TEXT,
	GENERATE_CHOICE,
	GENERATE_YES, /* "yes" or "no" */
	GENERATE_NUMBER,
	GENERATE_LIST
};

struct generate_field_info {
	const char *name; /* as in JSON */
	enum generate_shape shape;
	unsigned kinds;      /* 1 << enum generate_kind */
	const char *choices; /* words with single blanks between, or NULL */
};

const struct generate_field_info *
generate_field_info(enum generate_field field);

enum { GENERATE_VALUES_MAX = 256, GENERATE_VALUE_MAX = 64 << 10 };

struct generate_values {
	struct str *at;
	size_t n, room;
};

struct generate_wish {
	enum generate_kind kind;
	struct arena *mem;
	struct generate_values v[GENERATE_FIELDS];
	bool full; /* more was given than is kept */
};

void generate_wish_init(struct generate_wish *w, enum generate_kind kind,
			struct arena *mem);
/* Replaces, or appends to a list; copies. An empty value is none. */
void generate_set(struct generate_wish *w, enum generate_field field,
		  struct str value);
void generate_add(struct generate_wish *w, enum generate_field field,
		  struct str value);
/* The last value; empty when there is none. */
struct str generate_get(const struct generate_wish *w,
			enum generate_field field);
bool generate_yes(const struct generate_wish *w, enum generate_field field);

/* The members of a JSON object; those that no form of this kind has are
 * ignored, those of a wrong type are told of. */
void generate_read_wish(struct generate_wish *w, const struct json *object,
			struct finding_list *found);
/* The member "wish": every field of the kind. */
void generate_put_wish(struct json_out *j, const struct generate_wish *w);
/* Reads a published text into the fields it fills; the domain stays. Faults
 * of the text go into `found`, as the checks name them. For MTA-STS a TXT
 * value or a policy file. False when it is nothing of this kind. */
bool generate_parse(struct generate_wish *w, struct str text,
		    struct finding_list *found) MUST_CHECK;

/* ---- what comes of it ---- */

enum { GENERATE_FILES_MAX = 8, GENERATE_STEPS_MAX = 16 };

struct generate_file {
	struct str name; /* "mta-sts.txt" */
	struct str url;  /* where it must be; empty: not served */
	const char *type;
	struct str body;
};

struct generate_result {
	struct arena *mem;
	bool made; /* false: `found` says why; there are no records */
	struct str domain;
	struct records records;
	struct generate_file file[GENERATE_FILES_MAX];
	size_t files;
	/* What to do in which order: catalogue keys with the places of
	 * `places`. */
	const char *step[GENERATE_STEPS_MAX];
	size_t steps;
	struct finding_arg places[3]; /* domain, host, url */
	struct finding_list found;
};

/* `now` gives a fresh id. Everything lives in `mem`. */
void generate_make(const struct generate_wish *w, int64_t now,
		   struct arena *mem, struct generate_result *out);
/* Sentence of a step in that language. */
void generate_fill_step(const struct generate_result *r, size_t i,
			enum finding_lang lang, struct buf *out);
/* Members made, zone, records, files, text (every form), steps. */
void generate_put_result(struct json_out *j, const struct generate_result *r,
			 enum finding_lang lang);

#endif
