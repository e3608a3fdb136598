/* rfc2136.c - dynamic updates: what is there is asked of the server that takes
 * the update, then one message changes all or nothing. */
#include "publish/private.h"

static enum err
ask_one(struct publish_task *t, const struct dnsplan_change *c,
	struct publish_set *set, struct diag *why)
{
	ldns_pkt *question = publish_question(c);
	ldns_pkt *answer = NULL;
	enum err err;

	if (!question)
		return diag_set(why, ERR_SYNTAX, "publish.bad_record", 0,
				"%.*s", STR_ARG(c->name));
	err = publish_exchange(t, question, &answer, why);
	if (err == ERR_NONE && !publish_set_take(set, answer, c))
		err = diag_set(why, ERR_LIMIT, "publish.too_large", 0, "%.*s",
			       STR_ARG(c->name));
	ldns_pkt_free(answer);
	ldns_pkt_free(question);
	if (err != ERR_NONE)
		return err;
	return publish_set_is(set, c, t->mem) ? ERR_NONE
					      : publish_is_changed(c, "", why);
}

static enum err
update(struct publish_task *t, const struct publish_set *set, struct diag *why)
{
	ldns_pkt *question = publish_update(t->plan, set);
	ldns_pkt *answer = NULL;
	enum err err;

	if (!question)
		return diag_set(why, ERR_SYNTAX, "publish.bad_record", 0,
				"%.*s", STR_ARG(t->plan->domain));
	err = publish_exchange(t, question, &answer, why);
	if (err == ERR_NONE && ldns_pkt_get_rcode(answer) != LDNS_RCODE_NOERROR)
		err = diag_set(why, ERR_SYNTAX, "publish.changed", 0,
			       "%.*s (NXDOMAIN)", STR_ARG(t->plan->zone));
	ldns_pkt_free(answer);
	ldns_pkt_free(question);
	return err;
}

enum err
publish_rfc2136(struct publish_task *t, struct diag *why)
{
	struct publish_set set[DNSPLAN_CHANGES_MAX] = { 0 };
	enum err err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < t->plan->n; i++)
		err = ask_one(t, &t->plan->at[i], &set[i], why);
	if (err == ERR_NONE)
		err = update(t, set, why);
	for (size_t i = 0; i < t->plan->n; i++)
		publish_set_free(&set[i]);
	return err;
}
