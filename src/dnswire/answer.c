/* answer.c - from a question to its answer. */
#include "dnswire/private.h"

#include <string.h>

enum {
	UDP_LEAST = 512,
	CHAIN_MAX = 8, /* CNAMEs followed */
	DO_BIT = 0x8000,
	SECTION_ANSWER = 6, /* where the header counts them */
	SECTION_AUTHORITY = 8,
	SECTION_ADDITIONAL = 10
};

/* One question on its way. */
struct work {
	const struct dnswire_zone *zone;
	const struct dnswire_ask *ask;
	struct dnswire_reply *reply;
	struct question q;
	struct tsig tsig;
	struct writer w;
	unsigned flags; /* of the answer */
	bool edns;
	size_t opt_room;
	enum cookie cookie;
	uint8_t cookies[DNSWIRE_COOKIE];
	uint16_t edns_flags; /* that come back */
};

static void
count(struct work *k, size_t section)
{
	unsigned n = (unsigned)(k->w.p[section] << 8 | k->w.p[section + 1]);

	dnswire_set16(&k->w, section, n + 1);
}

/* ---- the end of every answer ---- */

/* Only for a message that asked with one (RFC 6891 section 6.1.1). */
static void
put_opt(struct work *k, enum dnswire_rcode rcode)
{
	struct writer *w = &k->w;

	w->room += k->opt_room;
	dnswire_put8(w, 0);
	dnswire_put16(w, DNSWIRE_OPT);
	dnswire_put16(w, DNSWIRE_UDP_MAX);
	dnswire_put8(w, (unsigned)rcode >> 4);
	dnswire_put8(w, 0);
	dnswire_put16(w, k->edns_flags);
	dnswire_put16(w, (unsigned)(k->opt_room - OPT_ROOM));
	if (k->opt_room > OPT_ROOM) {
		dnswire_put16(w, OPTION_COOKIE);
		dnswire_put16(w, DNSWIRE_COOKIE);
		dnswire_put(w, k->cookies, DNSWIRE_COOKIE);
	}
	k->reply->opt = k->opt_room;
	count(k, SECTION_ADDITIONAL);
}

static void
finish(struct work *k, enum dnswire_rcode rcode)
{
	struct writer *w = &k->w;
	unsigned flags = (unsigned)(w->p[2] << 8 | w->p[3]) | k->flags;

	dnswire_set16(w, 2, flags | ((unsigned)rcode & FLAG_RCODE));
	w->full = false;
	if (k->edns)
		put_opt(k, rcode);
	k->reply->rcode = rcode;
	k->reply->cut = k->flags & FLAG_TC;
	if (k->reply->chain.key) {
		const struct signing s = { .chain = &k->reply->chain,
					   .now = k->ask->now,
					   .first = true,
					   .id = k->tsig.id };

		w->room += dnswire_sign_room(&k->tsig.key);
		dnswire_sign(w, &s);
	}
	k->reply->n = w->n;
}

/* Octets that may be sent, RFC 6891 section 6.2.3; `size` 0: no OPT. Who
 * signs has sent as much, and a signature must fit. */
static size_t
room_for(const struct work *k, uint16_t size)
{
	size_t most = DNSWIRE_TCP_MAX;

	if (k->q.tsig.data)
		size = DNSWIRE_UDP_MAX;
	if (!k->ask->tcp)
		most = size < UDP_LEAST         ? UDP_LEAST
		       : size > DNSWIRE_UDP_MAX ? DNSWIRE_UDP_MAX
						: size;
	return most < k->reply->room ? most : k->reply->room;
}

/* Begins with what will have to follow in mind. */
static void
begin(struct work *k, uint16_t size)
{
	k->w = (struct writer){ .p = k->reply->p, .room = room_for(k, size) };
	if (k->edns)
		k->w.room -= k->opt_room;
	if (k->reply->chain.key)
		k->w.room -= dnswire_sign_room(&k->tsig.key);
	dnswire_put_head(&k->w, k->ask->query, &k->q, 0);
	k->reply->question = k->w.n;
}

static enum dnswire_do
refuse(struct work *k, enum dnswire_rcode rcode)
{
	k->reply->account = rcode;
	finish(k, rcode);
	return DNSWIRE_SEND;
}

