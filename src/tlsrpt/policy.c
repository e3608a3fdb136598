/* policy.c - the policies of a TLS report, their failures and sessions. */
#include "tlsrpt/private.h"

enum { MX_COMPARED = 100 /* of one policy: bounds the work */ };

static const struct str type_names[] = {
	[TLSRPT_NO_POLICY] = STR("no-policy-found"),
	[TLSRPT_STS] = STR("sts"),
	[TLSRPT_TLSA] = STR("tlsa"),
};

const char *
tlsrpt_type_name(enum tlsrpt_type type)
{
	return type < COUNT_OF(type_names) ? type_names[type].p : "other";
}

static void
read_type(struct reader *r, const struct json *node, struct tlsrpt_policy *out)
{
	out->type = TLSRPT_OTHER;
	out->type_text = tlsrpt_take_lower(r, node);
	if (out->type_text.n == 0) {
		tlsrpt_repaired(r, REPAIR_NO_POLICY_TYPE);
		return;
	}
	if (!str_eq(out->type_text, str_trim(json_str(node))))
		tlsrpt_repaired(r, REPAIR_POLICY_TYPE_CASE);
	for (size_t i = 0; i < COUNT_OF(type_names); i++)
		if (str_eq(out->type_text, type_names[i]))
			out->type = (enum tlsrpt_type)i;
	if (out->type == TLSRPT_OTHER)
		tlsrpt_repaired(r, REPAIR_UNKNOWN_POLICY_TYPE);
}

static void
read_domain(struct reader *r, const struct json *node,
	    struct tlsrpt_policy *out)
{
	struct str text = tlsrpt_take_text(r, node);

	if (text.n == 0)
		tlsrpt_repaired(r, REPAIR_NO_POLICY_DOMAIN);
	else if (!dnsname_fold(text, r->mem, &out->domain))
		tlsrpt_repaired(r, REPAIR_BAD_POLICY_DOMAIN);
}

/* A line of the policy file instead of a name: "mx: *.example.com". */
static struct str
without_mx(struct str name)
{
	return str_starts_fold(name, S("mx:"))
		       ? str_trim(str_sub(name, 3, SIZE_MAX))
		       : name;
}

static void
read_mx(struct reader *r, const struct json *node, struct tlsrpt_policy *out)
{
	const struct str *sent = tlsrpt_take_list(r, node, &out->mx_count);
	struct str *mx;

	if (out->mx_count == 0)
		return;
	mx = arena_array(r->mem, out->mx_count, sizeof *mx);
	if (!mx) {
		r->full = true;
		out->mx_count = 0;
		return;
	}
	for (size_t i = 0; i < out->mx_count; i++) {
		mx[i] = without_mx(sent[i]);
		if (mx[i].n < sent[i].n)
			tlsrpt_repaired(r, REPAIR_MX_PREFIX);
	}
	out->mx = mx;
}

static const struct json *
either(const struct json *object, const char *key, const char *old_key)
{
	const struct json *node = json_get(object, key);

	return node ? node : json_get(object, old_key);
}

static void
read_failure(struct reader *r, const struct json *node,
	     struct tlsrpt_failure *out)
{
	out->result_type = tlsrpt_take_lower(r, json_get(node, "result-type"));
	if (out->result_type.n == 0)
		tlsrpt_repaired(r, REPAIR_NO_RESULT_TYPE);
	out->sending_ip = tlsrpt_take_text(r, json_get(node, "sending-mta-ip"));
	out->receiving_ip = tlsrpt_take_text(r, json_get(node, "receiving-ip"));
	out->mx = tlsrpt_take_text(r, json_get(node, "receiving-mx-hostname"));
	out->helo = tlsrpt_take_text(r, json_get(node, "receiving-mx-helo"));
	out->reason =
		tlsrpt_take_text(r, json_get(node, "failure-reason-code"));
	out->information =
		tlsrpt_take_text(r, either(node, "additional-information",
					   "additional-info-uri"));
	if (!tlsrpt_take_count(r, json_get(node, "failed-session-count"),
			       &out->sessions))
		tlsrpt_repaired(r, REPAIR_NO_COUNT);
}

static enum err
read_failures(struct reader *r, const struct json *node,
	      struct tlsrpt_policy *out)
{
	size_t count = tlsrpt_object_count(r, node);
	struct tlsrpt_failure *list;
	size_t n = 0;

	if (count == 0)
		return ERR_NONE;
	r->failures += count;
	if (r->failures > TLSRPT_FAILURES_MAX)
		return diag_set(r->why, ERR_LIMIT, "tlsrpt.too_many_failures",
				0, "%zu", r->failures);
	list = arena_array(r->mem, count, sizeof *list);
	if (!list) {
		r->full = true;
		return ERR_NONE;
	}
	for (size_t i = 0; i < count; i++) {
		const struct json *item = tlsrpt_object_at(node, i);

		if (json_type(item) == JSON_OBJECT)
			read_failure(r, item, &list[n++]);
		else
			tlsrpt_repaired(r, REPAIR_BAD_POLICY);
	}
	out->failures = list;
	out->failure_count = n;
	return ERR_NONE;
}

