/* exchange.c - the domain's MX hosts against the policy, and their TLS (RFC
 * 8461 section 4). */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"
#include "netaddr/netaddr.h"

enum { PROBED_MAX = 16, PER_HOST_MAX = 4 };

static void
tell_mx(struct mtasts_walk *w, const char *code, struct str mx,
	struct str detail)
{
	mtasts_tell(w, &(struct mtasts_say){ .code = code,
					     .host = mx,
					     .detail = detail,
					     .evidence = detail });
}

/* ---- names ---- */

void
mtasts_walk_mx_names(struct mtasts_walk *w)
{
	const struct facts_dns *mx = mtasts_ask(w, w->domain, FACTS_MX);

	if (!mx || facts_trouble(mx->status))
		return;
	for (size_t i = 0; i < mx->n && w->mx_n < COUNT_OF(w->mx); i++)
		if (mx->rr[i].data.n > 0)
			w->mx[w->mx_n++] = mx->rr[i].data;
	/* Without an MX record the domain itself is one (RFC 5321 section
	 * 5.1). */
	if (mx->n == 0)
		w->mx[w->mx_n++] = w->domain;
}

/* A pattern that would cover `mx` if "*" stood for more than one label. */
static bool
deeper_pattern(const struct mtasts_policy *policy, struct str mx,
	       struct str *pattern)
{
	for (size_t i = 0; i < policy->mx_n; i++) {
		*pattern = policy->mx[i];
		if (str_starts(*pattern, S("*.")) &&
		    (str_ends_fold(mx, str_sub(*pattern, 1, pattern->n)) ||
		     str_eq_fold(mx, str_sub(*pattern, 2, pattern->n))))
			return true;
	}
	return false;
}

static struct str
patterns_text(struct mtasts_walk *w)
{
	const struct mtasts_policy *policy = &w->out->policy;
	struct str text = STR("");

	for (size_t i = 0; i < policy->mx_n && i < PROBED_MAX; i++)
		text = mtasts_text(w, "%.*s%s%.*s", STR_ARG(text),
				   i > 0 ? ", " : "", STR_ARG(policy->mx[i]));
	return text;
}

/* The policy with the hosts that it lacks. */
static struct str
complete_policy(struct mtasts_walk *w)
{
	struct mtasts_policy policy = w->out->policy;
	SCOPED_BUF text = BUF(FACTS_BODY_MAX);
	struct str *all =
		arena_array(w->mem, policy.mx_n + w->mx_n + 1, sizeof(*all));
	struct str out = STR("");
	size_t n = policy.mx_n;

	if (!all)
		return out;
	for (size_t i = 0; i < n; i++)
		all[i] = policy.mx[i];
	policy.mx = all;
	for (size_t i = 0; i < w->mx_n; i++) {
		policy.mx_n = n;
		if (!mtasts_allows(&policy, w->mx[i]))
			all[n++] = w->mx[i];
	}
	policy.mx_n = n;
	if (!mtasts_print_policy(&text, &policy) ||
	    !arena_dup(w->mem, buf_str(&text), &out))
		return (struct str){ "", 0 };
	return out;
}

static void
judge_cover(struct mtasts_walk *w, struct str mx)
{
	struct str detail = STR(""), complete;
	struct mtasts_say say = { .code = "mtasts.mx_not_covered", .host = mx };
	struct finding_found *found;

	if (mtasts_allows(&w->out->policy, mx))
		return;
	if (deeper_pattern(&w->out->policy, mx, &detail))
		say.code = "mtasts.mx_wildcard_depth";
	else
		detail = patterns_text(w);
	say.detail = detail;
	say.evidence = mx;
	found = mtasts_tell(w, &say);
	complete = complete_policy(w);
	if (found && complete.n > 0)
		found->record =
			(struct finding_record){ w->url, S("FILE"), complete };
}

static void
judge_extra(struct mtasts_walk *w)
{
	const struct mtasts_policy *policy = &w->out->policy;

	for (size_t i = 0; i < policy->mx_n && i < MTASTS_MX_MAX; i++) {
		bool used = false;

		for (size_t k = 0; k < w->mx_n && !used; k++)
			used = mtasts_matches(policy->mx[i], w->mx[k]);
		if (!used)
			tell_mx(w, "mtasts.mx_extra", policy->mx[i],
				policy->mx[i]);
	}
}

/* ---- TLS ---- */

/* What is wrong with TLS at one address; NULL when nothing is. */
static const char *
mail_fault(struct mtasts_walk *w, struct str mx, const struct facts_mail *mail,
	   struct str *detail)
{
	const char *codes[MTASTS_CERT_FAULTS];
	const struct facts_cert *cert = &mail->tls.cert;
	const char *tls;

