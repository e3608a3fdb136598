/* version.c - a new version of a policy: mode and age as the mode says, and
 * the mail servers of now. */
#include "hosting/private.h"

enum { MX_TEXT = 64 << 10 };

struct patterns {
	struct str at[MTASTS_MX_MAX];
	size_t n;
};

static void
add(struct patterns *p, struct str pattern)
{
	for (size_t i = 0; i < p->n; i++)
		if (str_eq(p->at[i], pattern))
			return;
	if (pattern.n > 0 && p->n < COUNT_OF(p->at))
		p->at[p->n++] = pattern;
}

static void
join(const struct patterns *p, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++)
		buf_addf(out, "%s%.*s", i > 0 ? "\n" : "", STR_ARG(p->at[i]));
}

static bool
says_the_same(const struct control_version *v, struct str body)
{
	return v->id != 0 && str_eq(v->body, body);
}

enum err
hosting_version_make(struct control *c, struct hosting_row *row,
		     const struct mx_list *live, int64_t now, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(HOSTING_ROW_MEMORY);
	SCOPED_BUF body = BUF(HOSTED_POLICY_MAX);
	SCOPED_BUF list = BUF(MX_TEXT);
	struct patterns p = { .n = 0 };
	struct str more = row->is.mx_more, pattern;
	enum mtasts_mode mode = stsmode_mode(row->is.mode);

	for (size_t i = 0; mode != MTASTS_OFF && i < live->n; i++)
		if (!live->host[i].literal)
			add(&p, live->host[i].name);
	while (mode != MTASTS_OFF && str_split(&more, '\n', &pattern))
		add(&p, pattern);
	join(&p, &list);

	const struct mtasts_policy policy = {
		.mode = mode,
		.has_age = true,
		.max_age = stsmode_max_age(row->is.mode),
		.mx = p.at,
		.mx_n = p.n,
	};

	row->same = false;
	if (!mtasts_print_policy(&body, &policy) || body.full || list.full)
		return diag_set(why, ERR_SYNTAX, "hosting.no_mx", 0, "%.*s",
				STR_ARG(row->is.name));
	if (says_the_same(&row->newest, buf_str(&body))) {
		row->same = true;
		return ERR_NONE;
	}

	struct control_version v = {
		.mode = str_of(mtasts_mode_name(mode)),
		.max_age = policy.max_age,
		.mx = buf_str(&list),
		.body = buf_str(&body),
		.author = row->is.mode_author,
		.made_at = now,
	};

	return control_version_make(c, row->is.id, &v, mem, why);
}
