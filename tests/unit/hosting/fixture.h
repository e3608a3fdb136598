/* fixture.h - a store and an index in a directory of their own, and a program
 * that forgets everything between two steps. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "hosting/private.h"

#define NAME S("example.com")
#define ME CONTROL_OWNER_SELF
enum { NOW = 1764000000, DAY = CIVIL_DAY, ROOM = 512 };

struct place {
	char dir[ROOM];
	struct control *c;
	struct hosting_index x;
	struct arena *mem;
	int64_t id, now;
};

/* Ends the test when it is an error. */
void must(enum err e, const struct diag *why);
/* Everything that a process knows is gone; what is on disk stays. */
void forget(struct place *p);
void prove(struct place *p, int64_t id);
int64_t host(struct place *p, const char *name);
int setup(void **state);
int teardown(void **state);
void publish(struct place *p);
/* What readers see; texts live in `p->mem`. */
bool served(struct place *p, const char *name, struct hosted_domain *out);
void mode(struct place *p, enum stsmode_state to);
void give_cert(struct place *p);
enum hosting_step next(struct place *p, struct hosting_row *row);
/* Does the step that is next, as the service does; looks succeed. */
enum hosting_step step(struct place *p);

#endif