	*detail = mail->why;
	if (mail->stage < FACTS_NO_STARTTLS)
		return "mtasts.mx_unprobed";
	if (mail->stage == FACTS_NO_STARTTLS)
		return "mtasts.mx_no_starttls";
	tls = mtasts_tls_fault(mail->stage, &mail->tls);
	if (tls && str_eq(str_of(tls), S("mtasts.tls_below_1_2")))
		return "mtasts.mx_tls_old";
	if (tls && mail->stage == FACTS_TLS_FAILED) {
		if (mail->tls.alert >= 0)
			*detail = mtasts_text(w, "alert %d", mail->tls.alert);
		return "mtasts.mx_tls_failed";
	}
	if (cert->there &&
	    mtasts_cert_faults(cert, mx, facts_now(w->f), codes) > 0) {
		*detail = mtasts_cert_detail(w, codes[0], cert);
		return "mtasts.mx_cert_invalid";
	}
	if (mail->stage != FACTS_DONE || !cert->there ||
	    cert->chain == FACTS_CHAIN_UNKNOWN)
		return "mtasts.mx_unprobed";
	return NULL;
}

struct probes {
	struct netaddr at[2 * PER_HOST_MAX];
	size_t n;
};

static void
add_probes(struct probes *all, const struct facts_dns *answer)
{
	for (size_t i = 0; i < answer->n && i < PER_HOST_MAX; i++)
		all->at[all->n++] = answer->rr[i].address;
}

/* An address of a family that this machine lacks says nothing about the host
 * when another one could be reached. */
static bool
is_reached(struct mtasts_walk *w, struct str mx, const struct probes *all)
{
	bool reached = false;

	for (size_t i = 0; i < all->n; i++) {
		const struct facts_mail *mail =
			facts_probe(w->f, mx, &all->at[i]);

		w->later = w->later || !mail;
		reached = reached || (mail && mail->stage >= FACTS_NO_STARTTLS);
	}
	return reached;
}

static void
judge_address(struct mtasts_walk *w, struct str mx,
	      const struct netaddr *address, bool reached)
{
	const struct facts_mail *mail = facts_probe(w->f, mx, address);
	struct str detail = STR("");
	char text[NETADDR_PRINT_MAX];
	const char *code;

	if (!mail || (reached && mail->stage == FACTS_UNREACHABLE))
		return;
	code = mail_fault(w, mx, mail, &detail);
	if (!code)
		return;
	netaddr_print(address, text);
	tell_mx(w, code, mx,
		detail.n > 0 ? mtasts_text(w, "%s: %.*s", text, STR_ARG(detail))
			     : mtasts_text(w, "%s", text));
}

static struct str
no_address(const struct facts_dns *answer)
{
	const char *code = facts_trouble(answer->status);

	if (answer->why.n > 0)
		return answer->why;
	if (code)
		return str_of(code);
	return answer->status == FACTS_NXDOMAIN ? S("NXDOMAIN") : S("NODATA");
}

static void
judge_host(struct mtasts_walk *w, struct str mx, bool probe)
{
	const struct facts_dns *a = mtasts_ask(w, mx, FACTS_A);
	const struct facts_dns *aaaa = mtasts_ask(w, mx, FACTS_AAAA);
	struct probes all = { .n = 0 };
	bool reached;

	if (!a || !aaaa)
		return;
	add_probes(&all, a);
	add_probes(&all, aaaa);
	if (all.n == 0)
		tell_mx(w, "mtasts.mx_unprobed", mx, no_address(a));
	else if (!probe)
		tell_mx(w, "mtasts.mx_unprobed", mx, S(""));
	reached = probe && is_reached(w, mx, &all);
	for (size_t i = 0; i < all.n && probe; i++)
		judge_address(w, mx, &all.at[i], reached);
	if (a->chain_n > 0 && !str_eq(mx, w->domain))
		tell_mx(w, "mtasts.mx_cname", mx, a->chain[0]);
}

void
mtasts_walk_mx(struct mtasts_walk *w)
{
	const struct facts_dns *mx = mtasts_ask(w, w->domain, FACTS_MX);
	const char *trouble = mx ? facts_trouble(mx->status) : NULL;

	if (!mx || !w->out->has_policy || w->out->policy.mode == MTASTS_OFF)
		return;
	if (trouble) {
		mtasts_tell(w, &(struct mtasts_say){ .code = trouble,
						     .host = mx->name,
						     .detail = mx->why });
		return;
	}
	if (mx->n > 0 && w->mx_n == 0) {
		tell_mx(w, "mtasts.mx_null", w->domain, S("MX 0 ."));
		return;
	}
	if (mx->n == 0)
		tell_mx(w, "mtasts.mx_implicit", w->domain, S(""));
	for (size_t i = 0; i < w->mx_n; i++) {
		judge_cover(w, w->mx[i]);
		judge_host(w, w->mx[i], i < PROBED_MAX);
	}
	judge_extra(w);
}
