/* cert.c - which names a certificate is good for. */
#include "base/base.h"
#include "facts/facts.h"

static enum facts_cover
pattern_covers(struct str pattern, struct str host)
{
	struct str below = str_sub(pattern, 1, SIZE_MAX); /* ".example.net" */
	size_t label;

	if (!str_starts(pattern, S("*.")))
		return str_eq_fold(pattern, host) ? FACTS_COVERS
						  : FACTS_COVERS_NOT;
	if (host.n <= below.n || !str_ends_fold(host, below))
		return FACTS_COVERS_NOT;
	label = str_index(host, '.');
	return label == host.n - below.n ? FACTS_COVERS : FACTS_COVERS_TOO_DEEP;
}

enum facts_cover
facts_cert_covers(const struct facts_cert *cert, struct str host)
{
	enum facts_cover best = FACTS_COVERS_NOT;

	for (size_t i = 0; i < cert->names_n; i++) {
		enum facts_cover one = pattern_covers(cert->names[i], host);

		if (one == FACTS_COVERS)
			return one;
		if (one == FACTS_COVERS_TOO_DEEP)
			best = one;
	}
	return best;
}

bool
facts_cert_holds(const struct facts_cert *cert, struct str host, int64_t now)
{
	return cert->there && cert->chain == FACTS_CHAIN_TRUSTED &&
	       now >= cert->not_before && now <= cert->not_after &&
	       facts_cert_covers(cert, host) == FACTS_COVERS;
}
