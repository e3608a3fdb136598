/* tell.h - troubles that people are told of. */
#ifndef HOSTING_TELL_H
#define HOSTING_TELL_H

#include "hosting/private.h"

struct hosting_trouble {
	int64_t owner;
	const char *code; /* of the catalogue; {detail} is the domain */
	struct str domain;
	bool own; /* of the installation; no domain of an account */
};
/* People hear of it once, until it is over. */
void hosting_tell(struct hosting *h, const struct hosting_trouble *t, bool is);
/* Whether a certificate that could not be had is worth a word. */
bool hosting_is_grave(uint64_t failures, int64_t not_after, int64_t now);

#endif
