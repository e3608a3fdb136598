/* list.c - findings of one look at something: kept in order, each once. */
#include "base/base.h"
#include "finding/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

enum { ROOM_MAX = 512, ROOM_FIRST = 16 };

void
finding_list_init(struct finding_list *list, struct arena *mem)
{
	*list = (struct finding_list){ .mem = mem };
}

static bool
make_room(struct finding_list *list)
{
	size_t room = list->room ? 2 * list->room : ROOM_FIRST;
	struct finding_found *at;

	if (list->n < list->room)
		return true;
	if (room > ROOM_MAX)
		return false;
	at = arena_array(list->mem, room, sizeof(*at));
	if (!at)
		return false;
	if (list->n > 0)
		memcpy(at, list->at, list->n * sizeof(*at));
	list->at = at;
	list->room = room;
	return true;
}

static bool
same_args(const struct finding_arg *a, const struct finding_arg *b)
{
	for (size_t i = 0; i < FINDING_ARGS_MAX; i++) {
		if (!a[i].name || !b[i].name)
			return a[i].name == b[i].name;
		if (!str_eq(str_of(a[i].name), str_of(b[i].name)) ||
		    !str_eq(a[i].value, b[i].value))
			return false;
	}
	return true;
}

static struct finding_found *
find_same(struct finding_list *list, const struct finding_found *new)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->at[i].finding == new->finding &&
		    same_args(list->at[i].args, new->args))
			return &list->at[i];
	return NULL;
}

/* Pairs of name and value up to a NULL. */
static void
read_args(va_list pairs, struct finding_arg out[FINDING_ARGS_MAX])
{
	size_t n = 0;
	const char *name;

	while ((name = va_arg(pairs, const char *)) != NULL) {
		const struct str *value = va_arg(pairs, const struct str *);

		assert(n < FINDING_ARGS_MAX);
		out[n++] = (struct finding_arg){ name, *value };
	}
}

static bool
keep(struct finding_list *list, struct finding_found *new)
{
	if (!make_room(list) ||
	    !arena_dup(list->mem, new->evidence, &new->evidence))
		return false;
	for (size_t i = 0; i < FINDING_ARGS_MAX && new->args[i].name; i++)
		if (!arena_dup(list->mem, new->args[i].value,
			       &new->args[i].value))
			return false;
	return true;
}

struct finding_found *
finding_add(struct finding_list *list, const char *code, struct str evidence,
	    ...)
{
	struct finding_found new = { .finding = finding_find(str_of(code)),
				     .evidence = evidence };
	struct finding_found *there;
	va_list pairs;

	assert(new.finding);
	va_start(pairs, evidence);
	read_args(pairs, new.args);
	va_end(pairs);
	there = find_same(list, &new);
	if (there)
		return there;
	if (!keep(list, &new)) {
		list->full = true;
		return NULL;
	}
	list->at[list->n] = new;
	return &list->at[list->n++];
}

const struct finding_found *
finding_list_find(const struct finding_list *list, const char *code)
{
	for (size_t i = 0; i < list->n; i++)
		if (str_eq(str_of(list->at[i].finding->code), str_of(code)))
			return &list->at[i];
	return NULL;
}

enum finding_severity
finding_list_worst(const struct finding_list *list)
{
	enum finding_severity worst = FINDING_OK;

	for (size_t i = 0; i < list->n; i++)
		if (list->at[i].finding->severity > worst)
			worst = list->at[i].finding->severity;
	return worst;
}

/* What was not given is shown as a dash, not as a place in braces. */
void
finding_found_fill(struct buf *out, const char *text,
		   const struct finding_found *found)
{
	static const char *const usual[] = { "domain", "host", "detail",
					     "count" };
	struct finding_arg args[FINDING_ARGS_MAX + COUNT_OF(usual)];
	size_t n = 0;

	while (n < FINDING_ARGS_MAX && found->args[n].name) {
		args[n] = found->args[n];
		n++;
	}
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		args[n++] = (struct finding_arg){ usual[i], STR("-") };
	finding_fill(out, text, args, n);
}
