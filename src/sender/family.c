/* family.c - families of reporting organisations (contracts section 5). */
#include "dnsname/dnsname.h"
#include "sender/sender.h"

enum {
	NAME_MAX_BYTES = 1024,
	ORG_MAX = 4096 /* bytes of a name; longer ones are nobody's */
};

/* Folded spellings, without the commas and exclamation marks that some of
 * them have. Yahoo! JAPAN is another company and stays by itself. */
static const struct {
	const char *name, *family;
} spellings[] = {
	{ "outlook.com", "microsoft" },
	{ "enterprise outlook", "microsoft" },
	{ "enterprise.outlook.com", "microsoft" },
	{ "protection.outlook.com", "microsoft" },
	{ "outlook", "microsoft" },
	{ "hotmail.com", "microsoft" },
	{ "hotmail", "microsoft" },
	{ "live.com", "microsoft" },
	{ "microsoft", "microsoft" },
	{ "microsoft.com", "microsoft" },
	{ "microsoft corp", "microsoft" },
	{ "microsoft corp.", "microsoft" },
	{ "microsoft corporation", "microsoft" },
	{ "office 365", "microsoft" },
	{ "microsoft 365", "microsoft" },
	{ "google", "google" },
	{ "google.com", "google" },
	{ "google inc", "google" },
	{ "google inc.", "google" },
	{ "google llc", "google" },
	{ "gmail", "google" },
	{ "gmail.com", "google" },
	{ "yahoo", "yahoo" },
	{ "yahoo.com", "yahoo" },
	{ "yahoo inc", "yahoo" },
	{ "yahoo inc.", "yahoo" },
	{ "yahoo mail", "yahoo" },
	{ "yahooinc.com", "yahoo" },
	{ "aol", "yahoo" },
	{ "aol.com", "yahoo" },
	{ "aol inc", "yahoo" },
	{ "aol inc.", "yahoo" },
	{ "oath", "yahoo" },
	{ "oath inc.", "yahoo" },
	{ "verizon media", "yahoo" },
};

/* Trimmed, ASCII letters lower, runs of blanks as one. */
static void
fold(struct str org, struct buf *out)
{
	bool blank = false;

	org = str_trim(str_sub(org, 0, NAME_MAX_BYTES));
	for (size_t i = 0; i < org.n; i++) {
		char c = org.p[i];

		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			blank = true;
			continue;
		}
		if (blank)
			(void)buf_addc(out, ' ');
		blank = false;
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		(void)buf_addc(out, c);
	}
}

static const char *
family_of(struct str folded)
{
	SCOPED_BUF bare = BUF(NAME_MAX_BYTES);

	for (size_t i = 0; i < folded.n; i++)
		if (folded.p[i] != ',' && folded.p[i] != '!')
			(void)buf_addc(&bare, folded.p[i]);
	for (size_t i = 0; i < COUNT_OF(spellings); i++)
		if (str_eq(buf_str(&bare), str_of(spellings[i].name)))
			return spellings[i].family;
	return NULL;
}

void
sender_reporter_family(struct str org, struct buf *out)
{
	SCOPED_BUF folded = BUF(NAME_MAX_BYTES);
	const char *family;

	fold(org, &folded);
	family = family_of(buf_str(&folded));
	if (family)
		(void)buf_addz(out, family);
	else
		(void)buf_add(out, buf_str(&folded));
}

bool
sender_reporter_known(struct str org)
{
	SCOPED_BUF folded = BUF(NAME_MAX_BYTES);

	fold(org, &folded);
	return family_of(buf_str(&folded)) != NULL;
}

static bool
same_family(struct str a, struct str b)
{
	SCOPED_BUF of_a = BUF(ORG_MAX), of_b = BUF(ORG_MAX);

	sender_reporter_family(a, &of_a);
	sender_reporter_family(b, &of_b);
	return !of_a.full && !of_b.full &&
	       str_eq(buf_str(&of_a), buf_str(&of_b));
}

bool
sender_may_report(struct str author, struct str org)
{
	SCOPED_ARENA mem = arena_new(4 * ORG_MAX);
	struct str owner = dnsname_org(author), name;

	if (author.n == 0)
		return false;
	if (same_family(org, owner))
		return true;
	if (dnsname_fold(org, mem, &name) && str_index(name, '.') != SIZE_MAX)
		return str_eq(dnsname_org(name), owner);
	return !sender_reporter_known(org);
}
