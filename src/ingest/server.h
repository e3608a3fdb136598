/* server.h - what the files of the writer role share. */
#ifndef INGEST_SERVER_H
#define INGEST_SERVER_H

#include "control/control.h"
#include "ingest/engine.h"
#include "json/json.h"
#include "spool/spool.h"

struct sockets;

/* A work that somebody asked for, while it runs. */
struct job {
	struct ingest_totals totals;
	uint64_t resets;     /* of the engine when it began */
	struct map *domains; /* of its reports, for sample data; or NULL */
	int client;          /* gets a line for each item; or -1 */
	struct buf waiting;  /* lines that the client has not taken yet */
	bool deserted;       /* nobody takes them any more */
	unsigned since;      /* documents since others had their turn */
};

struct server {
	const struct ingest_serve_options *options;
	struct store *store;
	struct ingest_owners *owners;
	struct ingest_options ingest;
	struct engine_options engine_options;
	struct engine *engine;
	struct ingest_totals totals;
	struct quota quota;
	struct spool_reader *reader; /* NULL: to be opened again */
	struct sockets *sockets;

	bool dirty;          /* something to settle */
	int64_t settle_from; /* os_ticks: not before */
	int64_t retry_from;  /* os_ticks: the store had trouble */
	bool in_trouble;
	const char *working; /* a long work, NULL none */
	enum err lost;       /* the store could not tell a place, because: */
	struct diag lost_why;

	/* The document that the store refused, and how often. */
	char poison[64];
	uint64_t poison_offset;
	unsigned poison_tries;

	uint64_t claim_stamp; /* of the domains when last looked at */
	bool claim_due;
	int64_t claim_from; /* os_ticks */

	int64_t prune_from; /* UTC seconds */
	int prune_step;
	int64_t gauges_from;
	struct spool_backlog waits; /* as it was last looked at */
};

/* ---- serve.c ---- */

/* Takes some of what waits in the spool; false when it had no more. */
bool serve_spool(struct server *s);
/* Names, places, sums: now. */
enum err serve_settle(struct server *s, struct diag *why) MUST_CHECK;
/* Between two pieces of a long work: mail, and others' short requests. False
 * when the work cannot go on: stopped, or what it had in hand was lost. */
bool serve_turn(struct server *s, struct job *job);
bool serve_stopped(const struct server *s);
/* Counts what strangers have us keep once more. */
void serve_count_bins(struct server *s);

/* ---- owners.c ---- */

/* Reads the registered domains when they changed. */
void owners_refresh(struct ingest_owners *o);
struct control *owners_control(const struct ingest_owners *o);
/* Changes with what owners_refresh read. */
uint64_t owners_stamp(const struct ingest_owners *o);
bool owners_any(const struct ingest_owners *o);
/* Whether just this name is registered. */
bool owners_have(const struct ingest_owners *o, struct str domain);

/* ---- upkeep.c ---- */

void upkeep_begin(struct server *s);
/* Has what is registered by now taken out of the bin: at the start, and when
 * domains came and nobody asked. */
void upkeep_claim(struct server *s);
/* Positions in segments of the spool that are no more. */
void upkeep_forget(struct server *s);

/* ---- control_socket.c ---- */

enum err sockets_open(struct server *s, struct diag *why) MUST_CHECK;
void sockets_close(struct server *s);
/* Waits for the bell or a request, at most so many milliseconds, and answers
 * what was asked. */
void sockets_wait(struct server *s, int milliseconds);
/* One packet of an answer, its letter first; waits a while for a client that
 * is slow. False when it is gone. */
bool socket_send(int client, char letter, struct str bytes);

/* Letters of packets. */
enum {
	PACKET_PIECE = 'P',
	PACKET_END = 'E',
	PACKET_FAILURE = 'F', /* {"error","code","line","detail"} */
	PACKET_ITEM = 'I',
	PACKET_DOCUMENT = 'D', /* path; its descriptor comes along */
	PACKET_BAD = 'B',      /* {"path","code","detail"} */
	PACKET_LAST = 'Z'      /* no more documents */
};
enum { PIECE_MAX = 32 << 10 };

/* ---- ops.c, work.c ---- */

struct request {
	const struct json *json;
	int client;
};
struct op {
	const char *name;
	bool is_long;
	enum err (*run)(struct server *s, const struct request *r,
			struct buf *answer, struct diag *why);
};
const struct op *op_find(struct str name);
enum err work_reparse(struct server *s, const struct request *r,
		      struct buf *answer, struct diag *why) MUST_CHECK;
enum err work_claim(struct server *s, const struct request *r,
		    struct buf *answer, struct diag *why) MUST_CHECK;
/* The same for everything that is registered. */
enum err work_claim_registered(struct server *s, struct ingest_totals *out,
			       struct diag *why) MUST_CHECK;
enum err work_test(struct server *s, const struct request *r,
		   struct buf *answer, struct diag *why) MUST_CHECK;
enum err work_sample_load(struct server *s, const struct request *r,
			  struct buf *answer, struct diag *why) MUST_CHECK;
enum err work_sample_remove(struct server *s, const struct request *r,
			    struct buf *answer, struct diag *why) MUST_CHECK;
/* hosts.c */
enum err work_hosts(struct server *s, const struct request *r,
		    struct buf *answer, struct diag *why) MUST_CHECK;
enum err work_own_spf(struct server *s, const struct request *r,
		      struct buf *answer, struct diag *why) MUST_CHECK;

/* judge.c */
enum err work_judge_next(struct server *s, const struct request *r,
			 struct buf *answer, struct diag *why) MUST_CHECK;
enum err work_judge_done(struct server *s, const struct request *r,
			 struct buf *answer, struct diag *why) MUST_CHECK;
/* ---- sample.c ---- */

enum { SAMPLE_DOMAINS_MAX = 4000 };
/* A mail of sample data into the engine. */
enum err sample_add(struct engine *e, struct str name, struct str message,
		    void *ticket, struct diag *why) MUST_CHECK;
/* Notes the domains of sample data, NULL: none, in the control store. */
enum err sample_note(struct control *c, const struct map *domains,
		     struct diag *why) MUST_CHECK;

/* work_import.c */
enum err work_import(struct server *s, const struct request *r,
		     struct buf *answer, struct diag *why) MUST_CHECK;
/* A client gets a line for each item of the job: what it takes without
 * waiting, and at the end the rest, waiting a while. */
void work_lines_to(struct job *job, int client);
void work_flush(struct job *job);
void work_drain(struct job *job);
/* Has the job's client told of an item, now or when it listens. */
void work_line(struct job *job, const struct ingest_item *item);
/* An item of the work is durable. */
void work_told(struct job *job, const struct ingest_item *item);
void work_begin(struct server *s, struct job *job);
/* All is committed and settled; or ERR_IO, ERR_STOP. */
enum err work_end(struct server *s, struct job *job,
		  struct diag *why) MUST_CHECK;

/* ---- lines.c: items and totals as JSON ---- */

void line_put_totals(struct buf *out, const struct ingest_totals *t);
void line_read_totals(const struct json *json, struct ingest_totals *out);
void line_put_item(struct buf *out, const struct ingest_item *item);
/* Strings live in `json` and `mem`. */
void line_read_item(const struct json *json, struct arena *mem,
		    struct ingest_item *out);

#endif
