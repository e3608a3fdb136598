/* cert.c - what is wrong with a server's certificate (RFC 8461 sections 3.3
 * and 4.2). */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"

enum { SOON = 14 * CIVIL_DAY, NAMES_SHOWN = 8 };

static const char *
name_fault(const struct facts_cert *cert, struct str host)
{
	switch (facts_cert_covers(cert, host)) {
	case FACTS_COVERS:
		return NULL;
	case FACTS_COVERS_TOO_DEEP:
		return "mtasts.cert_wildcard_depth";
	case FACTS_COVERS_NOT:
		break;
	}
	return "mtasts.cert_name_mismatch";
}

static const char *
date_fault(const struct facts_cert *cert, int64_t now)
{
	if (now > cert->not_after)
		return "mtasts.cert_expired";
	return now < cert->not_before ? "mtasts.cert_not_yet_valid" : NULL;
}

static const char *
chain_fault(const struct facts_cert *cert)
{
	switch (cert->chain) {
	case FACTS_CHAIN_SELF_SIGNED:
		return "mtasts.cert_self_signed";
	case FACTS_CHAIN_UNTRUSTED_ROOT:
	case FACTS_CHAIN_BROKEN:
		return "mtasts.cert_untrusted_root";
	case FACTS_CHAIN_INCOMPLETE:
		return "mtasts.cert_incomplete_chain";
	case FACTS_CHAIN_REVOKED:
		return "mtasts.cert_revoked";
	case FACTS_CHAIN_UNKNOWN:
	case FACTS_CHAIN_TRUSTED:
		break;
	}
	return NULL;
}

size_t
mtasts_cert_faults(const struct facts_cert *cert, struct str host, int64_t now,
		   const char *out[MTASTS_CERT_FAULTS])
{
	const char *all[MTASTS_CERT_FAULTS] = {
		name_fault(cert, host),
		date_fault(cert, now),
		chain_fault(cert),
		cert->weak ? "mtasts.cert_weak" : NULL,
	};
	size_t n = 0;

	for (size_t i = 0; i < MTASTS_CERT_FAULTS; i++)
		if (all[i])
			out[n++] = all[i];
	return n;
}

/* Two weeks, or a third of a short life: certificates of six days are renewed
 * late and are not a fault. */
bool
mtasts_cert_ends_soon(const struct facts_cert *cert, int64_t now)
{
	int64_t third = (cert->not_after - cert->not_before) / 3;
	int64_t soon = third < SOON ? third : SOON;

	return now <= cert->not_after && cert->not_after - now < soon;
}

static struct str
names_text(struct mtasts_walk *w, const struct facts_cert *cert)
{
	struct str text = STR("SAN=");

	for (size_t i = 0; i < cert->names_n && i < NAMES_SHOWN; i++)
		text = mtasts_text(w, "%.*s%s%.*s", STR_ARG(text),
				   i > 0 ? ", " : "", STR_ARG(cert->names[i]));
	if (cert->names_n > NAMES_SHOWN)
		text = mtasts_text(w, "%.*s, ...", STR_ARG(text));
	if (cert->names_n == 0)
		text = mtasts_text(w, "SAN=-, CN=%.*s",
				   STR_ARG(cert->common_name));
	return text;
}

struct str
mtasts_cert_detail(struct mtasts_walk *w, const char *code,
		   const struct facts_cert *cert)
{
	struct str name = str_of(code);
	char date[CIVIL_STAMP_SIZE];

	if (str_ends(name, S("_mismatch")) || str_ends(name, S("_depth")))
		return names_text(w, cert);
	if (str_ends(name, S("_expired")))
		return mtasts_text(w, "notAfter=%s",
				   civil_print_stamp(cert->not_after, date));
	if (str_ends(name, S("_valid")))
		return mtasts_text(w, "notBefore=%s",
				   civil_print_stamp(cert->not_before, date));
	if (str_ends(name, S("_weak")))
		return mtasts_text(w, "%.*s %u", STR_ARG(cert->key_type),
				   cert->key_bits);
	if (str_ends(name, S("_self_signed")))
		return S("self-signed");
	return cert->issuer;
}
