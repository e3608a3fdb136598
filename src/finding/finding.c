/* finding.c - look-ups in the compiled catalogue, and its places filled. */
#include "base/base.h"
#include "finding/finding.h"
#include "finding/table.h"

#include <assert.h>
#include <stdio.h>

enum { NUMBER_MAX = 24 };

static const char *const severity_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_INFO] = "info",
	[FINDING_WARN] = "warn",
	[FINDING_FAIL] = "fail",
	[FINDING_CRITICAL] = "critical",
};

static const char *const lang_tags[FINDING_LANGS] = { "en", "ja", "nb" };

const struct finding *
finding_find(struct str code)
{
	size_t low = 0, high = finding_table_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct finding *f = &finding_table[middle];
		int order = str_cmp(code, str_of(f->code));

		if (order == 0)
			return f;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

size_t
finding_count(void)
{
	return finding_table_count;
}

const struct finding *
finding_at(size_t i)
{
	assert(i < finding_table_count);
	return &finding_table[i];
}

const char *
finding_severity_name(enum finding_severity severity)
{
	assert((size_t)severity < COUNT_OF(severity_names));
	return severity_names[severity];
}

static const struct finding_sentence *
find_sentence(struct str key)
{
	size_t low = 0, high = finding_sentence_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct finding_sentence *s = &finding_sentences[middle];
		int order = str_cmp(key, str_of(s->key));

		if (order == 0)
			return s;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *
finding_say(enum finding_lang lang, const char *key)
{
	const struct finding_sentence *s = find_sentence(str_of(key));

	assert((size_t)lang < FINDING_LANGS);
	return s ? s->text[lang] : key;
}

static bool
is_place_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The name of the place that `text` begins with, empty when it does not. */
static struct str
place_at(struct str text)
{
	size_t n = 1;

	if (text.n == 0 || text.p[0] != '{')
		return str_sub(text, 0, 0);
	while (n < text.n && is_place_char(text.p[n]))
		n++;
	if (n == text.n || text.p[n] != '}')
		return str_sub(text, 0, 0);
	return str_sub(text, 1, n - 1);
}

static const struct finding_arg *
find_arg(const struct finding_arg *args, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(str_of(args[i].name), name))
			return &args[i];
	return NULL;
}

void
finding_fill(struct buf *out, const char *text, const struct finding_arg *args,
	     size_t count)
{
	struct str rest = str_of(text);

	while (rest.n > 0) {
		size_t plain = str_index(rest, '{');
		struct str name;
		const struct finding_arg *arg;

		buf_add(out, str_sub(rest, 0, plain));
		rest = str_sub(rest, plain, SIZE_MAX);
		if (rest.n == 0)
			return;
		name = place_at(rest);
		arg = name.n ? find_arg(args, count, name) : NULL;
		if (arg)
			buf_add_escaped(out, arg->value);
		else
			buf_addc(out, '{');
		rest = str_sub(rest, arg ? name.n + 2 : 1, SIZE_MAX);
	}
}

static const char *
text_for(enum finding_lang lang, struct str code)
{
	const struct finding *f = finding_find(code);
	const struct finding_sentence *s;

	if (f)
		return f->title[lang];
	s = find_sentence(code);
	return s ? s->text[lang] : NULL;
}

void
finding_explain(struct buf *out, enum finding_lang lang, const struct diag *why)
{
	struct str code = str_of(why->code);
	const char *text = text_for(lang, code);
	char line[NUMBER_MAX] = "?"; /* 0: nobody knows which line */
	struct finding_arg args[] = {
		{ "line", str_of(NULL) },
		{ "detail", str_of(why->detail) },
	};

	assert((size_t)lang < FINDING_LANGS);
	if (!text) {
		buf_add_escaped(out, code);
		if (why->detail[0])
			buf_addz(out, ": ");
		buf_add_escaped(out, args[1].value);
		return;
	}
	if (why->line)
		(void)snprintf(line, sizeof line, "%llu",
			       (unsigned long long)why->line);
	args[0].value = str_of(line);
	finding_fill(out, text, args, COUNT_OF(args));
}

bool
finding_lang_parse(struct str tag, enum finding_lang *out)
{
	static const struct {
		const char *tag;
		enum finding_lang lang;
	} known[] = {
		{ "en", FINDING_EN }, { "ja", FINDING_JA },
		{ "nb", FINDING_NB }, { "no", FINDING_NB },
		{ "nn", FINDING_NB },
	};
	struct str primary = str_sub(tag, 0, 2);

	if (tag.n > 2 && str_find(S("-_.@"), str_sub(tag, 2, 1)) == SIZE_MAX)
		return false;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (str_eq_fold(primary, str_of(known[i].tag))) {
			*out = known[i].lang;
			return true;
		}
	return false;
}

const char *
finding_lang_tag(enum finding_lang lang)
{
	assert((size_t)lang < FINDING_LANGS);
	return lang_tags[lang];
}
