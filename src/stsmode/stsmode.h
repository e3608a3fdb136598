/* stsmode.h - when the mode of an MTA-STS policy may change.
 *
 * Pure: facts in a struct in, gates and an answer out. Off, TLS reports,
 * testing, enforce for a week, enforce for a month, none, removed. What is not
 * known never opens a gate.
 */
#ifndef STSMODE_H
#define STSMODE_H

#include "base/base.h"
#include "mtasts/mtasts.h"

enum stsmode_state {
	STSMODE_OFF,
	STSMODE_TLSRPT, /* reports come, there is no policy */
	STSMODE_TESTING,
	STSMODE_ENFORCE_WEEK,
	STSMODE_ENFORCE_MONTH,
	STSMODE_NONE, /* retiring: senders are told that there is none */
	STSMODE_REMOVED
};
enum { STSMODE_STATES = STSMODE_REMOVED + 1 };

/* "off", "tls_rpt", "testing", "enforce_week", "enforce_month", "none",
 * "removed". */
const char *stsmode_name(enum stsmode_state state);
bool stsmode_parse(struct str name, enum stsmode_state *out);
/* What is served in a state: MTASTS_NO_MODE where there is no policy, and 0
 * seconds then; a day in testing and none, 7 days, 30 days. */
enum mtasts_mode stsmode_mode(enum stsmode_state state);
uint32_t stsmode_max_age(enum stsmode_state state);

/* ---- facts ---- */

enum stsmode_fact { STSMODE_UNKNOWN, STSMODE_NO, STSMODE_YES };
enum { STSMODE_NOT_KNOWN = -1 /* of every number below */ };

/* What the way to enforce asks for. */
enum {
	STSMODE_TESTING_DAYS = 14,
	STSMODE_ENFORCE_DAYS = 7, /* for a week, before for a month */
	STSMODE_MIN_REPORTERS = 2,
	STSMODE_MIN_LARGE = 1,
	STSMODE_MIN_SESSIONS = 50,
	STSMODE_REPORT_DAYS = 7, /* in which sessions are counted */
	STSMODE_CERT_DAYS = 14,
	STSMODE_MX_DAYS = 7
};

/* One mail server of the domain's MX records, as last looked at. */
struct stsmode_mx {
	struct str host;
	enum stsmode_fact covered; /* by the policy that would be served */
	/* STARTTLS with a certificate senders accept, at every address that
	 * was reached. */
	enum stsmode_fact certificate;
	int64_t days_left; /* of its certificate */
	int64_t addresses; /* A and AAAA */
	int64_t green;     /* of them: the last two looks were fine */
};

struct stsmode_facts {
	enum stsmode_state state;
	int64_t days;      /* whole days in this state */
	int64_t reporters; /* that told of sts sessions in those days */
	int64_t large;     /* of them: large ones (Google, Microsoft ...) */
	/* Of the last 7 days, of policy type sts only. */
	int64_t sessions, failed;
	const struct stsmode_mx *mx;
	size_t mx_n;
	bool mx_known;                  /* the MX records could be read */
	int64_t mx_days;                /* whole days since they changed */
	enum stsmode_fact reports_ours; /* _smtp._tls names our address */
	/* The policy that is served was fetched by a stranger or by the CA. */
	enum stsmode_fact seen_outside;
	enum stsmode_fact proven;    /* the domain is its owner's */
	enum stsmode_fact delegated; /* its names lead to our servers */
	int64_t now;                 /* UTC seconds */
	int64_t retired_end; /* stsmode_retired_end; 0: nothing to wait for */
};

/* ---- gates ---- */

enum stsmode_gate_id {
	STSMODE_G_PROVEN,
	STSMODE_G_DELEGATED,
	STSMODE_G_DAYS,
	STSMODE_G_REPORTERS,
	STSMODE_G_LARGE,
	STSMODE_G_SESSIONS,
	STSMODE_G_FAILED,
	STSMODE_G_COVERED,     /* no override */
	STSMODE_G_CERTIFICATE, /* no override */
	STSMODE_G_DAYS_LEFT,
	STSMODE_G_PROBES,
	STSMODE_G_MX_SAME,
	STSMODE_G_REPORTS_OURS,
	STSMODE_G_SEEN,
	STSMODE_G_RETIRED, /* seconds to wait; no override */
	STSMODE_GATES
};

