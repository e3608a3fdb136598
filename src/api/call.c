/* call.c - paths, parameters and bodies as they are asked. */
#include "api/private.h"

/* Value of the escape at `at`, -1 when it is none. */
static int
escape(struct str text, size_t at)
{
	if (text.n - at < 3 || text.p[at] != '%')
		return -1;
	int high = str_hex(text.p[at + 1]);
	int low = str_hex(text.p[at + 2]);

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

struct str
api_decode(struct arena *mem, struct str text, bool plus)
{
	char *to = arena_alloc(mem, text.n);
	size_t n = 0;

	if (!to)
		return text;
	for (size_t i = 0; i < text.n; i++) {
		int byte = escape(text, i);

		if (byte >= 0) {
			to[n++] = (char)byte;
			i += 2;
		} else {
			to[n++] = plus && text.p[i] == '+' ? ' ' : text.p[i];
		}
	}
	return (struct str){ to, n };
}

void
api_args_read(struct api_call *c)
{
	struct str rest = c->request->query;
	struct str one;

	while (c->arg_count < API_ARGS_MAX && str_split(&rest, '&', &one)) {
		size_t at = str_index(one, '=');
		struct str value =
			at == SIZE_MAX ? S("") : str_sub(one, at + 1, SIZE_MAX);

		if (one.n == 0)
			continue;
		c->arg[c->arg_count++] = (struct api_pair){
			.name = api_decode(c->mem, str_sub(one, 0, at), true),
			.value = api_decode(c->mem, value, true),
		};
	}
}

static struct api_pair *
find(struct api_call *c, const char *name)
{
	struct api_pair *found = NULL;

	for (size_t i = 0; i < c->arg_count; i++)
		if (str_eq(c->arg[i].name, str_of(name))) {
			c->arg[i].used = true;
			found = &c->arg[i];
		}
	return found;
}

struct str
api_arg(struct api_call *c, const char *name)
{
	const struct api_pair *found = find(c, name);

	return found ? str_trim(found->value) : S("");
}

bool
api_arg_seen(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->arg_count; i++)
		if (str_eq(c->arg[i].name, str_of(name)) && c->arg[i].value.n)
			return true;
	return false;
}

bool
api_arg_yes(struct api_call *c, const char *name)
{
	const struct api_pair *found = find(c, name);

	return found && (found->value.n == 0 || str_eq(found->value, S("1")) ||
			 str_eq(found->value, S("true")) ||
			 str_eq(found->value, S("yes")));
}

enum err
api_param_id(struct api_call *c, size_t i, int64_t *out, struct diag *why)
{
	uint64_t n;

	if (!str_u64(c->param[i], &n) || n == 0 || n > INT64_MAX)
		return diag_set(why, ERR_GONE, "api.no_page", 0, "%.*s",
				STR_ARG(str_sub(c->param[i], 0, 40)));
	*out = (int64_t)n;
	return ERR_NONE;
}

enum err
api_body(struct api_call *c, struct json **out, struct diag *why)
{
	static const struct json_limits limits = { API_BODY_MAX, 16 };
	bool repaired = false;
	struct diag inner = { 0 };

	if (json_parse(c->request->body, limits, out, &repaired, &inner) !=
	    ERR_NONE)
		return diag_set(why, ERR_SYNTAX, "api.bad_body", inner.line,
				"%s", inner.code);
	if (json_type(*out) != JSON_OBJECT) {
		json_free(*out);
		*out = NULL;
		return diag_set(why, ERR_SYNTAX, "api.bad_body", 1, "{}");
	}
	return ERR_NONE;
}