/* ---- the answer itself ---- */

/* The labels of `name` before the apex; SIZE_MAX: it is not in the zone. */
static size_t
labels_of(const struct dnswire_zone *zone, const struct dnswire_name *name,
	  struct str labels[DNSWIRE_LABELS_MAX])
{
	size_t at = 0, n = 0;

	if (zone->apex.n == 0 || name->n < zone->apex.n)
		return SIZE_MAX;
	while ((size_t)name->n - at > zone->apex.n) {
		size_t length = name->b[at];

		labels[n++] =
			(struct str){ (const char *)name->b + at + 1, length };
		at += length + 1;
	}
	return (size_t)name->n - at == zone->apex.n &&
			       memcmp(name->b + at, zone->apex.b,
				      zone->apex.n) == 0
		       ? n
		       : SIZE_MAX;
}

static void
put_owner(struct work *k, size_t at)
{
	dnswire_put16(&k->w, POINTER << 8 | (unsigned)at);
}

/* One that does not fit takes all others with it: half an answer is none. */
static void
put_one(struct work *k, size_t owner, const struct dnswire_record *r)
{
	put_owner(k, owner);
	dnswire_put_record(&k->w, r, k->zone->ttl);
	if (!k->w.full)
		count(k, SECTION_ANSWER);
}

/* RFC 2308 section 3. */
static void
put_negative(struct work *k)
{
	const struct dnswire_zone *zone = k->zone;

	if (k->w.apex_at != 0)
		put_owner(k, k->w.apex_at);
	else
		dnswire_put_name(&k->w, dnswire_name_str(&zone->apex), false);
	dnswire_put_soa(&k->w, zone,
			zone->ttl < zone->minimum ? zone->ttl : zone->minimum);
	if (!k->w.full)
		count(k, SECTION_AUTHORITY);
}

static void
put_own_soa(struct work *k, size_t owner)
{
	put_owner(k, owner);
	dnswire_put_soa(&k->w, k->zone, k->zone->ttl);
	if (!k->w.full)
		count(k, SECTION_ANSWER);
}

/* RFC 8482 section 4.2. */
static void
put_any(struct work *k, size_t owner)
{
	static const struct dnswire_record hinfo = {
		.type = DNSWIRE_HINFO, .data = STR("\007RFC8482\000")
	};

	put_one(k, owner, &hinfo);
}

static const struct dnswire_record *
alias_at(const struct dnswire_node *node)
{
	return node->n > 0 && node->at[0].type == DNSWIRE_CNAME ? node->at
								: NULL;
}

/* What stands at the name itself; false when nothing of that type does. */
static bool
put_node(struct work *k, const struct dnswire_node *node, size_t owner,
	 bool apex)
{
	uint16_t type = k->q.type;
	bool found = false;

	if (type == DNSWIRE_ANY) {
		found = node->n > 0 || apex;
		if (found)
			put_any(k, owner);
		return found;
	}
	if (type == DNSWIRE_SOA && apex) {
		put_own_soa(k, owner);
		return true;
	}
	for (size_t i = 0; i < node->n; i++) {
		if (node->at[i].type != type)
			continue;
		put_one(k, owner, &node->at[i]);
		found = true;
	}
	return found;
}

/* Follows aliases within the zone. */
static enum dnswire_rcode
look_up(struct work *k)
{
	struct str labels[DNSWIRE_LABELS_MAX];
	struct dnswire_name name = k->q.name;
	size_t owner = HEADER, next;

	for (int i = 0; i < CHAIN_MAX; i++) {
		size_t n = labels_of(k->zone, &name, labels);
		struct dnswire_node node = { .n = 0 };
		const struct dnswire_record *alias;

		if (n == SIZE_MAX)
			return DNSWIRE_NOERROR; /* others know */
		if (!k->zone->find(k->zone->ctx, labels, n, &node)) {
			put_negative(k);
			return DNSWIRE_NXDOMAIN;
		}
		alias = alias_at(&node);
		if (!alias || k->q.type == DNSWIRE_CNAME ||
		    k->q.type == DNSWIRE_ANY) {
			if (!put_node(k, &node, owner, n == 0))
				put_negative(k);
			return DNSWIRE_NOERROR;
		}
		/* The next owner is this one's data, where it stands. */
		next = k->w.n + 2 + RECORD_HEAD;
		put_one(k, owner, alias);
		owner = next;
		if (k->w.full || alias->data.n > sizeof name.b)
			return DNSWIRE_NOERROR;
		memcpy(name.b, alias->data.p, alias->data.n);
		name.n = (uint8_t)alias->data.n;
	}
	return DNSWIRE_NOERROR;
}

