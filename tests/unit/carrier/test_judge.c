#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "carrier/carrier.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

/* Signatures are made here from what dkimsig_read says of a message: the
 * digest of its header fields. */

enum { NOW = 1700000000 };

struct keys {
	struct arena *mem;
	struct dkimkey_pair pair;
	EVP_PKEY *key;
};

static int
setup(void **state)
{
	struct keys *k = heap_new(sizeof *k);
	BIO *text;

	k->mem = arena_new(1 << 20);
	assert_int_equal(
		dkimkey_generate(DKIMKEY_ED25519, k->mem, &k->pair, NULL),
		ERR_NONE);
	text = BIO_new_mem_buf(k->pair.private_pem.p,
			       (int)k->pair.private_pem.n);
	k->key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);
	assert_non_null(k->key);
	BIO_free(text);
	*state = k;
	return 0;
}

static int
teardown(void **state)
{
	struct keys *k = *state;

	EVP_PKEY_free(k->key);
	arena_free(k->mem);
	heap_free(k);
	return 0;
}

static struct str
sign(struct keys *k, const uint8_t digest[DKIMSIG_DIGEST])
{
	uint8_t raw[64];
	char text[128];
	size_t n = sizeof raw;
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	struct str out;

	assert_int_equal(EVP_DigestSignInit(c, NULL, NULL, NULL, k->key), 1);
	assert_int_equal(EVP_DigestSign(c, raw, &n, digest, DKIMSIG_DIGEST), 1);
	EVP_MD_CTX_free(c);
	n = (size_t)EVP_EncodeBlock((unsigned char *)text, raw, (int)n);
	assert_true(arena_dup(k->mem, (struct str){ text, n }, &out));
	return out;
}

enum sign { NOT, WELL, BADLY, PARTLY, LENGTH, EXPIRED, CHANGED };

struct look {
	const char *name;
	const char *client, *mail_from, *author;
	const char *d; /* that signs */
	enum sign how;
	const char *world; /* KEY stands for the key's record */
	const char *dmarc, *tls, *code;
};

static void
take(struct keys *k, const struct look *t, struct carrier_mail *m)
{
	struct dkimsig *s = &m->read.sig[0];

	*m = (struct carrier_mail){ .client = str_of(t->client),
				    .helo = S("mta.reporter.example"),
				    .mail_from = str_of(t->mail_from),
				    .received_at = NOW };
	m->read.author = str_of(t->author);
	if (t->how == NOT)
		return;
	m->read.n = 1;
	s->domain = s->identity = str_of(t->d);
	s->selector = S("sel");
	s->ed25519 = true;
	memset(s->digest, 7, sizeof s->digest);
	s->value = sign(k, s->digest);
	s->digest[0] ^= t->how == BADLY;
	s->length = t->how == PARTLY || t->how == LENGTH;
	s->partly = t->how == PARTLY;
	s->expires = t->how == EXPIRED ? NOW - 1 : 0;
	s->fault = t->how == CHANGED ? DKIMSIG_BODY : DKIMSIG_SOUND;
}

static void
put_world(struct keys *k, const char *world, struct facts *f)
{
	SCOPED_BUF text = BUF(8192);
	struct str rest = str_of(world), piece;
	struct diag why = { 0 };
	bool first = true;

	while (str_split(&rest, '@', &piece)) {
		if (!first)
			(void)buf_addf(&text, "\"%.*s\"",
				       STR_ARG(k->pair.record));
		(void)buf_add(&text, piece);
		first = false;
	}
	if (facts_put_world(f, buf_str(&text), &why) != ERR_NONE)
		fail_msg("%s %s", why.code, why.detail);
}

