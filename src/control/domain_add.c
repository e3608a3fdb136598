/* domain_add.c - domains come in, one or many. */
#include "control/inside.h"

#include "dnsname/dnsname.h"
#include "json/json.h"

enum {
	MAIL_LETTERS = 14, /* 70 bits; a local part people may have to read */
	POST_LETTERS = 26  /* 130 bits */
};

/* ---- names ---- */

/* Letters, digits, hyphens inside and underscores (RFC 1123 section 2.1, and
 * what mail is really sent from). */
static bool
is_label(struct str label)
{
	for (size_t i = 0; i < label.n; i++) {
		char c = label.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_'))
			return false;
	}
	return label.n > 0 && label.p[0] != '-' && label.p[label.n - 1] != '-';
}

static bool
is_domain(struct str name)
{
	struct str rest = name, label;
	uint64_t number;
	bool ok = true;

	while (ok && str_split(&rest, '.', &label))
		ok = is_label(label);
	/* No top-level domain is a number: that would be an address. */
	return ok && !str_u64(label, &number) &&
	       str_index(name, '.') != SIZE_MAX;
}

enum err
control_domain_fold(struct str name, struct arena *mem, struct str *out,
		    struct diag *why)
{
	if (!dnsname_fold(name, mem, out) || !is_domain(*out))
		return diag_set(why, ERR_SYNTAX, "control.bad_domain", 0,
				"%.*s", STR_ARG(name));
	if (dnsname_is_suffix(*out))
		return diag_set(why, ERR_SYNTAX, "control.public_suffix", 0,
				"%.*s", STR_ARG(name));
	return ERR_NONE;
}

/* ---- one domain, inside a transaction ---- */

/* What is said of many at the same time. */
struct adder {
	struct control *c;
	int64_t owner;
	int64_t count; /* of the owner's domains by now; -1: no bound */
};

static enum err
count_domains(struct adder *a, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e;

	a->count = -1;
	if (a->c->quota.domains == 0)
		return ERR_NONE;
	e = control_ask(a->c, "SELECT count(*) FROM domain WHERE owner = ?1",
			ARGS(INT(a->owner)), &st, why);
	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e == ERR_NONE && row)
		a->count = db_i64(st, 0);
	return e;
}

static enum err
insert(struct control *c, int64_t owner, struct control_domain *d,
       struct diag *why)
{
	struct control_hash mail = control_hash_of(d->mail_token);
	struct control_hash post = control_hash_of(d->post_token);
	enum err e = control_do(
		c,
		"INSERT INTO domain (owner, name, purpose, mail_token,"
		" post_token, mail_hash, post_hash, added_at)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
		" ON CONFLICT (name) DO NOTHING",
		ARGS(INT(owner), TEXT(d->name), INT(d->purpose),
		     TEXT(d->mail_token), TEXT(d->post_token),
		     BLOB(control_hash_str(&mail)),
		     BLOB(control_hash_str(&post)), INT(d->added_at)),
		why);

	if (e == ERR_NONE)
		e = control_changed(c, "control.exists", d->name, why);
	if (e != ERR_NONE)
		return e;
	d->id = db_last_id(c->db);
	return control_domain_changed(c, d->name, why);
}

/* ERR_GONE "control.exists": `own` tells whether it is this owner's. */
static enum err
is_new(const struct adder *a, struct str name, bool *own, struct diag *why)
{
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e =
		control_ask(a->c, "SELECT owner FROM domain WHERE name = ?1",
			    ARGS(TEXT(name)), &st, why);

	if (e == ERR_NONE)
		e = db_step(st, &row, why);
	if (e != ERR_NONE || !row)
		return e;
	*own = db_i64(st, 0) == a->owner;
	return diag_set(why, ERR_GONE, "control.exists", 0, "%.*s",
			STR_ARG(name));
}

static enum err
has_room(const struct adder *a, struct diag *why)
{
	if (a->count < 0 || a->count < a->c->quota.domains)
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "control.quota_domains", 0, "%lld",
			(long long)a->c->quota.domains);
}

static enum err
add_one(struct adder *a, struct control_domain *d, struct arena *mem, bool *own,
	struct diag *why)
{
	char mail[MAIL_LETTERS + 1], post[POST_LETTERS + 1];
	struct control_domain new = *d;
	enum err e = control_domain_fold(d->name, mem, &new.name, why);

