/* keep.c - plans and providers between the control store and their work. */
#include "publish/private.h"
#include "seal/seal.h"

enum {
	TEXT_MAX = CONTROL_PLAN_MAX,
	EAGER = 10,         /* looks one after another, */
	EAGER_SECONDS = 3,  /* so far apart */
	CALM_SECONDS = 60,  /* and then so */
	SLOW_AFTER = 3600,  /* seconds since it was applied, */
	SLOW_SECONDS = 900, /* and from there so */
	GIVE_UP = 3 * CIVIL_DAY
};

enum err
publish_plan_of(const struct control_plan *row, struct arena *mem,
		struct dnsplan *out, struct diag *why)
{
	const struct json_limits limits = { TEXT_MAX, 16 };
	SCOPED_JSON root = NULL;
	bool repaired;

	if (json_parse(row->plan, limits, &root, &repaired, NULL) != ERR_NONE ||
	    !dnsplan_read(root, mem, out))
		return diag_set(why, ERR_SYNTAX, "control.no_plan", 0, "%lld",
				(long long)row->id);
	return ERR_NONE;
}

static struct str
kept(struct buf *text, struct arena *mem)
{
	struct str out;

	return !text->full && arena_dup(mem, buf_str(text), &out) ? out : S("");
}

struct str
publish_wish_text(const struct dnsplan_wish *wish, struct arena *mem)
{
	SCOPED_BUF text = BUF(TEXT_MAX);
	struct json_out j = JSON_OUT(&text);

	json_open_object(&j, NULL);
	dnsplan_put_wish(&j, wish);
	json_close_object(&j);
	return kept(&text, mem);
}

/* Sentences are made anew in the reader's language. */
struct str
publish_plan_text(const struct dnsplan *plan, struct arena *mem)
{
	SCOPED_BUF text = BUF(TEXT_MAX);
	struct json_out j = JSON_OUT(&text);

	json_open_object(&j, NULL);
	dnsplan_put(&j, plan, FINDING_EN);
	json_close_object(&j);
	return kept(&text, mem);
}

struct str
publish_check_text(const struct dnsplan *plan,
		   const struct dnsplan_check *check, struct arena *mem)
{
	SCOPED_BUF text = BUF(TEXT_MAX);
	struct json_out j = JSON_OUT(&text);

	json_open_object(&j, NULL);
	dnsplan_put_check(&j, plan, check);
	json_close_object(&j);
	return kept(&text, mem);
}

static enum err
open_secret(struct control *c, const struct publish_which *which,
	    struct buf *secret, struct diag *why)
{
	uint8_t key[SEAL_KEY_BYTES];
	enum err err = control_master_key(which->key_file, false, key, why);

	if (err == ERR_NONE)
		err = control_provider_secret(c, which->owner, which->id, key,
					      secret, why);
	seal_wipe(key, sizeof(key));
	return err;
}

enum err
publish_provider_open(struct control *c, const struct publish_which *which,
		      struct buf *secret, struct provider *out,
		      struct diag *why)
{
	const struct control_provider by = { .id = which->id };
	struct control_provider row;
	enum err err;

	if (which->id == 0)
		return diag_set(why, ERR_SYNTAX, "publish.no_provider", 0, "%s",
				"");
	err = control_provider_find(c, which->owner, &by, which->mem, &row,
				    why);
	if (err == ERR_NONE)
		err = provider_read(row.kind, row.settings, which->mem, out,
				    why);
	if (err == ERR_NONE)
		err = open_secret(c, which, secret, why);
	if (err == ERR_NONE)
		out->secret = buf_str(secret);
	return err;
}

/* ---- when to look again ---- */

static int64_t
next_look(const struct control_plan *row, const struct dnsplan_check *check,
	  int64_t now)
{
	int64_t since = now - row->applied_at;

	if (check->state == DNSPLAN_CACHED)
		return check->until > now ? check->until : now + CALM_SECONDS;
	if (row->looks < EAGER)
		return now + EAGER_SECONDS;
	if (since > GIVE_UP)
		return 0;
	return now + (since > SLOW_AFTER ? SLOW_SECONDS : CALM_SECONDS);
}

/* An hour is longer than any usual way between name servers. */
static void
note_delay(struct control_plan *row, const struct dnsplan *plan, int64_t now)
{
	row->fault = row->detail = S("");
	if (now - row->applied_at < SLOW_AFTER)
		return;
	row->fault = S("publish.not_spreading");
	row->detail = plan->domain;
}

void
publish_note_check(struct control_plan *row, const struct dnsplan *plan,
		   const struct dnsplan_check *check, int64_t now,
		   struct arena *mem)
{
	row->looks++;
	row->check = publish_check_text(plan, check, mem);
	if (check->state == DNSPLAN_VERIFIED) {
		row->state = CONTROL_PLAN_VERIFIED;
		row->verified_at = now;
		row->due_at = 0;
		row->fault = row->detail = S("");
		return;
	}
	row->state = CONTROL_PLAN_APPLIED;
	row->due_at = next_look(row, check, now);
	if (check->state == DNSPLAN_CACHED)
		row->fault = row->detail = S("");
	else
		note_delay(row, plan, now);
}
