/* serving.h - a writer of its own for each test, and reports for it. */
#ifndef SERVING_H
#define SERVING_H

#include "control/control.h"
#include "ingest/ingest.h"
#include "spool/spool.h"

#include <sys/types.h>

#define DEADLY "this text ends the parser"

struct serving {
	char dir[256];
	int bell;
	pid_t writer; /* 0: none runs */
	uint64_t unclaimed_max, sidelined_max;
	struct spool_writer *spool;
};

/* Fails the test with the reason. */
void must(enum err e, const struct diag *why);
/* Asks the writer, waiting until it listens. */
void answer_of(const struct serving *t, const char *request, struct buf *out);
/* In a process of its own; comes back when it answers. */
void start_writer(struct serving *t);
void kill_writer(struct serving *t, int with);
/* A DMARC report; `n` makes it another. */
void report_text(struct buf *out, const char *domain, int n);
/* Into the spool, not yet durable. */
void put_text(struct serving *t, enum spool_door door, const char *id,
	      struct str text);
void put_report(struct serving *t, enum spool_door door, const char *domain,
		int n);
/* Makes them durable and wakes the writer. */
void ring(struct serving *t);
/* One number by SQL, through a connection of its own. */
int64_t ask(const struct serving *t, const char *sql);
/* Until the answer of `sql` is `wanted`; fails after a while. */
void wait_for(const struct serving *t, const char *sql, int64_t wanted);
int64_t number_in(const struct buf *answer, const char *key);
void add_domain(const struct serving *t, const char *name);
int setup(void **state);
int teardown(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
