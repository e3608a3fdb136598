/* trouble.c - answers that are none: unknown, not absent. */
#include "facts/facts.h"

const char *
facts_trouble(enum facts_status status)
{
	switch (status) {
	case FACTS_SERVFAIL:
		return "dns.servfail";
	case FACTS_BOGUS:
		return "dns.dnssec_bogus";
	case FACTS_REFUSED:
		return "dns.refused";
	case FACTS_TIMEOUT:
		return "dns.timeout";
	case FACTS_LOOP:
		return "dns.cname_loop";
	case FACTS_FOUND:
	case FACTS_NODATA:
	case FACTS_NXDOMAIN:
		break;
	}
	return NULL;
}
