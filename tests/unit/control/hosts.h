/* hosts.h - what tests of hosted domains do with one. */
#ifndef TEST_CONTROL_HOSTS_H
#define TEST_CONTROL_HOSTS_H

#include "fixture.h"

#define SELF CONTROL_OWNER_SELF
#define NAME S("example.com")

static const struct control_mode_change testing = { STSMODE_TESTING, STR("a"),
						    NOW, NULL };

static inline struct control_hosted
d_of(const char *name, int64_t now)
{
	return (struct control_hosted){ .name = str_of(name), .added_at = now };
}

static inline void
see(struct place *p, int64_t id, enum control_proof proof, int64_t at)
{
	const struct control_proof_seen seen = {
		.id = id, .proof = proof, .at = at, .due_at = at + DAY
	};
	struct diag why = { 0 };

	must(control_hosted_seen(p->c, &seen, &why), &why);
}

static inline struct control_hosted
get(struct place *p, int64_t id)
{
	struct control_hosted h;
	struct diag why = { 0 };

	must(control_hosted_get(p->c, id, p->mem, &h, &why), &why);
	return h;
}

static inline void
go(struct place *p, enum stsmode_state mode, int64_t now)
{
	const struct control_mode_change change = { mode, STR("anna"), now,
						    NULL };
	struct diag why = { 0 };

	must(control_hosted_mode(p->c, SELF, NAME, &change, &why), &why);
}

#endif
