/* pasted.c - what people paste: addresses and the messages of checkers. */
#include "dnsname/dnsname.h"
#include "inspect/inspect.h"

enum { PASTED_MAX = 4096 };

static bool
is_word_end(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '"' ||
	       c == '\'' || c == '<' || c == '>' || c == '(' || c == ')' ||
	       c == ',' || c == ';';
}

static struct str
next_word(struct str *rest)
{
	size_t from = 0, n = 0;
	struct str word;

	while (from < rest->n && is_word_end(rest->p[from]))
		from++;
	*rest = str_sub(*rest, from, SIZE_MAX);
	while (n < rest->n && !is_word_end(rest->p[n]))
		n++;
	word = str_sub(*rest, 0, n);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return word;
}

static struct str
before(struct str s, char c)
{
	return str_sub(s, 0, str_index(s, c));
}

/* The host of an address of any kind, without port and path. */
static struct str
host_in(struct str word)
{
	size_t at = str_find(word, S("://"));

	if (at != SIZE_MAX)
		word = str_sub(word, at + 3, SIZE_MAX);
	word = before(word, '/');
	at = str_index(word, '@');
	if (at != SIZE_MAX)
		word = str_sub(word, at + 1, SIZE_MAX);
	word = before(word, ':');
	while (word.n > 0 && word.p[0] == '.')
		word = str_sub(word, 1, SIZE_MAX);
	while (word.n > 0 && str_ends(word, S(".")))
		word.n--;
	return word;
}

/* The policy host of "https://mta-sts.example.com/..." is asked for by its
 * domain, and so are the names of records. */
static struct str
without_label(struct str name, bool web)
{
	static const char *const labels[] = { "_mta-sts.", "_smtp._tls.",
					      "_dmarc.", "default._bimi." };

	for (size_t i = 0; i < COUNT_OF(labels); i++)
		if (str_starts(name, str_of(labels[i])))
			return str_sub(name, str_of(labels[i]).n, SIZE_MAX);
	if (web && str_starts(name, S("mta-sts.")))
		return str_sub(name, 8, SIZE_MAX);
	return name;
}

/* "STSFetchResult.NONE" and file names look like domains but are none. */
static bool
is_domain(struct str word, struct arena *mem, struct str *out)
{
	bool web = str_find(word, S("://")) != SIZE_MAX;
	struct str host = host_in(word);

	if (str_starts_fold(host, S("STSFetchResult")) ||
	    str_index(host, '.') == SIZE_MAX ||
	    !dnsname_fold(host, mem, &host) || str_index(host, '.') == SIZE_MAX)
		return false;
	*out = without_label(host, web);
	return str_index(*out, '.') != SIZE_MAX;
}

bool
inspect_domain_in(struct str text, struct arena *mem, struct str *out)
{
	struct str word;

	text = str_sub(text, 0, PASTED_MAX);
	while ((word = next_word(&text)).n > 0)
		if (is_domain(word, mem, out))
			return true;
	return false;
}

struct str
inspect_result_in(struct str text)
{
	static const char *const results[] = { "NONE", "VALID", "FETCH_ERROR",
					       "NOT_CHANGED" };
	size_t at = str_find_fold(text, S("STSFetchResult."));

	text = at == SIZE_MAX ? str_trim(text)
			      : str_sub(text, at + 15, SIZE_MAX);
	for (size_t i = 0; i < COUNT_OF(results); i++) {
		struct str name = str_of(results[i]);

		if (at == SIZE_MAX ? str_eq(text, name)
				   : str_starts(text, name))
			return name;
	}
	return (struct str){ 0 };
}

const char *
inspect_result_say(struct str result)
{
	static const struct {
		const char *result, *key;
	} sentences[] = {
		{ "NONE", "inspect.sts.none" },
		{ "VALID", "inspect.sts.valid" },
		{ "FETCH_ERROR", "inspect.sts.fetch_error" },
		{ "NOT_CHANGED", "inspect.sts.not_changed" },
	};

	for (size_t i = 0; i < COUNT_OF(sentences); i++)
		if (str_eq(result, str_of(sentences[i].result)))
			return sentences[i].key;
	return NULL;
}
