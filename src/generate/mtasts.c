/* mtasts.c - TXT record and policy file of MTA-STS, in the order in which
 * they must appear (RFC 8461 section 8). */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "generate/private.h"
#include "mtasts/mtasts.h"
#include "netaddr/netaddr.h"

enum { WEEK = 7 * CIVIL_DAY, MONTH = 30 * CIVIL_DAY, POLICY_MAX = 64 << 10 };

/* Names that a pattern of the list covers are no use beside it. */
static void
thin(struct mtasts_policy *p, struct str *mx)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->mx_n; i++) {
		bool covered = false;

		for (size_t k = 0; k < p->mx_n && !covered; k++)
			covered = k != i && !str_starts(mx[i], S("*.")) &&
				  mtasts_matches(mx[k], mx[i]);
		if (!covered)
			mx[kept++] = mx[i];
	}
	p->mx_n = kept;
}

static bool
take_mx(struct maker *m, struct mtasts_policy *p)
{
	const struct generate_values *v = &m->w->v[GENERATE_MX];
	struct str *mx = arena_array(m->mem, v->n + 1, sizeof(*mx));

	if (!mx)
		return false;
	for (size_t i = 0; i < v->n; i++) {
		const bool any = str_starts(v->at[i], S("*."));
		struct str name, whole;
		bool covered = false;

		if (!dnsname_fold(any ? str_sub(v->at[i], 2, SIZE_MAX)
				      : v->at[i],
				  m->mem, &name)) {
			generate_refuse(m, "generate.bad_name", v->at[i]);
			return false;
		}
		whole = any ? generate_text(m->mem, "*.%.*s", STR_ARG(name))
			    : name;
		for (size_t k = 0; k < p->mx_n && !covered; k++)
			covered = str_eq(mx[k], whole);
		if (!covered)
			mx[p->mx_n++] = whole;
	}
	thin(p, mx);
	p->mx = mx;
	return true;
}

static bool
take_policy(struct maker *m, struct mtasts_policy *p)
{
	const struct str mode = generate_get(m->w, GENERATE_MODE);
	uint64_t age;

	*p = (struct mtasts_policy){ .mode = MTASTS_TESTING, .has_age = true };
	if (str_eq(mode, S("enforce")))
		p->mode = MTASTS_ENFORCE;
	else if (str_eq(mode, S("none")))
		p->mode = MTASTS_OFF;
	p->max_age = p->mode == MTASTS_ENFORCE ? WEEK : CIVIL_DAY;
	if (str_u64(generate_get(m->w, GENERATE_MAX_AGE), &age)) {
		if (age > MTASTS_AGE_MAX) {
			generate_refuse(m, "generate.sts_age_long",
					generate_get(m->w, GENERATE_MAX_AGE));
			return false;
		}
		p->max_age = (uint32_t)age;
	}
	if (p->mode == MTASTS_ENFORCE && p->max_age <= CIVIL_DAY) {
		generate_refuse(
			m, "mtasts.maxage_short",
			generate_text(m->mem, "%u", (unsigned)p->max_age));
		return false;
	}
	if (!take_mx(m, p))
		return false;
	if (p->mode != MTASTS_OFF && p->mx_n == 0) {
		generate_refuse(m, "generate.sts_no_mx", S(""));
		return false;
	}
	return true;
}

/* Where the policy host is; nothing when the wish does not say. */
static void
add_host(struct maker *m)
{
	const struct str alias = generate_get(m->w, GENERATE_ALIAS);
	const struct generate_values *v = &m->w->v[GENERATE_ADDRESS];
	struct str name;

	if (alias.n > 0 && v->n > 0) {
		generate_refuse(m, "generate.sts_two_hosts", alias);
	} else if (alias.n > 0 && !dnsname_fold(alias, m->mem, &name)) {
		generate_refuse(m, "generate.bad_name", alias);
	} else if (alias.n > 0) {
		(void)generate_record(m, "mta-sts", RECORDS_CNAME, name);
	}
	for (size_t i = 0; i < v->n; i++) {
		char text[NETADDR_PRINT_MAX];
		struct netaddr ip;

		if (!netaddr_parse(v->at[i], &ip)) {
			generate_refuse(m, "generate.bad_address", v->at[i]);
			return;
		}
		(void)generate_record(
			m, "mta-sts",
			netaddr_is_v4(&ip) ? RECORDS_A : RECORDS_AAAA,
			generate_text(m->mem, "%s", netaddr_print(&ip, text)));
	}
}