static void
judge(struct keys *k, const struct look *t)
{
	struct facts *f = facts_new(1 << 20, NOW);
	struct carrier_mail mail;
	struct carrier_verdict v;

	take(k, t, &mail);
	put_world(k, t->world, f);
	assert_true(carrier_judge(f, &mail, &v));
	if (strcmp(carrier_result_name(v.dmarc), t->dmarc) != 0 ||
	    strcmp(carrier_result_name(v.tls), t->tls) != 0 ||
	    strcmp(v.code, t->code) != 0)
		fail_msg("%s: dmarc %s, tls %s, %s", t->name,
			 carrier_result_name(v.dmarc),
			 carrier_result_name(v.tls), v.code);
	assert_non_null(finding_find(str_of(v.code)));
	for (size_t i = 0; i < v.n; i++)
		assert_true(!v.sig[i].code[0] ||
			    finding_find(str_of(v.sig[i].code)));
	facts_free(f);
}

#define R "reporter.example"
#define POLICY "_dmarc." R " TXT \"v=DMARC1; p=reject\"\n"
#define STRICT "_dmarc." R " TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"\n"
#define SPF R " TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n"
#define KEY "sel._domainkey." R " TXT @\n"
#define MINE "192.0.2.1", "r@" R, R
#define OTHERS "198.51.100.1", "r@" R, R

static const struct look table[] = {
	{ "signed and sent by its own server", MINE, R, WELL, POLICY SPF KEY,
	  "pass", "pass", "carrier.by_dkim" },
	{ "only sent by its own server", MINE, R, NOT, POLICY SPF, "pass",
	  "none", "carrier.by_spf" },
	{ "forwarded, the signature holds", OTHERS, R, WELL, POLICY SPF KEY,
	  "pass", "pass", "carrier.by_dkim" },
	{ "forwarded and unsigned", OTHERS, R, NOT, POLICY SPF, "fail", "none",
	  "carrier.unsigned" },
	{ "forwarded and changed", OTHERS, R, CHANGED, POLICY SPF KEY, "fail",
	  "fail", "carrier.signature_broken" },
	{ "the signature is of another message", OTHERS, R, BADLY,
	  POLICY SPF KEY, "fail", "fail", "carrier.signature_broken" },
	{ "a broken signature does no harm beside SPF", MINE, R, BADLY,
	  POLICY SPF KEY, "pass", "fail", "carrier.by_spf" },
	{ "somebody else signs", OTHERS, "evil.example", WELL,
	  POLICY SPF "sel._domainkey.evil.example TXT @\n", "fail", "fail",
	  "carrier.other_domain" },
	{ "somebody else sends in this name", "198.51.100.1", "x@evil.example",
	  R, NULL, NOT,
	  POLICY "evil.example TXT \"v=spf1 ip4:198.51.100.1 -all\"\n", "fail",
	  "none", "carrier.other_domain" },
	{ "the null sender goes by its HELO", "192.0.2.9", "", R, NULL, NOT,
	  POLICY "mta." R " TXT \"v=spf1 ip4:192.0.2.9 -all\"\n", "pass",
	  "none", "carrier.by_spf" },
	{ "a name below signs", OTHERS, "mail." R, WELL,
	  POLICY "sel._domainkey.mail." R " TXT @\n", "pass", "pass",
	  "carrier.by_dkim" },
	{ "a name below is not the author when strict", OTHERS, "mail." R, WELL,
	  STRICT "sel._domainkey.mail." R " TXT @\n", "fail", "pass",
	  "carrier.other_domain" },
	{ "an author below is judged by the record above", "198.51.100.1",
	  "r@" R, "sub." R, R, WELL, POLICY KEY, "pass", "pass",
	  "carrier.by_dkim" },
	{ "what a signature leaves out proves nothing", OTHERS, R, PARTLY,
	  POLICY KEY, "fail", "fail", "carrier.partly_signed" },
	{ "a length that covers all is fine for DMARC alone", OTHERS, R, LENGTH,
	  POLICY KEY, "pass", "fail", "carrier.by_dkim" },
	{ "too late", OTHERS, R, EXPIRED, POLICY KEY, "fail", "fail",
	  "carrier.signature_broken" },
	{ "the key is gone", OTHERS, R, WELL, POLICY, "fail", "fail",
	  "carrier.signature_broken" },
	{ "the key is revoked", OTHERS, R, WELL,
	  POLICY "sel._domainkey." R " TXT \"v=DKIM1; p=\"\n", "fail", "fail",
	  "carrier.signature_broken" },
	{ "the key cannot be asked for now", OTHERS, R, WELL,
	  POLICY "sel._domainkey." R " SERVFAIL TXT\n", "temperror",
	  "temperror", "carrier.dns" },
	{ "SPF cannot be asked for now", OTHERS, R, NOT,
	  POLICY R " TIMEOUT TXT\n", "temperror", "none", "carrier.dns" },
	{ "a broken name server does no harm to what is proven", OTHERS, R,
	  WELL, POLICY R " SERVFAIL TXT\n" KEY, "pass", "pass",
	  "carrier.by_dkim" },
	{ "the policy cannot be asked for now", MINE, R, WELL,
	  SPF KEY "_dmarc." R " SERVFAIL TXT\n", "temperror", "pass",
	  "carrier.dns" },
	{ "forged DNSSEC answers are no key", OTHERS, R, WELL,
	  POLICY "sel._domainkey." R " BOGUS TXT\n", "temperror", "temperror",
	  "carrier.dns" },
	{ "without a record there is no DMARC", MINE, R, WELL, SPF KEY, "none",
	  "pass", "carrier.no_policy" },
	{ "without one author there is no DMARC", "192.0.2.1", "r@" R, "", R,
	  WELL, POLICY SPF KEY, "none", "fail", "carrier.no_author" },
	/* co.uk has a record, and forgot psd=y. */
	{ "a registry's record makes no organisation of all below it",
	  "192.0.2.1", "r@other.co.uk", "author.co.uk", NULL, NOT,
	  "_dmarc.co.uk TXT \"v=DMARC1; p=none\"\n"
	  "other.co.uk TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
	  "fail", "none", "carrier.other_domain" },
	{ "below it, a name and its own are one", "192.0.2.1",
	  "r@mail.author.co.uk", "author.co.uk", NULL, NOT,
	  "_dmarc.co.uk TXT \"v=DMARC1; p=none\"\n"
	  "mail.author.co.uk TXT \"v=spf1 ip4:192.0.2.1 -all\"\n",
	  "pass", "none", "carrier.by_spf" },
	{ "an address that is none has no SPF", "unix", "r@" R, R, NULL, NOT,
	  POLICY SPF, "fail", "none", "carrier.unsigned" },
};

