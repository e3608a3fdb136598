/* acme.h - certificates from a certificate authority (RFC 8555; libcurl and
 * OpenSSL inside).
 *
 * Blocking, with bounds in time and size: an order belongs into a process of
 * its own, never into a serving loop. Everything that an authority says is
 * hostile: its addresses must be https and of the host that its directory is
 * on, its documents small, its words escaped before they are kept. Keys are
 * P-256, signatures ES256; one account key serves all authorities.
 *
 * Names for other servers (the dashboard, SMTP's STARTTLS) are ordered in the
 * same way, with `wanted.key` empty: their challenge is answered on the same
 * ports 80 and 443, and acme_print_chain and acme_print_key make the two files
 * that those servers read. They are named in the configuration, so nothing
 * has to be proven; urgency and pace are those of a domain that enforces.
 */
#ifndef ACME_H
#define ACME_H

#include "base/base.h"

#include "acme/pace.h"

enum {
	ACME_KEY_MAX = 512,        /* bytes of a key, PKCS #8 in DER */
	ACME_CHAIN_MAX = 64 << 10, /* bytes, as hosted.h has them */
	ACME_THUMBPRINT_SIZE = 64, /* text with NUL; 43 characters */
	ACME_URL_SIZE = 512,       /* text with NUL */
	ACME_NAME_MAX = 253,
	ACME_PROBLEM_SIZE = 64,
	ACME_MEMORY = 4 << 20 /* an arena for one order never needs more */
};

/* Sets up libcurl: once in a process, before it has threads. */
bool acme_init(void) MUST_CHECK;

/* A new P-256 key, for an account or a certificate, appended as PKCS #8 in
 * DER. False when there is no randomness. */
bool acme_key_make(struct buf *out) MUST_CHECK;
/* RFC 7638: what stands behind the dot of a key authorisation. False when
 * `key` is no P-256 key. */
bool acme_thumbprint(struct str key, char out[ACME_THUMBPRINT_SIZE]) MUST_CHECK;

/* ---- whom to ask ---- */

/* Texts may be empty where it says so; they are read during a call only. */
struct acme_ca {
	struct str directory; /* its URL */
	const char *ca_file;  /* roots for its HTTPS; NULL: the system's */
	/* External account binding (RFC 8555 section 7.3.4): both or none.
	 * The key as CAs give it: base64url. */
	struct str eab_kid, eab_hmac;
	struct str profile; /* empty: the authority's default */
	struct str contact; /* "mailto:..."; may be empty */
	/* The account's URL, as an order told it; empty: it is asked for, and
	 * made where there is none. */
	struct str kid;
	bool terms_agreed; /* by the operator; without it no account is made */
};

/* ---- what is asked of the caller ---- */

enum acme_type { ACME_HTTP_01, ACME_TLS_ALPN_01, ACME_DNS_01, ACME_TYPES };

/* What has to be served, at NAME, for the authority to see. */
struct acme_challenge {
	enum acme_type type;
	struct str name;
	/* http-01: port 80 answers /.well-known/acme-challenge/TOKEN with
	 * `authorization`. */
	struct str token, authorization;
	/* SHA-256 of it, for tls-alpn-01 (RFC 8737 section 3). */
	uint8_t digest[32];
	/* dns-01: TXT of _acme-challenge.NAME. */
	struct str txt;
};

struct acme_hooks {
	void *ctx;
	/* Returns when it is served everywhere; false ends the order, with
	 * the reason in `why`. */
	bool (*publish)(void *ctx, const struct acme_challenge *c,
			struct diag *why);
	/* Called once for each that was published, however it ended. */
	void (*withdraw)(void *ctx, const struct acme_challenge *c);
	/* False ends the order (ACME_STOPPED). NULL: sleeps. */
	bool (*sleep)(void *ctx, uint32_t ms);
	/* UTC seconds. NULL: the clock. */
	int64_t (*now)(void *ctx);
};

struct acme_options {
	/* In the order in which they are tried: the next one when one is in
	 * trouble, limits us, refuses us or is not allowed by CAA; not when
	 * the domain is at fault. */
	const struct acme_ca *cas;
	size_t ca_n;
	struct str account_key; /* PKCS #8 in DER */
	struct acme_hooks hooks;
	/* The whole waiting for one authority to check and to issue, in
	 * seconds; 0: 300. */
	uint32_t patience;
	/* For tests: also http:// at 127.0.0.0/8 and [::1]. */
	bool plain_loopback;
};

