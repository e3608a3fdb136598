/* check_hosts.c - where reports are sent to: does the host exist, and has it
 * agreed to take them? */
#include "dmarcrec/private.h"

struct host_look {
	struct facts *f;
	const struct dmarcrec_place *place;
	struct finding_list *out;
	struct str tag;
};

static void
tell_consent(const struct host_look *l, const struct dmarcrec_uri *uri,
	     enum dmarcrec_consent consent, struct str name)
{
	const char *code = NULL;
	struct finding_found *found;

	switch (consent) {
	case DMARCREC_NOT_GIVEN:
		code = "dmarc.rua_unauthorised";
		break;
	case DMARCREC_NAME_TOO_LONG:
		code = "dmarc.rua_name_too_long";
		break;
	case DMARCREC_ELSEWHERE:
		code = "dmarc.rua_elsewhere";
		break;
	case DMARCREC_REDIRECTED:
		code = "dmarc.rua_redirected";
		break;
	case DMARCREC_CONSENT_UNKNOWN:
		code = "dmarc.rua_unknown";
		break;
	case DMARCREC_OWN_HOST:
	case DMARCREC_GIVEN:
		return;
	}
	found = finding_add(l->out, code, uri->text, "tag", &l->tag, "host",
			    &uri->host, "domain", &l->place->domain, "name",
			    &name, NULL);
	if (found != NULL &&
	    (consent == DMARCREC_NOT_GIVEN || consent == DMARCREC_ELSEWHERE))
		found->record = (struct finding_record){ name, S("TXT"),
							 S("v=DMARC1") };
}

/* The host takes no mail at all: neither MX nor an address, or a null MX. */
static bool
is_dead(const struct facts_dns *mx, const struct facts_dns *a,
	const struct facts_dns *aaaa)
{
	const struct facts_dns *const all[] = { mx, a, aaaa };

	if (mx->status == FACTS_FOUND)
		return mx->n == 1 && mx->rr[0].data.n == 0;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i]->status != FACTS_NODATA &&
		    all[i]->status != FACTS_NXDOMAIN)
			return false;
	return true;
}

/* A wildcard that was to cover the name, but an exact record beside it makes
 * the names between (RFC 4592 section 2.2.2) and so hides it. Asked together
 * with the consent, so that no round is lost. */
static bool
has_wildcard(const struct facts_dns *wild)
{
	for (size_t i = 0; wild->status == FACTS_FOUND && i < wild->n; i++)
		if (dmarcrec_is(wild->rr[i].data))
			return true;
	return false;
}

static bool
look(const struct host_look *l, const struct dmarcrec_uri *uri)
{
	const struct facts_dns *mx = facts_ask(l->f, uri->host, FACTS_MX);
	const struct facts_dns *a = facts_ask(l->f, uri->host, FACTS_A);
	const struct facts_dns *aaaa = facts_ask(l->f, uri->host, FACTS_AAAA);
	const struct str wild_name = dmarcrec_join(
		facts_mem(l->f), S("*._report._dmarc."), uri->host);
	const struct facts_dns *wild = facts_ask(l->f, wild_name, FACTS_TXT);
	enum dmarcrec_consent consent;
	struct str name;

	if (!dmarcrec_consent(l->f, l->place->domain, uri->host, &consent,
			      &name) ||
	    mx == NULL || a == NULL || aaaa == NULL || wild == NULL)
		return false;
	tell_consent(l, uri, consent, name);
	if (consent == DMARCREC_NOT_GIVEN && has_wildcard(wild))
		(void)finding_add(l->out, "dmarc.rua_wildcard_hidden",
				  uri->text, "name", &wild_name, "host",
				  &uri->host, "domain", &l->place->domain,
				  NULL);
	if (is_dead(mx, a, aaaa))
		(void)finding_add(l->out, "dmarc.rua_host_dead", uri->text,
				  "tag", &l->tag, "host", &uri->host, NULL);
	return true;
}

static bool
look_at_all(const struct host_look *l, const struct dmarcrec_uri *uri, size_t n)
{
	bool ready = true;

	for (size_t i = 0; i < n; i++)
		if (uri[i].mailto)
			ready = look(l, &uri[i]) && ready;
	return ready;
}

bool
dmarcrec_check_hosts(struct facts *f, const struct dmarcrec_place *place,
		     struct finding_list *out)
{
	const struct dmarcrec *rec = &place->record;
	struct host_look l = { f, place, out, S("rua") };
	bool ready = look_at_all(&l, rec->rua, rec->rua_n);

	l.tag = S("ruf");
	return look_at_all(&l, rec->ruf, rec->ruf_n) && ready;
}