static void
mail_is_judged_as_a_receiver_would(void **state)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		judge(*state, &table[i]);
}

static void
a_key_for_tls_reports_proves_these_alone(void **state)
{
	struct keys *k = *state;
	SCOPED_BUF world = BUF(4096);
	struct look t = {
		"tlsrpt", OTHERS, R,      WELL,
		NULL,     "fail", "pass", "carrier.signature_broken"
	};
	size_t p = str_find(k->pair.record, S("p="));

	(void)buf_addf(&world,
		       POLICY "sel._domainkey." R
			      " TXT \"v=DKIM1; k=ed25519; s=tlsrpt; %.*s\"\n",
		       STR_ARG(str_sub(k->pair.record, p, SIZE_MAX)));
	t.world = buf_c(&world);
	judge(k, &t);
}

static void
questions_come_in_few_rounds(void **state)
{
	struct facts *f = facts_new(1 << 20, NOW);
	struct facts_question q;
	struct carrier_mail mail;
	struct carrier_verdict v;
	size_t n = 0;
	bool key = false, spf = false, policy = false;

	take(*state, &table[0], &mail);
	assert_false(carrier_judge(f, &mail, &v));
	for (; facts_open(f, n, &q); n++) {
		key |= str_eq(q.name, S("sel._domainkey." R));
		spf |= str_eq(q.name, S(R));
		policy |= str_eq(q.name, S("_dmarc." R));
	}
	assert_true(key && spf && policy);
	facts_free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mail_is_judged_as_a_receiver_would),
		cmocka_unit_test(a_key_for_tls_reports_proves_these_alone),
		cmocka_unit_test(questions_come_in_few_rounds),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
