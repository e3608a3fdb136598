/* class.c - the class of a row's mail (contracts section 4), and the names of
 * classes, triage and evidence. */
#include "sender/sender.h"

#include <assert.h>

enum {
	FORWARDING = DMARC_OVERRIDE_FORWARDED | DMARC_OVERRIDE_MAILING_LIST |
		     DMARC_OVERRIDE_TRUSTED_FORWARDER
};

struct verdict {
	enum sender_class class;
	enum sender_rule rule;
};

/* A forwarder keeps the signature and breaks SPF; a service that signs for
 * its customer passes SPF for itself. */
static bool
looks_forwarded(const struct sender_facts *facts)
{
	return (facts->overrides & FORWARDING) != 0 ||
	       (facts->dkim_aligned && !facts->spf_aligned &&
		!facts->spf_vouched && !facts->spf_inside);
}

static struct verdict
judge(const struct sender_facts *facts)
{
	bool pass = facts->dkim_aligned || facts->spf_aligned;

	if (facts->triage == SENDER_OURS)
		return (struct verdict){ SENDER_OWN, SENDER_RULE_TRIAGE };
	if (facts->triage == SENDER_FORWARDER)
		return (struct verdict){ SENDER_FORWARDED, SENDER_RULE_TRIAGE };
	if (!pass && facts->disposition != DMARC_DELIVERED_NONE)
		return (struct verdict){ SENDER_BLOCKED, SENDER_RULE_BLOCKED };
	if (looks_forwarded(facts))
		return (struct verdict){ SENDER_FORWARDED,
					 SENDER_RULE_FORWARDED };
	if (pass && facts->triage != SENDER_NOT_OURS)
		return (struct verdict){ SENDER_OWN, SENDER_RULE_PASS };
	return (struct verdict){ SENDER_UNRECOGNISED, SENDER_RULE_REST };
}

enum sender_class
sender_classify(const struct sender_facts *facts, enum sender_rule *rule)
{
	struct verdict verdict = judge(facts);

	if (rule)
		*rule = verdict.rule;
	return verdict.class;
}

static const char *const class_names[SENDER_CLASSES] = {
	[SENDER_OWN] = "own",
	[SENDER_FORWARDED] = "forwarded",
	[SENDER_UNRECOGNISED] = "unrecognised",
	[SENDER_BLOCKED] = "blocked",
};

static const char *const triage_names[] = {
	[SENDER_NOT_TRIAGED] = "new",     [SENDER_OURS] = "ours",
	[SENDER_FORWARDER] = "forwarder", [SENDER_NOT_OURS] = "not_ours",
	[SENDER_IGNORED] = "ignored",
};

static const char *const evidence_names[] = {
	[SENDER_BY_NETWORK] = "network",
	[SENDER_BY_AS_NAME] = "as_name",
	[SENDER_BY_AS] = "asn",
	[SENDER_BY_PTR] = "ptr",
	[SENDER_BY_SPF_RANGE] = "spf_range",
	[SENDER_BY_SPF] = "spf",
	[SENDER_BY_DKIM] = "dkim",
};

/* Index of `name` in the list, `count` when it is not there. '-' and a blank
 * count as '_': people type "not-ours". */
static size_t
index_of(struct str name, const char *const *list, size_t count)
{
	SCOPED_BUF folded = BUF(32);

	name = str_trim(name);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		(void)buf_addc(&folded, c == '-' || c == ' ' ? '_' : c);
	}
	if (folded.full)
		return count;
	for (size_t i = 0; i < count; i++)
		if (str_eq_fold(buf_str(&folded), str_of(list[i])))
			return i;
	return count;
}

const char *
sender_class_name(enum sender_class c)
{
	assert((size_t)c < SENDER_CLASSES);
	return class_names[c];
}

bool
sender_class_parse(struct str name, enum sender_class *out)
{
	size_t i = index_of(name, class_names, SENDER_CLASSES);

	if (i == SENDER_CLASSES)
		return false;
	*out = (enum sender_class)i;
	return true;
}

const char *
sender_triage_name(enum sender_triage t)
{
	assert((size_t)t < COUNT_OF(triage_names));
	return triage_names[t];
}

bool
sender_triage_parse(struct str name, enum sender_triage *out)
{
	size_t i = index_of(name, triage_names, COUNT_OF(triage_names));

	if (i == COUNT_OF(triage_names))
		return false;
	*out = (enum sender_triage)i;
	return true;
}

const char *
sender_evidence_name(enum sender_evidence e)
{
	assert((size_t)e < COUNT_OF(evidence_names));
	return evidence_names[e];
}
