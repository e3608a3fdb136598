/* overview.h - what the first page is made from. */
#ifndef API_OVERVIEW_H
#define API_OVERVIEW_H

#include "api/source.h"

enum { API_DOMAINS_MAX = 20000 };

struct api_domain_facts {
	struct str name;
	bool registered;
	int64_t added_at;              /* when registered */
	int64_t messages;              /* of the range */
	int64_t first_seen, last_seen; /* UTC seconds; 0 not in the range */
	int64_t policy[4]; /* messages under it, by enum dmarc_policy */
};
struct api_source_row {
	struct store_answer_row row; /* key, label and m */
	struct api_source_row *next;
};
struct api_overview {
	struct api_call *c;
	struct store_query q; /* not grouped */
	struct store_answer_row totals, previous, unverified;
	struct api_domain_facts *domain; /* API_DOMAINS_MAX */
	size_t domain_count;
	struct map *by_name;
	struct api_source_row *sources, **sources_end; /* by messages */
	int64_t last_report; /* received_at, 0 none ever */
};

/* Looks for what needs somebody and appends the first seven notices, gravest
 * first, to the open array. */
enum err api_put_attention(struct api_overview *o, struct diag *why) MUST_CHECK;
/* store_ask without groups, pages and words. */
enum err api_totals(struct api_call *c, const struct store_query *q,
		    struct store_answer_row *out, struct diag *why) MUST_CHECK;
/* One group, at most `limit` rows. */
enum err api_group(struct api_call *c, const struct store_query *q,
		   enum store_field group,
		   enum err (*row)(void *ctx, const struct store_answer_row *),
		   void *ctx, struct diag *why) MUST_CHECK;

#endif
