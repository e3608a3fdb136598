/* latest.h - what came last, for whoever watches. Comes in with store.h. Only
 * reports that count: of strangers that nobody verified there is no end. */
#ifndef STORE_LATEST_H
#define STORE_LATEST_H

#include "store/store.h"

/* UTC second at which the newest report came in; 0: none ever. */
enum err store_latest(struct store *s, int64_t owner, int64_t *out,
		      struct diag *why) MUST_CHECK;

/* TLS reports about one domain. */
struct store_latest_tls {
	int64_t last_day; /* that any tells of; INT64_MIN: none */
	/* Sessions under MTA-STS that failed, on `since` or later. */
	uint64_t failed;
};
enum err store_latest_tls(struct store *s, int64_t owner, struct str domain,
			  int64_t since, struct store_latest_tls *out,
			  struct diag *why) MUST_CHECK;

/* Everybody who sent DMARC reports about days from `first` on: how many days
 * there are, and the latest of them. `reporter` lives during the call. */
struct store_latest_reporter {
	struct str reporter;
	uint64_t days;
	int64_t last_day;
};
enum err store_latest_reporters(
	struct store *s, int64_t owner, int64_t first,
	enum err (*each)(void *ctx, const struct store_latest_reporter *),
	void *ctx, struct diag *why) MUST_CHECK;

#endif