struct acme_wanted {
	struct str name; /* A-labels, lower case, no dot at its end */
	/* The ways that the caller can serve, the best first. When one fails
	 * because the authority could not reach it or saw something else, the
	 * next is tried. */
	enum acme_type types[ACME_TYPES];
	size_t type_n;
	/* PKCS #8 in DER; empty: a new one, which is the better way. */
	struct str key;
	/* The chain that this one replaces and the directory it came from
	 * (RFC 9773 section 5); empty: none. */
	struct str previous, previous_directory;
};

/* ---- what comes of it ---- */

struct acme_issued {
	/* DER, leaf first, each behind its length in three bytes, big-endian;
	 * key as PKCS #8 in DER. The leaf is for the key and the name. */
	struct str chain, key;
	int64_t not_before, not_after; /* UTC seconds */
	struct acme_window window;     /* empty when the CA has none */
	bool replaced; /* it said what it replaces: no limit counts it */
	size_t ca;     /* which of the options' */
	char kid[ACME_URL_SIZE]; /* keep it, for the next order */
};

/* Named after what the caller does. */
enum acme_fault {
	ACME_FINE,
	ACME_DOMAIN,  /* tell its owner, back off: it cannot be reached, does
		       * not answer as it should, or CAA forbids */
	ACME_LIMITED, /* not before `until` */
	ACME_CA,      /* all were in trouble: later, nobody is at fault */
	ACME_REFUSED, /* the operator: account, binding, terms, profile */
	ACME_OURS,    /* the operator: what was handed in or served is bad */
	ACME_STOPPED  /* a hook said so */
};

/* Why there is no certificate. */
struct acme_trouble {
	enum acme_fault fault;
	/* "acme.*", with the authority's own words as the detail: bounded,
	 * escaped, in its language. */
	struct diag diag;
	/* The last part of the problem's type, "rateLimited"; or empty. */
	char problem[ACME_PROBLEM_SIZE];
	size_t ca;              /* whose; the first one's, when all failed */
	enum acme_type type;    /* of the challenge that failed (ACME_DOMAIN) */
	int64_t until;          /* UTC seconds, 0: as the schedule says */
	unsigned orders;        /* how many were made: for the pace */
	unsigned failed_proofs; /* authorisations that failed: for the pace */
};

/* Orders a certificate for one name. Texts of `out` live in `mem`. ERR_NONE
 * or what `trouble->fault` says: ERR_SYNTAX (domain, refused, ours), ERR_BUSY
 * (limited), ERR_IO (authority), ERR_STOP. `orders` and `failed_proofs` are
 * counted in any case. */
enum err acme_order(const struct acme_options *o, const struct acme_wanted *w,
		    struct arena *mem, struct acme_issued *out,
		    struct acme_trouble *trouble) MUST_CHECK;

/* When the authority `ca` of `o` wants `chain` renewed (RFC 9773). An
 * authority without such advice: ERR_GONE, and the window is empty. */
enum err acme_renewal_window(const struct acme_options *o, size_t ca,
			     struct str chain, struct acme_window *out,
			     struct acme_trouble *trouble) MUST_CHECK;

/* The account at `ca`, found or made, for a CAA record's accounturi before
 * the first order. */
enum err acme_account(const struct acme_options *o, size_t ca,
		      char kid[ACME_URL_SIZE],
		      struct acme_trouble *trouble) MUST_CHECK;

/* Tells the authority that nobody shall trust the leaf of `chain` any more:
 * its key is known to others. `key` is the certificate's (RFC 8555 section
 * 7.6), so the account need not be there any more. */
enum err acme_revoke(const struct acme_options *o, size_t ca, struct str chain,
		     struct str key, struct acme_trouble *trouble) MUST_CHECK;

/* ---- chains ---- */

/* PEM to the form of `acme_issued.chain`, appended; between 1 and 8
 * certificates, each signed by the next. "acme.bad_chain". */
enum err acme_parse_chain(struct str pem, struct buf *out,
			  struct diag *why) MUST_CHECK;
/* Dates of the leaf; false when there is none. */
bool acme_chain_dates(struct str chain, int64_t *not_before,
		      int64_t *not_after) MUST_CHECK;
/* Appended as PEM. False when it is damaged or `out` is full. */
bool acme_print_chain(struct str chain, struct buf *out) MUST_CHECK;
bool acme_print_key(struct str key, struct buf *out) MUST_CHECK;

#endif
