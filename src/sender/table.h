/* table.h - what compile.py makes of profiles.toml; private to sender. */
#ifndef SENDER_TABLE_H
#define SENDER_TABLE_H

#include "sender/sender.h"

/* A domain that shows a service, for itself and everything below it. */
struct sender_suffix {
	const char *domain;
	uint16_t length;  /* of domain */
	uint16_t profile; /* index into sender_profiles */
	/* People have mailboxes under it or forwarders rewrite to it: names
	 * the service, but does not vouch that the service sent for its
	 * customer (rule 3 of contracts section 4). */
	bool people;
};

/* A hash table that is never full: a slot holds index + 1, 0 is empty. */
struct sender_suffixes {
	const struct sender_suffix *list;
	const uint16_t *slots;
	uint32_t mask; /* number of slots - 1 */
};

struct sender_network {
	uint32_t asn;
	uint16_t profile;
};

extern const struct sender_profile sender_profiles[]; /* sorted by slug */
extern const size_t sender_profile_count;
extern const struct sender_suffixes sender_dkim_table;
extern const struct sender_suffixes sender_spf_table;
extern const struct sender_suffixes sender_ptr_table;
extern const struct sender_network sender_networks[]; /* sorted by asn */
extern const size_t sender_network_count;
extern const char sender_table_stamp[];

/* The longest suffix of `domain` in the table, NULL when there is none. */
const struct sender_suffix *
sender_suffix_find(const struct sender_suffixes *table, struct str domain);

#endif
