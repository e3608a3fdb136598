/* served.c - a question in its canonical form, the look that answers it, and
 * the answer as JSON. */
#include "inspect/served.h"

#include "inspect/desired.h"

#include <string.h>

enum { FACTS_MAX = 8 << 20, DETAIL = 100, NAME_MAX_BYTES = 255 };

static const char check_schema[] = "waxseal.check/1";
static const char desired_schema[] = "waxseal.desired/1";

/* ---- the question ---- */

static enum err
bad_request(struct str what, struct diag *why)
{
	return diag_set(why, ERR_GONE, "inspect.bad_request", 0, "%.*s",
			STR_ARG(str_sub(what, 0, DETAIL)));
}

static enum err
read_address(struct str given, struct arena *mem, struct str *out,
	     struct diag *why)
{
	char text[NETADDR_PRINT_MAX];
	struct netaddr address;

	given = str_trim(given);
	if (netaddr_parse(given, &address) &&
	    arena_dup(mem, str_of(netaddr_print(&address, text)), out))
		return ERR_NONE;
	return diag_set(why, ERR_SYNTAX, "inspect.no_address", 0, "%.*s",
			STR_ARG(str_sub(given, 0, DETAIL)));
}

static enum err
read_domain(struct str given, struct arena *mem, struct served_question *out,
	    struct diag *why)
{
	if (inspect_domain_in(given, mem, &out->subject))
		return ERR_NONE;
	out->result = inspect_result_in(given);
	out->explained = inspect_result_say(out->result);
	if (out->explained)
		return ERR_NONE;
	return diag_set(why, ERR_SYNTAX, "inspect.no_domain", 0, "%.*s",
			STR_ARG(str_sub(str_trim(given), 0, DETAIL)));
}

static void
read_selectors(const struct json *list, struct served_question *out)
{
	for (size_t i = 0; i < json_count(list); i++) {
		struct str one = str_trim(json_str(json_at(list, i)));

		if (one.n > 0 && one.n <= NAME_MAX_BYTES &&
		    out->selectors_n < SERVED_SELECTORS)
			out->selectors[out->selectors_n++] = one;
	}
}

enum err
served_read(const struct json *request, struct arena *mem,
	    struct served_question *out, struct diag *why)
{
	struct str op = json_str(json_get(request, "op"));
	struct str kind = json_str(json_get(request, "kind"));

	*out = (struct served_question){ 0 };
	if (str_eq(op, S("check"))) {
		read_selectors(json_get(request, "selectors"), out);
		return read_domain(json_str(json_get(request, "domain")), mem,
				   out, why);
	}
	if (str_eq(op, S("desired")))
		return desired_read(request, mem, &out->subject, &out->wish,
				    why);
	if (!str_eq(op, S("lookup")))
		return bad_request(op, why);
	out->kind = inspect_kind_find(kind);
	if (!out->kind)
		return bad_request(kind, why);
	out->extra = str_trim(json_str(json_get(request, "extra")));
	out->extra = str_sub(out->extra, 0, NAME_MAX_BYTES);
	if (out->kind->address)
		return read_address(json_str(json_get(request, "subject")), mem,
				    &out->subject, why);
	return read_domain(json_str(json_get(request, "subject")), mem, out,
			   why);
}

void
served_key(const struct served_question *q, struct buf *out)
{
	struct json_out j = JSON_OUT(out);

	json_open_array(&j, NULL);
	json_put_str(&j, NULL, str_of(q->kind ? q->kind->name : ""));
	json_put_str(&j, NULL, q->subject);
	json_put_str(&j, NULL, q->extra);
	json_put_str(&j, NULL, q->wish);
	for (size_t i = 0; i < q->selectors_n; i++)
		json_put_str(&j, NULL, q->selectors[i]);
	json_close_array(&j);
}

/* ---- the answer ---- */

/* `other`: of what is no look-up. */
static void
begin(struct json_out *j, const struct inspect_kind *kind, const char *other,
      bool over)
{
	SCOPED_BUF schema = BUF(64);

	if (kind)
		inspect_lookup_schema(kind, &schema);
	else
		buf_addz(&schema, other);
	json_open_object(j, NULL);
	json_put_str(j, "schema", buf_str(&schema));
	json_put_bool(j, "done", over);
}

