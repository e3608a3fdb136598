/* merge.c - our report address beside those that a record has already: the
 * rest of it stays letter for letter. */
#include "dmarcrec/dmarcrec.h"
#include "dnsplan/private.h"
#include "tlsrptrec/tlsrptrec.h"

enum { MERGED_MAX = 8192, URIS_MAX = 32 };

struct uris {
	struct str at[URIS_MAX];
	size_t n;
};

static bool
read_dmarc(struct str text, struct arena *mem, struct uris *out)
{
	struct dmarcrec rec;

	if (!dmarcrec_is(text) ||
	    dmarcrec_parse(text, mem, &rec, NULL) != ERR_NONE)
		return false;
	for (size_t i = 0; i < rec.rua_n && out->n < COUNT_OF(out->at); i++)
		out->at[out->n++] = rec.rua[i].uri;
	return true;
}

static bool
read_tls_rpt(struct str text, struct arena *mem, struct uris *out)
{
	struct tlsrptrec_faults faults = { 0 };
	struct tlsrptrec rec = { 0 };

	if (!str_eq(dnsplan_kind(text), S("v=TLSRPTv1")))
		return false;
	(void)tlsrptrec_parse(text, mem, &rec, &faults);
	for (size_t i = 0; i < rec.rua_n && out->n < COUNT_OF(out->at); i++)
		out->at[out->n++] = rec.rua[i];
	return true;
}

static bool
has_uri(const struct uris *all, struct str uri)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_eq_fold(all->at[i], uri))
			return true;
	return false;
}

/* Where the value of the first tag rua ends: behind its last visible byte.
 * SIZE_MAX: there is no such tag. `empty`: it has no value. */
static size_t
end_of_rua(struct str text, bool *empty)
{
	size_t at = 0;

	while (at < text.n) {
		struct str rest = str_sub(text, at, SIZE_MAX);
		size_t n = str_index(rest, ';');
		struct str tag = str_sub(rest, 0, n);
		size_t is = str_index(tag, '=');

		if (is != SIZE_MAX &&
		    str_eq_fold(str_trim(str_sub(tag, 0, is)), S("rua"))) {
			struct str value =
				str_trim(str_sub(tag, is + 1, SIZE_MAX));

			*empty = value.n == 0;
			return *empty ? at + is + 1
				      : (size_t)(value.p - text.p) + value.n;
		}
		if (n == SIZE_MAX)
			break;
		at += n + 1;
	}
	return SIZE_MAX;
}

static void
add_tag(struct buf *out, struct str old, struct str uris)
{
	struct str kept = str_trim(old);

	buf_add(out, kept);
	buf_addz(out, str_ends(kept, S(";")) ? " rua=" : "; rua=");
	buf_add(out, uris);
}

static bool
write_merged(struct str old, const struct uris *more, struct arena *mem,
	     struct str *out)
{
	SCOPED_BUF list = BUF(MERGED_MAX);
	SCOPED_BUF text = BUF(MERGED_MAX);
	bool empty = false;
	size_t at = end_of_rua(old, &empty);

	for (size_t i = 0; i < more->n; i++) {
		buf_addz(&list, i > 0 ? "," : "");
		buf_add(&list, more->at[i]);
	}
	if (at == SIZE_MAX) {
		add_tag(&text, old, buf_str(&list));
	} else {
		buf_add(&text, str_sub(old, 0, at));
		buf_addz(&text, empty ? "" : ",");
		buf_add(&text, buf_str(&list));
		buf_add(&text, str_sub(old, at, SIZE_MAX));
	}
	return !list.full && !text.full && arena_dup(mem, buf_str(&text), out);
}

bool
dnsplan_merge(struct str old, struct str ours, struct arena *mem,
	      struct str *out)
{
	struct uris theirs = { 0 }, wanted = { 0 }, more = { 0 };
	bool read = (read_dmarc(ours, mem, &wanted) &&
		     read_dmarc(old, mem, &theirs)) ||
		    (read_tls_rpt(ours, mem, &wanted) &&
		     read_tls_rpt(old, mem, &theirs));

	if (!read)
		return false;
	for (size_t i = 0; i < wanted.n; i++)
		if (!has_uri(&theirs, wanted.at[i]))
			more.at[more.n++] = wanted.at[i];
	*out = old;
	return more.n == 0 || write_merged(old, &more, mem, out);
}
