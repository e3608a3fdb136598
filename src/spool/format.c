/* format.c - envelopes, records and names as bytes. */
#include "spool/private.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { FLAG_SMTPUTF8 = 1, FLAG_LMTP = 2 };

/* What has a fixed size; each text follows as its length and its bytes. */
struct fixed {
	uint32_t door, flags;
	int64_t owner, received_at;
};

static const size_t texts[] = {
	offsetof(struct spool_envelope, id),
	offsetof(struct spool_envelope, name),
	offsetof(struct spool_envelope, client),
	offsetof(struct spool_envelope, helo),
	offsetof(struct spool_envelope, mail_from),
	offsetof(struct spool_envelope, recipients),
	offsetof(struct spool_envelope, domain),
	offsetof(struct spool_envelope, tls),
};

static const char *const door_names[] = { [SPOOL_SMTP] = "smtp",
					  [SPOOL_POST] = "post",
					  [SPOOL_UPLOAD] = "upload",
					  [SPOOL_MAILBOX] = "mailbox",
					  [SPOOL_WATCHED] = "watched" };

const char *
spool_door_name(enum spool_door door)
{
	return door_names[door];
}

uint32_t
spool_check(uint32_t before, struct str bytes)
{
	if (bytes.n == 0)
		return before;
	return (uint32_t)crc32_z(before, (const unsigned char *)bytes.p,
				 bytes.n);
}

static uint32_t
record_check(const struct spool_record *r)
{
	const size_t from = offsetof(struct spool_record, nonce);

	return spool_check(
		0, (struct str){ (const char *)r + from, sizeof *r - from });
}

void
spool_record_seal(struct spool_record *r, uint64_t nonce)
{
	r->magic = SPOOL_RECORD_MAGIC;
	r->nonce = nonce;
	r->check = record_check(r);
}

bool
spool_record_good(const struct spool_record *r, uint64_t nonce)
{
	uint64_t most = r->file ? SPOOL_MESSAGE_MAX : SPOOL_HELD_MAX;

	return r->magic == SPOOL_RECORD_MAGIC && r->nonce == nonce &&
	       r->check == record_check(r) && r->size <= most &&
	       r->envelope <= SPOOL_ENVELOPE_MAX;
}

uint64_t
spool_record_length(const struct spool_record *r)
{
	return sizeof *r + r->envelope + (r->file ? 0 : r->size);
}

static void
add_bytes(struct buf *out, const void *bytes, size_t n)
{
	(void)buf_add(out, (struct str){ bytes, n });
}

void
spool_envelope_write(struct buf *out, const struct spool_envelope *e)
{
	const struct fixed fixed = {
		.door = (uint32_t)e->door,
		.flags = (e->smtputf8 ? FLAG_SMTPUTF8 : 0U) |
			 (e->lmtp ? FLAG_LMTP : 0U),
		.owner = e->owner,
		.received_at = e->received_at,
	};

	add_bytes(out, &fixed, sizeof fixed);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct str text;
		uint32_t n;

		memcpy(&text, (const char *)e + texts[i], sizeof text);
		n = text.n < UINT32_MAX ? (uint32_t)text.n : UINT32_MAX;
		add_bytes(out, &n, sizeof n);
		(void)buf_add(out, text);
	}
}

static bool
take(struct str *rest, void *to, size_t n)
{
	if (rest->n < n)
		return false;
	memcpy(to, rest->p, n);
	*rest = str_sub(*rest, n, SIZE_MAX);
	return true;
}

bool
spool_envelope_read(struct str bytes, struct spool_envelope *out)
{
	struct fixed fixed;

	if (!take(&bytes, &fixed, sizeof fixed) ||
	    fixed.door >= COUNT_OF(door_names))
		return false;
	*out = (struct spool_envelope){
		.door = (enum spool_door)fixed.door,
		.owner = fixed.owner,
		.received_at = fixed.received_at,
		.smtputf8 = fixed.flags & FLAG_SMTPUTF8,
		.lmtp = fixed.flags & FLAG_LMTP,
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct str text;
		uint32_t n;

		if (!take(&bytes, &n, sizeof n) || n > bytes.n)
			return false;
		text = str_sub(bytes, 0, n);
		bytes = str_sub(bytes, n, SIZE_MAX);
		memcpy((char *)out + texts[i], &text, sizeof text);
	}
	return bytes.n == 0;
}

static bool
parse_door(struct str text, char out[SPOOL_DOOR_ROOM])
{
	if (text.n == 0 || text.n >= SPOOL_DOOR_ROOM)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < 'a' || text.p[i] > 'z')
			return false;
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
	return true;
}

bool
spool_name_parse(const char *text, struct spool_name *out)
{
	struct str rest = str_of(text), door, number, file;
	bool segment = str_ends(rest, S(".seg"));
	char again[SPOOL_NAME_ROOM];
	uint64_t n = 0;

	if (!segment && !str_ends(rest, S(".msg")))
		return false;
	rest = str_sub(rest, 0, rest.n - 4);
	*out = (struct spool_name){ 0 };
	if (!str_split(&rest, '-', &door) || !parse_door(door, out->door) ||
	    !str_split(&rest, '-', &number) || !str_u64(number, &out->number))
		return false;
	if (!segment && (!str_split(&rest, '-', &file) || !str_u64(file, &n) ||
			 n == 0 || n > UINT32_MAX))
		return false;
	out->file = (uint32_t)n;
	return strcmp(spool_name_print(out, again), text) == 0;
}

const char *
spool_name_print(const struct spool_name *name, char out[SPOOL_NAME_ROOM])
{
	if (name->file == 0)
		(void)snprintf(out, SPOOL_NAME_ROOM, "%s-%012" PRIu64 ".seg",
			       name->door, name->number);
	else
		(void)snprintf(out, SPOOL_NAME_ROOM,
			       "%s-%012" PRIu64 "-%" PRIu32 ".msg", name->door,
			       name->number, name->file);
	return out;
}
