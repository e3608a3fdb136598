/* good.h - a domain for which every gate is met, to be spoilt one by one: 90
 * days of own mail through one source, 99.87 % of it passing. */
#ifndef LADDER_GOOD_H
#define LADDER_GOOD_H

#include "ladder/ladder.h"

enum { GOOD_TODAY = 20000, GOOD_DAYS = 90, GOOD_SOURCES = 3 };

struct good {
	struct ladder_facts f;
	struct ladder_day day[GOOD_DAYS];
	struct ladder_source source[GOOD_SOURCES];
};

static inline void
good_facts(struct good *g, enum ladder_rung at, enum ladder_purpose purpose)
{
	*g = (struct good){ 0 };
	for (int i = 0; i < GOOD_DAYS; i++)
		g->day[i] = (struct ladder_day){
			.day = GOOD_TODAY - GOOD_DAYS + 1 + i,
			.own = 1000,
			.own_passed = 998,
		};
	/* "Scanner" sends what fails, "Forwarder" is somebody else's. */
	g->source[0] = (struct ladder_source){ .slug = S("mailer"),
					       .messages = 41208,
					       .own = 41208,
					       .own_passed = 41208,
					       .own_dkim = 41000,
					       .first_day = 19000 };
	g->source[1] = (struct ladder_source){ .slug = S("scanner"),
					       .triaged = true,
					       .messages = 38,
					       .own = 38,
					       .failed = 38,
					       .first_day = 19000 };
	g->source[2] = (struct ladder_source){ .slug = S("forwarder"),
					       .messages = 14,
					       .forwarded_failed = 14,
					       .failed = 14,
					       .first_day = 19000 };
	g->f = (struct ladder_facts){
		.at = at,
		.purpose = purpose,
		.today = GOOD_TODAY,
		.first_day = 19000,
		.days = 90,
		.reporters = 5,
		.messages = 41260,
		.own = 41246,
		.own_passed = 41208,
		.own_dkim = 41000,
		.forwarded = 600,
		.forwarded_failed = 14,
		.source = g->source,
		.source_n = GOOD_SOURCES,
		.sources_known = true,
		.day = g->day,
		.day_n = GOOD_DAYS,
		.one_record = LADDER_YES,
		.spf_fits = LADDER_YES,
		.no_cname = LADDER_YES,
		.rua_allowed = LADDER_YES,
		.subdomains_accepted = true,
	};
}

#endif
