/* query_shape.h - what the made-up mail of a year looks like: who reports, who
 * sends for whom, from where. Everything follows from a seed. */
#ifndef QUERY_SHAPE_H
#define QUERY_SHAPE_H

#include "store/inside.h"

enum {
	SHAPE_REPORTERS = 15,
	SHAPE_SERVICES = 100, /* the first are mailbox suites, then ESPs */
	SHAPE_SUITES = 4,
	SHAPE_ESPS = 40, /* behind the suites; the rest forward */
	SHAPE_NETWORKS = 600,
	SHAPE_TENANTS = 3000, /* recipients' domains */
	SHAPE_SPOOFERS = 40000,
	SHAPE_OWN_MAX = 8,
	SHAPE_USED_MAX = 6,
	SHAPE_FORWARDERS_MAX = 12,
	SHAPE_SUBDOMAINS_MAX = 5
};

enum shape_kind {
	SHAPE_OWN, /* the domain's own servers */
	SHAPE_SUITE,
	SHAPE_ESP,
	SHAPE_FORWARDER,
	SHAPE_SPOOFER,
	SHAPE_KINDS
};

struct shape_network {
	uint32_t asn;
	char country[3];
};

struct shape_service {
	uint32_t addresses; /* how many it sends from */
	uint32_t network;
	uint32_t base; /* of its IPv4 addresses */
};

struct shape_domain {
	double weight; /* share of all rows */
	uint32_t own_count, esp_count, forwarder_count, subdomain_count;
	uint32_t suite, network;
	uint32_t esp[SHAPE_USED_MAX];
	uint32_t forwarder[SHAPE_FORWARDERS_MAX];
	enum dmarc_policy policy, later; /* from day `change` on */
	int64_t change;
};

struct shape {
	uint64_t seed;
	size_t domain_count;
	struct shape_domain *domain;
	struct shape_network network[SHAPE_NETWORKS];
	struct shape_service service[SHAPE_SERVICES];
};

extern const char *const shape_reporters[SHAPE_REPORTERS];

/* One row of a report, in terms of the shape. */
struct shape_row {
	uint32_t reporter;
	enum shape_kind kind;
	uint32_t service;   /* suite, ESP or forwarder; own: 0; else network */
	uint32_t address;   /* IPv4 */
	uint32_t subdomain; /* 0: the domain itself */
	uint32_t tenant;    /* 0: not told, else index + 1 */
	uint32_t outcome;   /* of SPF and DKIM: 0 best */
	int64_t verdict, overrides, count;
};

void shape_make(struct shape *s, size_t domains, uint64_t seed);
void shape_free(struct shape *s);
uint64_t shape_random(struct shape *s, uint64_t below);
/* How many rows domain `d` has on a day, of `per_day` of all domains. */
size_t shape_rows(struct shape *s, size_t d, double per_day);
/* A row of domain `d`; `day` counts from 0. */
void shape_row(struct shape *s, size_t d, int64_t day, struct shape_row *out);

#endif