static uint64_t
plus(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* Without the number of failures the details tell how many there were at
 * least, so that a failure never turns into silence. */
static void
read_summary(struct reader *r, const struct json *node,
	     struct tlsrpt_policy *out)
{
	if (!tlsrpt_take_count(r,
			       json_get(node, "total-successful-session-count"),
			       &out->successful))
		tlsrpt_repaired(r, REPAIR_NO_COUNT);
	if (tlsrpt_take_count(r, json_get(node, "total-failure-session-count"),
			      &out->failed))
		return;
	tlsrpt_repaired(r, REPAIR_NO_COUNT);
	for (size_t i = 0; i < out->failure_count; i++)
		out->failed = plus(out->failed, out->failures[i].sessions);
}

static enum err
read_policy(struct reader *r, const struct json *entry,
	    struct tlsrpt_policy *out)
{
	const struct json *policy = json_get(entry, "policy");
	enum err err;

	if (json_type(policy) != JSON_OBJECT) {
		policy = entry;
		tlsrpt_repaired(r, REPAIR_POLICY_NOT_NESTED);
	}
	read_type(r, json_get(policy, "policy-type"), out);
	read_domain(r, json_get(policy, "policy-domain"), out);
	out->strings = tlsrpt_take_list(r, json_get(policy, "policy-string"),
					&out->string_count);
	read_mx(r, either(policy, "mx-host", "mx-host-pattern"), out);
	err = read_failures(r, json_get(entry, "failure-details"), out);
	if (err)
		return err;
	read_summary(r, json_get(entry, "summary"), out);
	return ERR_NONE;
}

enum err
tlsrpt_read_policies(struct reader *r, const struct json *node,
		     struct tlsrpt_report *out)
{
	size_t count = tlsrpt_object_count(r, node);
	struct tlsrpt_policy *list;
	size_t n = 0;

	if (count > TLSRPT_POLICIES_MAX)
		return diag_set(r->why, ERR_LIMIT, "tlsrpt.too_many_policies",
				0, "%zu", count);
	list = arena_array(r->mem, count, sizeof *list);
	if (!list) {
		r->full = true;
		return ERR_NONE;
	}
	for (size_t i = 0; i < count && !r->full; i++) {
		const struct json *entry = tlsrpt_object_at(node, i);
		enum err err;

		if (json_type(entry) != JSON_OBJECT) {
			tlsrpt_repaired(r, REPAIR_BAD_POLICY);
			continue;
		}
		err = read_policy(r, entry, &list[n++]);
		if (err)
			return err;
	}
	out->policies = list;
	out->policy_count = n;
	tlsrpt_count_sessions(r, out, list);
	return ERR_NONE;
}

/* RFC 8461 section 4.1: "*" is exactly the left-most label. */
static bool
mx_covers(struct str pattern, struct str host)
{
	if (!str_starts(pattern, S("*.")))
		return str_eq_fold(pattern, host);
	pattern = str_sub(pattern, 1, SIZE_MAX);
	return str_ends_fold(host, pattern) &&
	       str_index(host, '.') == host.n - pattern.n;
}

static bool
lists_mx(const struct tlsrpt_policy *sts, struct str host)
{
	for (size_t i = 0; i < sts->mx_count && i < MX_COMPARED; i++)
		if (mx_covers(sts->mx[i], host))
			return true;
	for (size_t i = 0; i < sts->string_count && i < MX_COMPARED; i++) {
		struct str mx = without_mx(sts->strings[i]);

		if (mx.n < sts->strings[i].n && mx_covers(mx, host))
			return true;
	}
	return false;
}

/* The domain of a TLSA policy is the TLSA base domain, so the name of a host
 * (RFC 8460 section 4.4), though Microsoft sends the recipient domain. One
 * that does not tell its domain is taken as the same. */
static bool
same_mail(const struct tlsrpt_policy *sts, const struct tlsrpt_policy *tlsa)
{
	return sts->domain.n == 0 || tlsa->domain.n == 0 ||
	       dnsname_within(tlsa->domain, sts->domain) ||
	       lists_mx(sts, tlsa->domain);
}

static bool
has_sessions(const struct tlsrpt_policy *policy)
{
	return policy->successful > 0 || policy->failed > 0;
}

/* Whether a TLSA policy with sessions speaks for the mail of `sts` too. */
static bool
is_overruled(const struct tlsrpt_report *report,
	     const struct tlsrpt_policy *sts)
{
	for (size_t i = 0; i < report->policy_count; i++) {
		const struct tlsrpt_policy *other = &report->policies[i];

		if (other->type == TLSRPT_TLSA && has_sessions(other) &&
		    same_mail(sts, other))
			return true;
	}
	return false;
}

void
tlsrpt_count_sessions(struct reader *r, struct tlsrpt_report *out,
		      struct tlsrpt_policy *policies)
{
	for (size_t i = 0; i < out->policy_count; i++) {
		struct tlsrpt_policy *policy = &policies[i];

		policy->counts = policy->type != TLSRPT_STS ||
				 !is_overruled(out, policy);
		if (!policy->counts) {
			tlsrpt_repaired(r, REPAIR_SAME_SESSIONS);
			continue;
		}
		out->successful = plus(out->successful, policy->successful);
		out->sessions = plus(out->sessions,
				     plus(policy->successful, policy->failed));
	}
}