enum stsmode_verdict { STSMODE_GATE_UNKNOWN, STSMODE_NOT_MET, STSMODE_MET };
const char *stsmode_verdict_name(enum stsmode_verdict verdict); /* "not_met" */

struct stsmode_gate {
	enum stsmode_gate_id id;
	/* A finding that says what is asked for; its places are {detail}
	 * (value), {count} (threshold) and {host}. */
	const char *code;
	enum stsmode_verdict verdict;
	bool hard;     /* cannot be overridden */
	bool at_most;  /* the value must not exceed the threshold */
	int64_t value; /* STSMODE_NOT_KNOWN */
	int64_t threshold;
	struct str about; /* the mail server that keeps it shut, or empty */
};

enum stsmode_answer {
	STSMODE_REFUSED,     /* no such step, or a hard gate is shut */
	STSMODE_WITH_REASON, /* gates are shut that a reason overrides */
	STSMODE_ALLOWED
};
const char *stsmode_answer_name(enum stsmode_answer answer); /* "refused" */

struct stsmode_step {
	enum stsmode_state from, to;
	enum stsmode_answer answer;
	/* Why it is refused, a finding: the first hard gate that is shut, or
	 * "stsmode.no_such_step". NULL when it is not. */
	const char *refusal;
	size_t n; /* gates, in the order above; 0: nothing is asked for */
	struct stsmode_gate gate[STSMODE_GATES];
};

/* Judges one step. Back to testing from enforce, and to none, nothing is asked
 * for. To off there is no way but through none while senders may hold a
 * policy. */
void stsmode_judge(const struct stsmode_facts *f, enum stsmode_state to,
		   struct stsmode_step *out);
/* Whether it may be done: `reason` is what was given (blank: none). The code
 * of the refusal, "stsmode.needs_reason", or NULL. */
const char *stsmode_refusal(const struct stsmode_step *step, struct str reason);
/* The state that comes next on the way to enforcing for a month; false at its
 * end and while retiring. */
bool stsmode_next(enum stsmode_state state, enum stsmode_state *out);
/* What to do next, a finding: "stsmode.ready_enforce_week", "stsmode.wait",
 * ... Never NULL. */
const char *stsmode_advice(const struct stsmode_facts *f);

/* ---- retirement ---- */

struct stsmode_version {
	enum mtasts_mode mode;
	int64_t max_age;       /* seconds */
	int64_t superseded_at; /* UTC second it was last served; 0: still is */
};
/* The second from which no sender holds a policy any more: the latest of
 * superseded_at + max_age over the versions that were not `none`. False while
 * such a one is still served. 0 in `out`: there never was one. */
bool stsmode_retired_end(const struct stsmode_version *version, size_t n,
			 int64_t *out) MUST_CHECK;

/* ---- ids ---- */

enum { STSMODE_ID_SIZE = 16 };
/* The id after `last` (empty: there was none): the second `now` as
 * "20261122141500Z", or one second behind `last` when that is not earlier. An
 * id of another form is only different from. False when there is none left (the
 * year 9999), and for a `now` before 1970. */
bool stsmode_next_id(struct str last, int64_t now,
		     char out[STSMODE_ID_SIZE]) MUST_CHECK;

/* ---- adding a mail server ---- */

enum stsmode_add {
	STSMODE_ADD_POLICY, /* make the version that also names the new one */
	STSMODE_ADD_SERVE,  /* wait until it is served */
	STSMODE_ADD_ID,     /* change the id, wait until it is seen */
	STSMODE_ADD_WAIT,   /* until caches of the old id are over */
	STSMODE_ADD_MX,     /* now add your MX */
	STSMODE_ADD_DONE
};
const char *stsmode_add_name(enum stsmode_add step); /* "policy" ... */

struct stsmode_adding {
	enum stsmode_fact covered; /* by the newest version */
	enum stsmode_fact served;  /* that version is */
	enum stsmode_fact id_live; /* DNS shows the id of that version */
	enum stsmode_fact in_mx;   /* DNS names the new server */
	int64_t id_since;          /* UTC second the id went out; 0 not known */
	int64_t ttl;               /* of the TXT record, seconds */
	int64_t now;
};
enum stsmode_add stsmode_adding(const struct stsmode_adding *a);

#endif
