/* domains.h - what is told of each domain. */
#ifndef API_DOMAINS_H
#define API_DOMAINS_H

#include "api/private.h"

enum { DOMAINS_DAYS = 30, DOMAINS_MAX = 20000 };

struct domain_facts {
	struct str name; /* in the call's arena */
	bool registered;
	enum control_purpose purpose;
	int64_t added_at;
	/* Of the last DOMAINS_DAYS days. */
	bool counted;
	int64_t messages, own, own_passed, blocked, unrecognised;
	int64_t spark[DOMAINS_DAYS];
	bool tls;
	int64_t tls_sessions, tls_failed;
	/* Of all time; 0: none. */
	int64_t first_report, last_report;
	/* The newest report: the policy it saw. */
	struct str policy; /* a literal, empty: not known */
	bool testing_known, testing;
	int64_t policy_seen; /* UTC second */
	/* Somebody is setting it up; no step: nobody is. */
	struct control_onboarding onboarding;
};

struct domain_list {
	struct api_call *c;
	struct domain_facts *at;
	size_t count, room;
	struct map *by_name;
	struct str only; /* one domain, or empty: all */
	size_t day;      /* of the spark that is being read */
};

/* Everything about `only`, or about all that are registered or in reports. */
enum err api_domains_read(struct api_call *c, struct str only,
			  struct domain_list *out, struct diag *why) MUST_CHECK;
void api_domains_free(struct domain_list *list);
/* The member "onboarding", null where nobody is at it. */
void api_put_onboarding(struct json_out *j, const struct control_onboarding *o);
/* The members of a domain; of all of them, as the member "domains". */
void api_put_domain(struct json_out *j, const struct domain_facts *d);
enum err api_put_domains(struct api_call *c, struct json_out *j,
			 struct diag *why) MUST_CHECK;
/* One as the whole answer: ERR_GONE "control.no_domain". */
enum err api_answer_domain(struct api_call *c, struct str name,
			   struct diag *why) MUST_CHECK;
/* The registered domain that the path names. */
enum err api_domain_find(struct api_call *c, struct control_domain *out,
			 struct diag *why) MUST_CHECK;
/* The same, and what it has to publish so that its reports come here. */
enum err api_domain_wanted(struct api_call *c, struct control_domain *d,
			   struct control_records *out,
			   struct diag *why) MUST_CHECK;
/* Has the writer do something with one domain: "claim", "delete_domain". */
enum err api_ask_writer(struct api_call *c, const char *op, struct str domain,
			struct diag *why) MUST_CHECK;
/* The domain that the path names, folded. */
enum err api_domain_param(struct api_call *c, struct str *out,
			  struct diag *why) MUST_CHECK;

#endif
