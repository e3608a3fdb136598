/* good.h - facts under which every gate is met, to be spoilt one by one. */
#ifndef STSMODE_GOOD_H
#define STSMODE_GOOD_H

#include "stsmode/stsmode.h"

enum { GOOD_SERVERS = 2 };

struct good {
	struct stsmode_facts f;
	struct stsmode_mx mx[GOOD_SERVERS];
};

static inline void
good_facts(struct good *g, enum stsmode_state state)
{
	for (size_t i = 0; i < GOOD_SERVERS; i++)
		g->mx[i] = (struct stsmode_mx){
			.host = i == 0 ? S("mx1.example.com")
				       : S("mx2.example.com"),
			.covered = STSMODE_YES,
			.certificate = STSMODE_YES,
			.days_left = 60,
			.addresses = 2,
			.green = 2,
		};
	g->f = (struct stsmode_facts){
		.state = state,
		.days = 14,
		.reporters = 2,
		.large = 1,
		.sessions = 50,
		.failed = 0,
		.mx = g->mx,
		.mx_n = GOOD_SERVERS,
		.mx_known = true,
		.mx_days = 7,
		.reports_ours = STSMODE_YES,
		.seen_outside = STSMODE_YES,
		.proven = STSMODE_YES,
		.delegated = STSMODE_YES,
		.now = 1800000000,
	};
}

#endif
