/* private.h - one look at a domain, shared by the files of watch. */
#ifndef WATCH_PRIVATE_H
#define WATCH_PRIVATE_H

#include "mtasts/mtasts.h"
#include "tlsrptrec/tlsrptrec.h"
#include "watch/watch.h"

enum {
	WATCH_MEMORY = 2 << 20, /* what one look leaves */
	WATCH_VALUE_MAX = 16 << 10,
	WATCH_EVIDENCE_MAX = 2048,
	WATCH_SELECTORS_MAX = 32,
	WATCH_NAME_ROOM = 512
};

/* Record sets that are kept; those of selectors follow. */
enum watch_record {
	WATCH_NS,
	WATCH_MX,
	WATCH_SPF,
	WATCH_DMARC,
	WATCH_MTA_STS,
	WATCH_TLS_RPT,
	WATCH_BIMI,
	WATCH_RECORDS
};

/* What TLS reports say, and since when they are asked for; 0: not known. */
struct watch_reports {
	int64_t record_since; /* the record of TLS-RPT is as it is */
	int64_t last;         /* end of the last day that one tells of */
	bool clean; /* some came since mode testing began, none of a failure */
};

struct watch_look {
	struct facts *facts;
	struct inspect_look *look;
	struct arena *mem;
	struct control_watched of; /* texts in `mem` */
	struct facts_subject subject;
	struct str selectors[WATCH_SELECTORS_MAX];
	/* The way of an MTA-STS sender once more, with what is remembered. */
	struct arena *history_mem;
	struct finding_list remembered;
	struct mtasts_lookup policy;
	bool policy_known;
	struct watch_reports reports;
	struct arena *silent_mem;
	struct finding_list silent; /* of TLS-RPT, the same way */
	bool silent_known;
	struct control_finding *room; /* of the result */
};

/* Copies `of`. */
struct watch_look *watch_look_new(const struct control_watched *of,
				  int64_t now);
void watch_look_free(struct watch_look *l);
/* A selector that mail was seen to be signed with; beyond the bound: left
 * out. Before the look begins. */
void watch_look_selector(struct watch_look *l, struct str selector);
/* What reports say of its mail; copied. Before the look begins. */
void watch_look_seen(struct watch_look *l, const struct facts_seen *seen);
/* Before the look begins. */
void watch_look_reports(struct watch_look *l, const struct watch_reports *r);
/* A `judge` of inspect_run. */
bool watch_look_judge(void *ctx);
/* What there is to be written down; lives as long as the look. False: no
 * memory was left, and nothing of it counts. */
bool watch_look_result(struct watch_look *l, struct control_look *out);

/* records.c */

/* Asks for all of them, so that they are known when the look is over. True
 * when they are. */
bool watch_records_ask(struct watch_look *l);
/* Those that are known, into `out`. */
bool watch_records_put(struct watch_look *l, struct control_look *out);

/* probes.c */

/* Every mail server at every address, into `out`. */
bool watch_probes_put(struct watch_look *l, struct control_look *out);

/* silence.c */

struct watch_arrivals {
	int64_t owner, now;
	int64_t last; /* UTC second of the newest report that counts; 0: none */
};
/* Writes a notice when reports came and none has come for days, or that it is
 * over. */
enum err watch_tell_silence(struct control *c, const struct watch_arrivals *a,
			    unsigned channels, struct diag *why) MUST_CHECK;

/* journey.c */

struct watch_journeys {
	struct control *control;
	struct store *store;
	int64_t now;
	unsigned channels;
};
/* Every DMARC policy that became stronger lately: notices when own mail fails
 * since, and the way back where it was chosen and the record is hosted. */
enum err watch_look_at_journeys(const struct watch_journeys *in,
				struct diag *why) MUST_CHECK;

/* tell.c */

/* Writes a notice for `channels` when people should know of `change`, or that
 * it is over. */
enum err watch_tell(struct control *c, const struct control_watched *of,
		    const struct control_change *change, unsigned channels,
		    struct diag *why) MUST_CHECK;

#endif