void
served_put_explained(struct buf *out, const struct served_question *q,
		     enum finding_lang lang)
{
	struct json_out j = JSON_OUT(out);

	begin(&j, q->kind, check_schema, true);
	json_put_str(&j, "result", q->result);
	json_put_str(&j, "explained", str_of(finding_say(lang, q->explained)));
	json_close_object(&j);
}

/* ---- the look ---- */

struct served {
	const struct inspect_kind *kind; /* NULL: a check */
	struct facts *facts;
	struct facts_subject subject;
	struct inspect_look *look;    /* of a check */
	struct inspect_lookup lookup; /* of a kind */
	struct desired *desired;      /* of a wish */
};

static bool
begin_check(struct served *s, const struct served_question *q)
{
	struct arena *mem = facts_mem(s->facts);
	struct str *at = arena_array(mem, q->selectors_n, sizeof(*at));

	if (!at || !arena_dup(mem, q->subject, &s->subject.domain))
		return false;
	for (size_t i = 0; i < q->selectors_n; i++)
		if (!arena_dup(mem, q->selectors[i], &at[i]))
			return false;
	s->subject.selectors = at;
	s->subject.selectors_n = q->selectors_n;
	s->look = inspect_look_new(s->facts, &s->subject, 0);
	return true;
}

static bool
begin_desired(struct served *s, const struct served_question *q)
{
	s->desired = desired_new(q->wish);
	return s->desired &&
	       arena_dup(facts_mem(s->facts), q->subject, &s->subject.domain);
}

struct served *
served_new(const struct served_question *q, int64_t now)
{
	struct served *s = heap_new(sizeof(*s));
	bool fits;

	s->kind = q->kind;
	s->facts = facts_new(FACTS_MAX, now);
	if (q->kind)
		fits = inspect_lookup_init(&s->lookup, s->facts, q->kind,
					   q->subject, q->extra,
					   NULL) == ERR_NONE;
	else if (q->wish.n > 0)
		fits = begin_desired(s, q);
	else
		fits = begin_check(s, q);
	if (fits)
		return s;
	served_free(s);
	return NULL;
}

void
served_free(struct served *s)
{
	if (!s)
		return;
	if (s->kind)
		inspect_lookup_fini(&s->lookup);
	inspect_look_free(s->look);
	desired_free(s->desired);
	facts_free(s->facts);
	heap_free(s);
}

struct facts *
served_facts(struct served *s)
{
	return s->facts;
}

bool
served_judge(void *ctx)
{
	struct served *s = ctx;

	if (s->desired)
		return desired_judge(s->desired, s->facts);
	return s->kind ? inspect_lookup_judge(&s->lookup)
		       : inspect_look_judge(s->look);
}

static void
put_check(struct json_out *j, struct served *s, bool over,
	  enum finding_lang lang)
{
	struct inspect_report report = *inspect_look_report(s->look);

	report.under_way = !over;
	json_put_str(j, "domain", report.domain);
	json_put_i64(j, "checked_at", report.checked_at);
	inspect_put_report(j, &report, lang);
}

/* A judgement that lacks facts means nothing yet. */
static void
put_subject(struct json_out *j, struct served *s)
{
	json_put_str(j, s->kind->address ? "address" : "domain",
		     s->lookup.subject.domain);
	json_put_i64(j, "checked_at", facts_now(s->facts));
	json_open_array(j, "findings");
	json_close_array(j);
}

static void
put_desired(struct json_out *j, struct served *s, bool known,
	    enum finding_lang lang)
{
	json_put_bool(j, "complete", known);
	json_put_i64(j, "checked_at", facts_now(s->facts));
	if (known)
		desired_put(j, s->desired, lang);
	else
		json_put_str(j, "domain", s->subject.domain);
}

void
served_put(struct buf *out, struct served *s, bool over, bool complete,
	   enum finding_lang lang)
{
	struct json_out j = JSON_OUT(out);

	begin(&j, s->kind, s->desired ? desired_schema : check_schema, over);
	if (s->desired)
		put_desired(&j, s, over && complete, lang);
	if (s->kind)
		json_put_bool(&j, "complete", over && complete);
	if (!s->kind && !s->desired)
		put_check(&j, s, over, lang);
	else if (s->kind && over && complete)
		inspect_put_lookup(&j, &s->lookup, lang);
	else if (s->kind)
		put_subject(&j, s);
	json_close_object(&j);
}
