/* private.h - what the files of the service share. */
#ifndef HOSTING_PRIVATE_H
#define HOSTING_PRIVATE_H

#include "acme/acme.h"
#include "hosting/hosting.h"
#include "mx/mx.h"

#include <sys/types.h>

enum {
	HOSTING_ROW_MEMORY = 512
			     << 10, /* a row with versions and certificate */
	HOSTING_FACTS = 1 << 20,
	HOSTING_ORDERS = 4,    /* under way at a time */
	HOSTING_RECENT = 1000, /* names in hosted.new before all is written */
	HOSTING_DUE = 64       /* candidates for an order */
};

/* ---- zone.c, names.c ---- */

/* "mta-sts.DOMAIN"; empty when `mem` is full. */
struct str hosting_policy_host(struct str domain, struct arena *mem);
/* What a name of ours has in the index. */
struct str hosting_own_name(struct str host, struct arena *mem);
struct str hosting_printed(struct arena *mem, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* ---- row.c: everything that is stored of one hosted domain ---- */

struct hosting_row {
	struct control_hosted is;
	struct control_version newest, announced; /* id 0: none */
	struct control_cert cert;
	bool has_cert; /* there is a chain */
	/* A version was to be made, and it would have said the same. */
	bool same;
};
enum err hosting_row_read(struct control *c, int64_t id, struct arena *mem,
			  struct hosting_row *out, struct diag *why) MUST_CHECK;

/* ---- step.c: what is next for a policy; pure ---- */

enum hosting_step {
	HOSTING_REST,     /* as it shall be */
	HOSTING_MAKE,     /* another version is wanted */
	HOSTING_PLACE,    /* its body is to go into the index */
	HOSTING_LOOK,     /* is it served? */
	HOSTING_ANNOUNCE, /* its id is to go into the index */
	HOSTING_WAIT_CERT,
	HOSTING_WAIT_OVER, /* senders may still have a policy */
	HOSTING_OVER       /* nobody has: the records go */
};
/* `over`: control_versions_over of its name. */
enum hosting_step hosting_next(const struct hosting_row *row, int64_t over,
			       int64_t now);
/* Whether its certificate may be ordered, served and used now. */
bool hosting_may_order(const struct control_hosted *h, int64_t now);

/* ---- version.c: making and moving versions ---- */

/* The version that the mode of `row` asks for: `live` mail servers and those
 * that were added by hand. ERR_SYNTAX "hosting.no_mx". Sets `row->same` when
 * the newest says the same already. */
enum err hosting_version_make(struct control *c, struct hosting_row *row,
			      const struct mx_list *live, int64_t now,
			      struct diag *why) MUST_CHECK;

/* ---- index.c ---- */

/* A challenge that is to be answered, while an order is under way. */
struct hosting_challenge {
	struct hosting_challenge *next;
	struct str name; /* in the index */
	struct str http_token, http_answer, alpn_digest;
};

struct hosting_index {
	const char *dir;
	struct hosted_zone zone;
	struct control *control;
	/* Where reports come to. */
	struct control_instance instance;
	/* As hosting_options has them. */
	void (*alive)(void *ctx);
	void *ctx;
	struct hosting_challenge *challenges;
	struct map *recent; /* names in hosted.new */
	uint64_t stamp;     /* of what is written */
	uint32_t serial;
	bool whole; /* all was written once */
};
/* The rest of `x` is filled. */
void hosting_index_open(struct hosting_index *x);
void hosting_index_close(struct hosting_index *x);
/* This name has to be written again. */
void hosting_index_touch(struct hosting_index *x, struct str name);
/* Brings the files to what the store and the challenges say; does nothing when
 * they do. `touched` also when the store did not change. */
enum err hosting_index_write(struct hosting_index *x, int64_t now, bool touched,
			     struct diag *why) MUST_CHECK;
/* What is served of a name, `out` empty: nothing. */
enum err hosting_index_entry(struct hosting_index *x, struct str name,
			     struct arena *mem, struct hosted_domain *out,
			     struct diag *why) MUST_CHECK;

/* ---- the service ---- */

struct hosting_job;
struct hosting_order;
struct hosting_asked;

struct hosting {
	struct loop *loop;
	struct inspect *inspect;
	struct hosting_options o;
	struct arena *mem;
	struct control *control;
	struct hosting_index index;
	uint8_t master[SEAL_KEY_BYTES];
	struct loop_timer *timer;
	struct hosting_job *jobs;
	uint64_t seen;               /* stamp up to which there are jobs */
	struct hosting_asked *asked; /* looks for proofs, and how many */
	unsigned proofs;
	struct acme_pace *pace;
	struct hosting_order *order[HOSTING_ORDERS];
	bool in_trouble;
};

/* Writes the index, tells troubles in the log. */
bool hosting_publish(struct hosting *h, bool touched);
/* CAA values as of the accounts that are known. */
void hosting_caa(struct hosting *h);
/* Counts who fetched policies since the last turn. */
void hosting_fetches_turn(struct hosting *h);

/* ---- proof.c ---- */

/* Names that prove, and where they must lead. */
struct hosting_proof {
	struct facts *facts;
	struct str name, token, challenge, zone;
	/* What came of it: known only when the judge was true. */
	bool known;
	enum control_proof proof;
};
/* Form of a judge of inspect_run. */
bool hosting_proof_judge(void *proof);
/* Begins looks for those that are due. */
void hosting_proof_turn(struct hosting *h);
void hosting_proof_stop(struct hosting *h);

/* ---- look.c ---- */

/* Whether every policy host serves `body` for `host` with a certificate that
 * senders take. */
struct hosting_look {
	struct facts *facts;
	const struct hosted_zone *zone;
	struct str host, body;
	bool served;     /* known when the judge was true */
	struct diag why; /* of one that is not */
};
/* Form of a judge of inspect_run. */
bool hosting_look_judge(void *look);

/* ---- work.c ---- */

struct hosting_job {
	struct hosting_job *next, **here;
	struct hosting *h;
	int64_t id; /* of the hosted domain */
	int64_t at; /* ticks; INT64_MAX while something is under way */
	unsigned tries;
	/* A look of it. */
	struct facts *facts;
	struct str name;
	struct mx_list mx;
	struct hosting_look look;
	bool looked_up; /* `mx` is known */
};

/* Goes on with the policies that changed and those that wait. */
void hosting_work_turn(struct hosting *h);
void hosting_work_stop(struct hosting *h);

/* ---- cert.c ---- */

/* Hears of the orders under way, begins others. */
void hosting_cert_turn(struct hosting *h);
/* Ends the orders. */
void hosting_cert_stop(struct hosting *h);

#endif
