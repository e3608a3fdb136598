/* anchor.c - the keys that DNSSEC begins with: a file of DS or DNSKEY records,
 * or those of the root. */
#include "resolver/private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What IANA publishes at data.iana.org/root-anchors: the keys of 2017 and of
 * 2024. */
static const char *const root_keys[] = {
	". IN DS 20326 8 2 "
	"E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
	". IN DS 38696 8 2 "
	"683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
};

static const char *const usual_files[] = {
	"/usr/share/dns/root.key",
	"/var/lib/unbound/root.key",
};

static bool
is_key(const ldns_rr *rr)
{
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS ||
	       ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNSKEY;
}

static bool
add_text(ldns_buffer *b, char *out, size_t room)
{
	size_t n = ldns_buffer_position(b);

	if (n >= room)
		return false;
	memcpy(out, ldns_buffer_begin(b), n);
	out[n] = '\0';
	return true;
}

static bool
add(struct resolver_anchors *a, const ldns_rr *rr)
{
	ldns_buffer *text = ldns_buffer_new(RESOLVER_ANCHOR_ROOM);
	ldns_buffer *name = ldns_buffer_new(RESOLVER_NAME_ROOM);
	struct resolver_anchor *to;
	bool ok;

	a->at = heap_grow(a->at, a->n + 1, sizeof *a->at);
	to = &a->at[a->n];
	ok = text && name && ldns_rr2buffer_str(text, rr) == LDNS_STATUS_OK &&
	     ldns_rdf2buffer_str_dname(name, ldns_rr_owner(rr)) ==
		     LDNS_STATUS_OK &&
	     add_text(text, to->text, sizeof to->text) &&
	     add_text(name, to->name, sizeof to->name);
	a->n += ok;
	ldns_buffer_free(text);
	ldns_buffer_free(name);
	return ok;
}

static bool
read_records(struct resolver_anchors *a, FILE *f)
{
	while (!feof(f) && a->n < RESOLVER_ANCHORS) {
		ldns_rr *rr = NULL;
		ldns_status s = ldns_rr_new_frm_fp(&rr, f, NULL, NULL, NULL);
		bool ok = s == LDNS_STATUS_OK ? !is_key(rr) || add(a, rr)
					      : s == LDNS_STATUS_SYNTAX_EMPTY;

		ldns_rr_free(rr);
		if (!ok)
			return false;
	}
	return a->n > 0;
}

static enum err
read_file(struct resolver_anchors *a, const char *path, struct diag *why)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (!f)
		return diag_set(why, ERR_IO, "resolver.anchor", 0, "%s: %s",
				path, strerror(errno));
	ok = read_records(a, f);
	(void)fclose(f);
	return ok ? ERR_NONE
		  : diag_set(why, ERR_SYNTAX, "resolver.anchor", 0,
			     "%s: no DS or DNSKEY record", path);
}

static void
add_built_in(struct resolver_anchors *a)
{
	for (size_t i = 0; i < COUNT_OF(root_keys); i++) {
		ldns_rr *rr = NULL;

		if (ldns_rr_new_frm_str(&rr, root_keys[i], 0, NULL, NULL) ==
		    LDNS_STATUS_OK)
			(void)add(a, rr);
		ldns_rr_free(rr);
	}
}

enum err
resolver_anchors_read(struct resolver_anchors *a, const char *path,
		      struct diag *why)
{
	if (path && strcmp(path, "none") == 0)
		return ERR_NONE;
	if (path)
		return read_file(a, path, why);
	for (size_t i = 0; i < COUNT_OF(usual_files); i++) {
		if (read_file(a, usual_files[i], NULL) == ERR_NONE)
			return ERR_NONE;
		a->n = 0;
	}
	add_built_in(a);
	return ERR_NONE;
}