	*own = false;
	if (e == ERR_NONE)
		e = is_new(a, new.name, own, why);
	if (e == ERR_NONE)
		e = has_room(a, why);
	if (e != ERR_NONE)
		return e;
	control_token_text(mail, MAIL_LETTERS);
	control_token_text(post, POST_LETTERS);
	new.mail_token = str_of(mail);
	new.post_token = str_of(post);
	e = control_domain_keep(&new, mem, why);
	if (e == ERR_NONE)
		e = insert(a->c, a->owner, &new, why);
	if (e != ERR_NONE)
		return e;
	if (a->count >= 0)
		a->count++;
	*d = new;
	return ERR_NONE;
}

enum err
control_domain_add(struct control *c, int64_t owner, struct control_domain *d,
		   struct arena *mem, struct diag *why)
{
	struct adder a = { .c = c, .owner = owner };
	struct control_domain new = *d;
	bool own;
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = count_domains(&a, why);
	if (e == ERR_NONE)
		e = add_one(&a, &new, mem, &own, why);
	e = control_end(c, e, why);
	if (e == ERR_NONE)
		*d = new;
	return e;
}

/* ---- many ---- */

/* Whether the domain is to blame, and not the store. */
static bool
is_verdict(enum err e, const struct diag *why)
{
	return e == ERR_SYNTAX || (e == ERR_GONE && why->code[0]) ||
	       str_eq(str_of(why->code), S("control.quota_domains"));
}

static enum err
add_next(struct adder *a, const struct control_adding *how,
	 struct control_added *one, struct arena *mem, struct diag *why)
{
	struct str given = one->domain.name;
	struct control_deed deed = { .actor = how->actor,
				     .action = "domain.add",
				     .at = how->at };
	bool own;
	enum err e;

	one->domain = (struct control_domain){ .name = given,
					       .purpose = how->purpose,
					       .added_at = how->at };
	one->why = (struct diag){ 0 };
	e = add_one(a, &one->domain, mem, &own, &one->why);
	if (e == ERR_NONE) {
		one->outcome = CONTROL_ADDED;
		deed.object = one->domain.name;
		return control_audit(a->c, a->owner, &deed, why);
	}
	one->outcome = own ? CONTROL_THERE : CONTROL_REFUSED;
	if (is_verdict(e, &one->why))
		return ERR_NONE;
	return diag_set(why, e, one->why.code, 0, "%s", one->why.detail);
}

enum err
control_domains_add(struct control *c, int64_t owner,
		    const struct control_adding *how,
		    const struct control_many *many, struct diag *why)
{
	struct adder a = { .c = c, .owner = owner };
	enum err e = db_begin(c->db, why);

	if (e != ERR_NONE)
		return e;
	e = count_domains(&a, why);
	for (size_t i = 0; e == ERR_NONE && i < many->n; i++)
		e = add_next(&a, how, &many->at[i], many->mem, why);
	if (how->dry && e == ERR_NONE) {
		db_rollback(c->db);
		return ERR_NONE;
	}
	return control_end(c, e, why);
}

enum err
control_names_add(struct control *c, int64_t owner,
		  const struct control_adding *how,
		  const struct dnsname_names *names,
		  const struct control_many *many, struct diag *why)
{
	enum err e;

	for (size_t i = 0; i < names->n; i++) {
		const struct dnsname_entry *entry = &names->at[i];

		many->at[i].domain.name =
			entry->name.n > 0 ? entry->name : entry->given;
	}
	e = control_domains_add(c, owner, how, many, why);
	for (size_t i = 0; e == ERR_NONE && i < names->n; i++) {
		struct control_added *one = &many->at[i];

		if (names->at[i].nameless) {
			diag_clear(&one->why);
			(void)!diag_set(&one->why, ERR_SYNTAX,
					"control.nameless_zone", 0, "%.*s",
					STR_ARG(names->at[i].given));
		}
		one->why.line = names->at[i].line;
	}
	return e;
}

void
control_added_put(const struct control_added *a,
		  const struct dnsname_entry *entry, struct arena *mem,
		  struct json_out *j)
{
	static const char *const results[] = {
		[CONTROL_ADDED] = "added",
		[CONTROL_THERE] = "there",
		[CONTROL_REFUSED] = "refused",
	};
	struct str name, org = { 0 };
	bool is = dnsname_fold(a->domain.name, mem, &name);

	if (is && a->outcome != CONTROL_REFUSED) {
		org = dnsname_org(name);
		if (str_eq(org, name))
			org.n = 0;
	}
	json_put_known(j, "domain", is ? name : S(""));
	json_put_known(j, "shown", is ? dnsname_show(name, mem) : S(""));
	json_put_str(j, "given", entry->given);
	json_put_i64(j, "line", (int64_t)entry->line);
	json_put_str(j, "result", str_of(results[a->outcome]));
	json_put_known(j, "organisational", org);
	json_put_known(j, "code", str_of(a->why.code));
	json_put_known(j, "detail", str_of(a->why.detail));
}
