/* form.c - records as the tools that keep zones in files of their own write
 * them: Terraform (HCL) and OctoDNS (YAML). */
#include "base/base.h"
#include "records/private.h"

static bool
is_printable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

static bool
all_printable(const struct records *set)
{
	for (size_t i = 0; i < set->n; i++)
		if (!is_printable(set->at[i].name) ||
		    !is_printable(set->at[i].value))
			return false;
	return is_printable(set->zone);
}

/* ---- Terraform ---- */

/* A quoted string; "${" and "%{" would begin a template. */
static void
add_hcl(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n && !out->full; i++) {
		const char c = s.p[i];

		if (c == '"' || c == '\\')
			buf_addc(out, '\\');
		if ((c == '$' || c == '%') && i + 1 < s.n && s.p[i + 1] == '{')
			buf_addc(out, c);
		buf_addc(out, c);
	}
	buf_addc(out, '"');
}

/* The provider puts a text between quotes and reads that as in a zone file,
 * where it is cut into strings. */
static void
add_hcl_value(struct buf *out, const struct record *r)
{
	SCOPED_BUF text = BUF(RECORDS_TEXT_MAX);

	if (r->type == RECORDS_CNAME) {
		records_print_name(r->value, &text);
	} else {
		for (size_t i = 0; i < r->value.n; i++) {
			if (r->value.p[i] == '"' || r->value.p[i] == '\\')
				buf_addc(&text, '\\');
			buf_addc(&text, r->value.p[i]);
		}
	}
	add_hcl(out, buf_str(&text));
}

static bool
is_identifier(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
	       c == '-';
}

static void
add_label(struct buf *out, struct str name)
{
	if (name.n > 0 &&
	    ((name.p[0] >= '0' && name.p[0] <= '9') || name.p[0] == '-'))
		buf_addc(out, '_');
	for (size_t i = 0; i < name.n; i++)
		buf_addc(out, is_identifier(name.p[i]) ? name.p[i] : '_');
}

static void
add_zone_and_name(struct buf *out, const struct records *set,
		  const struct record *r)
{
	const struct str host = records_host(set, r);
	SCOPED_BUF zone = BUF(2048);

	buf_add(&zone, set->zone);
	buf_addc(&zone, '.');
	buf_addz(out, "  zone = ");
	add_hcl(out, buf_str(&zone));
	buf_addc(out, '\n');
	if (!str_eq(host, S("@"))) {
		buf_addz(out, "  name = ");
		add_hcl(out, host);
		buf_addc(out, '\n');
	}
	buf_addf(out, "  ttl  = %u\n", (unsigned)r->ttl);
}

static void
print_resource(const struct records *set, size_t first, struct buf *out)
{
	static const struct {
		const char *resource, *values;
	} words[] = { { "dns_a_record_set", "addresses" },
		      { "dns_aaaa_record_set", "addresses" },
		      { "dns_cname_record", "cname" },
		      { "dns_txt_record_set", "txt" } };
	const struct record *r = &set->at[first];
	const char *between = "";

	buf_addf(out, "resource \"%s\" \"", words[r->type].resource);
	add_label(out, r->name);
	buf_addz(out, "\" {\n");
	add_zone_and_name(out, set, r);
	buf_addf(out, "  %s = ", words[r->type].values);
	buf_addz(out, r->type == RECORDS_CNAME ? "" : "[");
	for (size_t i = first; i < set->n; i++) {
		if (!records_is_beside(r, &set->at[i]))
			continue;
		buf_addz(out, between);
		add_hcl_value(out, &set->at[i]);
		between = ", ";
	}
	buf_addz(out, r->type == RECORDS_CNAME ? "\n}\n" : "]\n}\n");
}

bool
records_print_terraform(const struct records *set, struct buf *out)
{
	for (size_t i = 0; i < set->n; i++)
		if (records_is_first(set, i, false))
			print_resource(set, i, out);
	return all_printable(set);
}

/* ---- OctoDNS ---- */

static void
add_yaml(struct buf *out, struct str s, bool semicolons)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n && !out->full; i++) {
		const char c = s.p[i];

		/* OctoDNS wants a backslash before each semicolon. */
		if (c == ';' && semicolons)
			buf_addz(out, "\\\\");
		if (c == '"' || c == '\\')
			buf_addc(out, '\\');
		buf_addc(out, c);
	}
	buf_addc(out, '"');
}

static void
print_values(const struct records *set, const struct record *r, struct buf *out)
{
	buf_addf(out, "  - ttl: %u\n    type: %s\n    values:\n",
		 (unsigned)r->ttl, records_type_name(r->type));
	for (size_t i = 0; i < set->n; i++) {
		if (!records_is_beside(r, &set->at[i]))
			continue;
		buf_addz(out, "      - ");
		add_yaml(out, set->at[i].value, r->type == RECORDS_TXT);
		buf_addc(out, '\n');
	}
}

static void
print_alias(const struct record *r, struct buf *out)
{
	SCOPED_BUF name = BUF(2048);

	records_print_name(r->value, &name);
	buf_addf(out,
		 "  - ttl: %u\n    type: CNAME\n    value: ", (unsigned)r->ttl);
	add_yaml(out, buf_str(&name), false);
	buf_addc(out, '\n');
}

static void
print_node(const struct records *set, size_t first, struct buf *out)
{
	const struct str host = records_host(set, &set->at[first]);

	add_yaml(out, str_eq(host, S("@")) ? S("") : host, false);
	buf_addz(out, ":\n");
	for (size_t i = first; i < set->n; i++) {
		const struct record *r = &set->at[i];

		if (!str_eq(r->name, set->at[first].name) ||
		    !records_is_first(set, i, false))
			continue;
		if (r->type == RECORDS_CNAME)
			print_alias(r, out);
		else
			print_values(set, r, out);
	}
}

bool
records_print_octodns(const struct records *set, struct buf *out)
{
	buf_addz(out, "---\n");
	for (size_t i = 0; i < set->n; i++)
		if (records_is_first(set, i, true))
			print_node(set, i, out);
	return all_printable(set);
}
