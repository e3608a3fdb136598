/* ladder.h - when the DMARC policy of a domain may become stronger.
 *
 * Pure: numbers in, gates and advice out. no record, none, quarantine with
 * t=y, quarantine, reject with t=y, reject. What is not known never opens a
 * gate.
 */
#ifndef LADDER_H
#define LADDER_H

#include "base/base.h"

enum ladder_rung {
	LADDER_NO_RECORD,
	LADDER_NONE,
	LADDER_QUARANTINE_TEST, /* t=y */
	LADDER_QUARANTINE,
	LADDER_REJECT_TEST, /* t=y */
	LADDER_REJECT
};
enum { LADDER_RUNGS = LADDER_REJECT + 1 };

/* "no_record", "none", "quarantine_test", "quarantine", "reject_test",
 * "reject". */
const char *ladder_name(enum ladder_rung rung);
bool ladder_parse(struct str name, enum ladder_rung *out);

enum ladder_purpose { LADDER_PEOPLE, LADDER_SYSTEMS, LADDER_PARKED };
/* Where it is best to end: people quarantine, others reject. */
enum ladder_rung ladder_end(enum ladder_purpose purpose);

/* ---- numbers ---- */

enum {
	LADDER_DAYS = 30,    /* that numbers are of */
	LADDER_HISTORY = 90, /* days in which days with data are counted */
	LADDER_NOT_KNOWN = -1
};
enum ladder_fact { LADDER_UNKNOWN, LADDER_NO, LADDER_YES };

/* What the last LADDER_DAYS days say of one sending source. */
struct ladder_source {
	struct str slug, label;
	bool triaged;                      /* somebody said whose it is */
	int64_t messages;                  /* all of it */
	int64_t own, own_passed, own_dkim; /* own mail; with aligned DKIM */
	int64_t forwarded_failed;
	int64_t failed;    /* failing DMARC, whatever its class */
	int64_t first_day; /* day number it was first seen, ever */
};

struct ladder_day {
	int64_t day;
	int64_t own, own_passed;
};

struct ladder_facts {
	enum ladder_rung at;
	enum ladder_purpose purpose;
	int64_t today;     /* day number */
	int64_t first_day; /* of the first report ever; LADDER_NOT_KNOWN */
	int64_t days;      /* with data, of the last LADDER_HISTORY */
	/* Of the last LADDER_DAYS days, today included. */
	int64_t reporters;
	int64_t messages;
	int64_t own, own_passed, own_dkim;
	int64_t forwarded;        /* likely forwarded */
	int64_t forwarded_failed; /* of them: would not pass */
	const struct ladder_source *source;
	size_t source_n;
	bool sources_known;
	/* Of the last LADDER_HISTORY days, oldest first; those without data
	 * are left out. */
	const struct ladder_day *day;
	size_t day_n;
	/* DNS, as last looked at. */
	enum ladder_fact one_record;  /* exactly one, and readable */
	enum ladder_fact spf_fits;    /* at most 10 look-ups */
	enum ladder_fact no_cname;    /* no CNAME beside it */
	enum ladder_fact rua_allowed; /* reports may go where they go */
	/* Sub-domains seen in From that the record also rules. */
	int64_t subdomains;
	bool subdomains_accepted;
};

/* ---- gates ---- */

enum ladder_gate_id { /* G1 ... G8 */
		      LADDER_G_DATA,
		      LADDER_G_VOLUME,
		      LADDER_G_OWN_PASS,
		      LADDER_G_UNTRIAGED,
		      LADDER_G_DKIM,
		      LADDER_G_STABLE,
		      LADDER_G_DNS,
		      LADDER_G_SUBDOMAINS,
		      LADDER_GATES
};

enum ladder_verdict {
	LADDER_GATE_UNKNOWN,
	LADDER_NOT_MET,
	LADDER_WARN,   /* not met, does not keep anybody */
	LADDER_WAIVED, /* not met, and need not be: low volume */
	LADDER_MET,
	LADDER_NOT_ASKED /* of no meaning for this target or purpose */
};
const char *ladder_verdict_name(enum ladder_verdict verdict);

/* Shares are in 1/10000 (9987 is 99.87 %), rounded down. */
struct ladder_gate {
	enum ladder_gate_id id;
	const char *code; /* a finding that says what is asked for */
	enum ladder_verdict verdict;
	bool share, at_most;
	int64_t value, threshold; /* LADDER_NOT_KNOWN */
	/* G1: reporters. G5: own sources without DKIM. G6: new own sources.
	 * Else LADDER_NOT_KNOWN. */
	int64_t value2, threshold2;
	/* The source that keeps it shut; G7 "record", "spf", "cname" or "rua";
	 * or empty. */
	struct str about;
};

struct ladder_step {
	enum ladder_rung from, to;
	bool open; /* every gate is met, waived, only a warning or not asked */
	struct ladder_gate gate[LADDER_GATES];
};
/* Judges going to `to`, from wherever the domain is. Going down asks for
 * nothing. */
void ladder_judge(const struct ladder_facts *f, enum ladder_rung to,
		  struct ladder_step *out);
/* Whether it may be done with this reason (blank: none): NULL, or
 * "ladder.needs_reason". A shut gate never forbids. */
const char *ladder_refusal(const struct ladder_step *step, struct str reason);

/* ---- advice ---- */

struct ladder_advice {
	/* "ladder.ready_quarantine", "ladder.not_yet", "ladder.at_end",
	 * "ladder.parked", "ladder.no_data", ... */
	const char *code;
	enum ladder_rung to; /* what to go to next; `at` when nowhere */
	/* Own mail and forwarded mail that fails, in LADDER_DAYS days: what a
	 * stronger policy would have left alone, and what not. */
	int64_t considered, passing;
	int64_t affected;              /* considered - passing */
	int64_t to_fix;                /* of them: sent by own sources */
	int64_t forwarded;             /* of them: likely forwarded */
	int64_t share;                 /* passing, in 1/10000 */
	struct ladder_gate first_shut; /* of "ladder.not_yet" */
};
void ladder_advise(const struct ladder_facts *f, struct ladder_advice *out);

/* ---- after advancing ---- */

enum {
	LADDER_WATCH_HOURS = 48,
	LADDER_WATCH_FAILURES = 100 /* unless somebody chose a number */
};
struct ladder_watched {
	bool wanted; /* automatic step-back was chosen */
	enum ladder_rung at;
	int64_t advanced_at, now; /* UTC seconds */
	int64_t limit;            /* own messages; 0: LADDER_WATCH_FAILURES */
	int64_t failed;           /* own messages since; LADDER_NOT_KNOWN */
};
/* The finding of an alarm; {count} own messages. */
#define LADDER_ALARM_CODE "ladder.own_mail_fails"
enum ladder_alarm {
	LADDER_QUIET,
	LADDER_ALARM, /* tell somebody: the way back is offered */
	LADDER_BACK   /* go back by itself, now */
};
/* `back` gets the rung to go back to: what was enforced before. */
enum ladder_alarm ladder_watch(const struct ladder_watched *w,
			       enum ladder_rung *back);
/* One down; a test rung goes with its own: reject (t=y or not) to
 * quarantine, quarantine to none. */
enum ladder_rung ladder_back(enum ladder_rung at);

#endif