/* Who gets the same answer again and again is who it is counted for. */
static uint64_t
account_of(const struct work *k, enum dnswire_rcode rcode)
{
	uint64_t account;

	if (rcode != DNSWIRE_NOERROR)
		return rcode;
	account = str_hash(dnswire_name_str(&k->q.name));
	/* All types that a name lacks are one answer. */
	return k->w.p[SECTION_ANSWER + 1] ? account + k->q.type : account;
}

static enum dnswire_do
answer_in_zone(struct work *k)
{
	size_t question = k->w.n;
	enum dnswire_rcode rcode;

	k->w.apex = &k->zone->apex;
	k->w.apex_at = HEADER + (size_t)k->q.name.n - k->zone->apex.n;
	k->flags |= FLAG_AA;
	rcode = look_up(k);
	k->reply->account = account_of(k, rcode);
	if (k->w.full) {
		/* Empty, so that nobody takes a part for the whole. */
		k->w.n = question;
		memset(k->w.p + SECTION_ANSWER, 0, 6);
		k->flags |= FLAG_TC;
	}
	finish(k, rcode);
	return DNSWIRE_SEND;
}

/* ---- transfers ---- */

/* Whether the one who asks for changes has what there is: RFC 1995 section 2,
 * RFC 1982. */
static bool
is_current(const struct work *k)
{
	struct reader r = { .p = (const uint8_t *)k->ask->query.p,
			    .n = k->q.soa.data + k->q.soa.n,
			    .at = k->q.soa.data };
	struct dnswire_name name;
	uint32_t serial;

	if (k->q.soa.data == 0)
		return false;
	dnswire_get_name(&r, true, &name);
	dnswire_get_name(&r, true, &name);
	serial = dnswire_get32(&r);
	return !r.bad && (int32_t)(serial - k->zone->serial) >= 0;
}

/* Nobody without a key learns what is hosted here. */
static enum dnswire_do
answer_transfer(struct work *k)
{
	bool apex = str_eq(dnswire_name_str(&k->q.name),
			   dnswire_name_str(&k->zone->apex));

	if (!k->reply->chain.key)
		return refuse(k, DNSWIRE_REFUSED);
	if (!apex)
		return refuse(k, DNSWIRE_NOTAUTH);
	if (k->q.type == DNSWIRE_IXFR && (!k->ask->tcp || is_current(k))) {
		k->flags |= FLAG_AA;
		put_own_soa(k, HEADER);
		finish(k, DNSWIRE_NOERROR);
		return DNSWIRE_SEND;
	}
	return k->ask->tcp ? DNSWIRE_STREAM : refuse(k, DNSWIRE_REFUSED);
}

/* ---- what comes before it ---- */

/* Header alone: what was asked could not be read. */
static enum dnswire_do
answer_malformed(struct work *k, enum dnswire_rcode rcode)
{
	k->q.asked = false;
	k->q.end = HEADER;
	k->edns = false;
	begin(k, 0);
	return refuse(k, rcode);
}

static enum dnswire_do
answer_bad_tsig(struct work *k, enum tsig_error error)
{
	struct dnswire_chain chain = k->reply->chain;
	enum dnswire_do what;

	k->reply->chain.key = NULL;
	k->edns = false;
	begin(k, 0);
	k->w.room -= dnswire_sign_room(&k->tsig.key);
	what = refuse(k, DNSWIRE_NOTAUTH);
	k->w.room += dnswire_sign_room(&k->tsig.key);
	dnswire_tsig_refuse(&k->w, &k->tsig, error, &chain, k->ask->now);
	k->reply->n = k->w.n;
	return what;
}

/* RFC 6891 section 6.1.3; false: another version. Of the options only cookies
 * are looked at. */