static bool
add_txt(struct maker *m)
{
	char fresh[MTASTS_ID_SIZE];
	struct str id = generate_get(m->w, GENERATE_ID), value;
	SCOPED_BUF text = BUF(256);

	if (id.n == 0)
		id = str_of(mtasts_make_id(m->now, fresh));
	if (!mtasts_print_txt(&text, id)) {
		generate_refuse(m, "generate.sts_bad_id", id);
		return false;
	}
	return arena_dup(m->mem, buf_str(&text), &value) &&
	       generate_record(m, "_mta-sts", RECORDS_TXT, value) != NULL;
}

static void
add_advice(struct maker *m, const struct mtasts_policy *p)
{
	const struct str age =
		generate_text(m->mem, "%u", (unsigned)p->max_age);

	generate_tell(m, "generate.sts_one_policy", S(""));
	if (p->mode == MTASTS_TESTING)
		generate_tell(m, "generate.sts_next_enforce", age);
	else if (p->mode == MTASTS_OFF)
		generate_tell(m, "generate.sts_retire", age);
	else if (p->max_age < MONTH)
		generate_tell(m, "generate.sts_next_month", age);
}

static void
add_steps(struct maker *m, const struct mtasts_policy *p)
{
	static const char *const on[] = {
		"generate.step.sts_host", "generate.step.sts_certificate",
		"generate.step.sts_file", "generate.step.sts_rpt",
		"generate.step.sts_txt",  "generate.step.look_sts"
	};
	static const char *const off[] = { "generate.step.sts_off_file",
					   "generate.step.sts_off_txt",
					   "generate.step.sts_off_wait",
					   "generate.step.sts_off_remove" };
	const bool ends = p->mode == MTASTS_OFF;

	for (size_t i = 0; i < (ends ? COUNT_OF(off) : COUNT_OF(on)); i++)
		generate_step(m, ends ? off[i] : on[i]);
}

void
generate_make_mtasts(struct maker *m)
{
	SCOPED_BUF text = BUF(POLICY_MAX);
	struct mtasts_policy p;
	struct str body;

	if (!take_policy(m, &p))
		return;
	if (!mtasts_print_policy(&text, &p)) {
		generate_refuse(m, "generate.sts_bad_policy",
				p.mx_n > 0 ? p.mx[0] : S(""));
		return;
	}
	if (!arena_dup(m->mem, buf_str(&text), &body) || !add_txt(m))
		return;
	add_host(m);
	generate_file(m, &(struct generate_file){
				 .name = S("mta-sts.txt"),
				 .url = m->out->places[2].value,
				 .type = "text/plain; charset=us-ascii",
				 .body = body });
	generate_snippets(m, m->out->places[1].value);
	add_advice(m, &p);
	add_steps(m, &p);
}

/* ---- the other way ---- */

static bool
parse_policy(struct generate_wish *w, struct str text,
	     struct finding_list *found)
{
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy p;

	(void)mtasts_parse_policy(text, w->mem, &p, &faults);
	if (p.mode == MTASTS_NO_MODE && p.mx_n == 0)
		return false;
	for (size_t i = 0; i < faults.n; i++)
		(void)finding_add(found, faults.at[i].code, faults.at[i].text,
				  "detail", &faults.at[i].text, NULL);
	generate_set(w, GENERATE_MODE,
		     p.mode == MTASTS_NO_MODE
			     ? S("testing")
			     : str_of(mtasts_mode_name(p.mode)));
	generate_set(w, GENERATE_MAX_AGE,
		     p.has_age
			     ? generate_text(w->mem, "%u", (unsigned)p.max_age)
			     : S(""));
	w->v[GENERATE_MX].n = 0;
	for (size_t i = 0; i < p.mx_n; i++)
		generate_add(w, GENERATE_MX, p.mx[i]);
	return true;
}

bool
generate_parse_mtasts(struct generate_wish *w, struct str text,
		      struct finding_list *found)
{
	struct mtasts_faults faults = { .n = 0 };
	struct str id;

	if (mtasts_kind(text) == MTASTS_FOREIGN ||
	    str_index(text, '\n') != SIZE_MAX)
		return parse_policy(w, text, found);
	(void)mtasts_parse_txt(text, &id, &faults);
	for (size_t i = 0; i < faults.n; i++)
		(void)finding_add(found, faults.at[i].code, text, "detail",
				  &faults.at[i].text, NULL);
	/* A used id would keep senders at the old policy. */
	generate_set(w, GENERATE_ID, S(""));
	return true;
}
