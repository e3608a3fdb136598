/* query_data.h - a small store of made-up rows, and the same rows in memory,
 * so that answers can be worked out twice. */
#ifndef QUERY_DATA_H
#define QUERY_DATA_H

#include "store/query_inside.h"

enum { DATA_DAYS = 40, DATA_FIRST = 20700, DATA_REPORTS = 240 };
enum { DATA_ROWS_MAX = DATA_REPORTS * 8, DATA_ENDPOINTS = 24 };
enum {
	DATA_DOMAINS = 4,
	DATA_REPORTERS = 7,
	DATA_FROMS = 5,
	DATA_ENVELOPES = 4,
	DATA_TOS = 3,
	DATA_COMMENTS = 3,
	DATA_HOSTS = 3,
	DATA_SOURCES = 6,
	DATA_AUTHS = 5
};

extern const char *const data_domains[DATA_DOMAINS];
extern const char *const data_reporters[DATA_REPORTERS];
extern const char *const data_froms[DATA_FROMS];
extern const char *const data_envelopes[DATA_ENVELOPES];
extern const char *const data_tos[DATA_TOS];
extern const char *const data_comments[DATA_COMMENTS];
extern const char *const data_hosts[DATA_HOSTS];

struct data_source {
	const char *slug, *label;
};
extern const struct data_source data_sources[DATA_SOURCES];

struct data_auth {
	const char *json, *selectors;
	enum dmarc_result dkim, spf;
};
extern const struct data_auth data_auths[DATA_AUTHS];

struct data_endpoint {
	struct netaddr ip;
	int source, host;
	char country[3];
	int64_t asn;
};
struct data_report {
	int domain, reporter;
	int64_t day;
	int trust;
	bool counts; /* imported and DMARC */
};

struct data_row {
	int report, endpoint; /* -1: address not readable */
	int from, envelope_from, to, comment, auth;
	int64_t count, verdict, overrides, id;
};

struct data {
	struct store *s;
	char dir[64];
	uint64_t seed;
	struct data_endpoint endpoints[DATA_ENDPOINTS];
	struct data_report reports[DATA_REPORTS];
	size_t row_count;
	struct data_row rows[DATA_ROWS_MAX];
	/* [source][domain], the last one for all domains. */
	int triage[DATA_SOURCES][DATA_DOMAINS + 1];
};

/* Makes a store in a new directory below the current one; ends the program
 * when that fails. */
struct data *data_new(uint64_t seed);
/* With its directory. */
void data_free(struct data *d);
/* The same numbers for the same seed on every machine. */
uint64_t data_random(struct data *d, uint64_t below);
#define PICK(d, table) ((int)data_random(d, COUNT_OF(table)))

#endif