static bool
read_opt(struct work *k, uint16_t *size)
{
	struct reader r = { .p = (const uint8_t *)k->ask->query.p,
			    .n = k->ask->query.n,
			    .at = k->q.opt.head + 2 };
	uint8_t version;

	*size = dnswire_get16(&r);
	(void)dnswire_get8(&r);
	version = dnswire_get8(&r);
	k->edns_flags = dnswire_get16(&r) & DO_BIT;
	if (*size < UDP_LEAST)
		*size = UDP_LEAST;
	k->opt_room = OPT_ROOM;
	if (version == 0)
		k->cookie = dnswire_cookie_read(
			k->ask,
			str_sub(k->ask->query, k->q.opt.data, k->q.opt.n),
			k->cookies);
	if (k->cookie == COOKIE_NEW || k->cookie == COOKIE_GOOD)
		k->opt_room += OPTION_HEAD + DNSWIRE_COOKIE;
	k->reply->known = k->cookie == COOKIE_GOOD;
	return version == 0;
}

static enum dnswire_do
answer_question(struct work *k)
{
	struct str labels[DNSWIRE_LABELS_MAX];

	k->reply->type = k->q.type;
	if ((k->q.flags & FLAG_OPCODE) >> 11 == OPCODE_UPDATE)
		return refuse(k, DNSWIRE_REFUSED);
	if ((k->q.flags & FLAG_OPCODE) != 0)
		return refuse(k, DNSWIRE_NOTIMP);
	if (k->q.class != CLASS_IN ||
	    labels_of(k->zone, &k->q.name, labels) == SIZE_MAX)
		return refuse(k, DNSWIRE_REFUSED);
	if (k->q.type == DNSWIRE_AXFR || k->q.type == DNSWIRE_IXFR)
		return answer_transfer(k);
	return answer_in_zone(k);
}

/* The signature before anything else is looked at. */
static enum dnswire_do
answer_read(struct work *k)
{
	enum tsig_error error = TSIG_FINE;
	uint16_t size = 0;
	bool known = true;

	if (k->q.tsig.data) {
		if (!dnswire_tsig_read(k->ask->query, &k->q, &k->tsig))
			return answer_malformed(k, DNSWIRE_FORMERR);
		error = dnswire_tsig_check(k->ask, &k->q, &k->tsig,
					   &k->reply->chain);
	}
	if (error != TSIG_FINE)
		return answer_bad_tsig(k, error);
	k->edns = k->q.opt.data != 0;
	if (k->edns)
		known = read_opt(k, &size);
	begin(k, size);
	if (k->cookie == COOKIE_BAD)
		return refuse(k, DNSWIRE_FORMERR);
	return known ? answer_question(k) : refuse(k, DNSWIRE_BADVERS);
}

enum dnswire_do
dnswire_answer(const struct dnswire_zone *zone, const struct dnswire_ask *ask,
	       struct dnswire_reply *out)
{
	struct work k = { .zone = zone, .ask = ask, .reply = out };
	enum sense sense = dnswire_read(ask->query, &k.q);
	bool other = (k.q.flags & FLAG_OPCODE) != 0;

	out->n = out->question = out->opt = 0;
	out->account = 0;
	out->type = 0;
	out->rcode = DNSWIRE_NOERROR;
	out->cut = out->known = false;
	out->chain.key = NULL;
	if (sense == SENSE_NONE)
		return DNSWIRE_SILENCE;
	/* Other kinds of messages may have other forms (RFC 8490). */
	if (sense == SENSE_BAD)
		return answer_malformed(&k, other ? DNSWIRE_NOTIMP
						  : DNSWIRE_FORMERR);
	return answer_read(&k);
}

void
dnswire_cut(struct dnswire_reply *reply)
{
	struct writer w = { .p = reply->p, .n = reply->n, .room = reply->room };

	if (reply->chain.key || reply->n < reply->question + reply->opt)
		return;
	memmove(reply->p + reply->question, reply->p + reply->n - reply->opt,
		reply->opt);
	reply->n = reply->question + reply->opt;
	memset(reply->p + SECTION_ANSWER, 0, 6);
	dnswire_set16(&w, SECTION_ADDITIONAL, reply->opt ? 1 : 0);
	reply->p[2] |= FLAG_TC >> 8;
	reply->cut = true;
}
