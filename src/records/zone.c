/* zone.c - the text forms of DNS itself: zone file (RFC 1035 section 5) and
 * the script of nsupdate. */
#include "base/base.h"
#include "records/private.h"

static void
add_byte(struct buf *out, char c, const char *special)
{
	const unsigned char byte = (unsigned char)c;

	if (byte < ' ' || byte > '~')
		buf_addf(out, "\\%03u", byte);
	else if (str_index(str_of(special), c) != SIZE_MAX)
		buf_addf(out, "\\%c", c);
	else
		buf_addc(out, c);
}

void
records_print_name(struct str name, struct buf *out)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == ' ')
			buf_addz(out, "\\032");
		else
			add_byte(out, name.p[i], "\"();\\$@");
	}
	buf_addc(out, '.');
}

void
records_print_txt(struct str value, struct buf *out)
{
	size_t in_string = 0;

	buf_addc(out, '"');
	for (size_t i = 0; i < value.n && !out->full; i++) {
		if (in_string++ == RECORDS_STRING) {
			buf_addz(out, "\" \"");
			in_string = 1;
		}
		add_byte(out, value.p[i], "\"\\");
	}
	buf_addc(out, '"');
}

void
records_print_value(enum records_type type, struct str value, struct buf *out)
{
	if (type == RECORDS_TXT)
		records_print_txt(value, out);
	else if (type == RECORDS_CNAME)
		records_print_name(value, out);
	else
		buf_add(out, value);
}

static void
print_one(const struct record *r, const char *between, struct buf *out)
{
	records_print_name(r->name, out);
	buf_addf(out, " %u %s%s ", (unsigned)r->ttl, between,
		 records_type_name(r->type));
	records_print_value(r->type, r->value, out);
	buf_addc(out, '\n');
}

void
records_print_zone(const struct records *set, struct buf *out)
{
	for (size_t i = 0; i < set->n; i++)
		print_one(&set->at[i], "IN ", out);
}

/* "prereq nxrrset NAME TXT" and the like, with what is known to be there. */
static void
print_line(const char *verb, const struct record *r, const struct str *value,
	   struct buf *out)
{
	buf_addf(out, "%s ", verb);
	records_print_name(r->name, out);
	buf_addf(out, " %s", records_type_name(r->type));
	if (value) {
		buf_addc(out, ' ');
		records_print_value(r->type, *value, out);
	}
	buf_addc(out, '\n');
}

static void
print_wanted(const struct record *r, struct buf *out)
{
	for (size_t i = 0; i < r->old_n; i++)
		print_line("prereq yxrrset", r, &r->old[i], out);
	if (r->old_n > 0)
		return;
	if (r->type == RECORDS_CNAME) { /* stands alone at its name */
		buf_addz(out, "prereq nxdomain ");
		records_print_name(r->name, out);
		buf_addc(out, '\n');
		return;
	}
	print_line("prereq nxrrset", r, NULL, out);
}

void
records_print_nsupdate(const struct records *set, struct buf *out)
{
	buf_addz(out, "zone ");
	records_print_name(set->zone, out);
	buf_addc(out, '\n');
	for (size_t i = 0; i < set->n; i++)
		if (!set->at[i].shared && records_is_first(set, i, false))
			print_wanted(&set->at[i], out);
	for (size_t i = 0; i < set->n; i++) {
		const struct record *r = &set->at[i];

		for (size_t k = 0; k < r->old_n; k++)
			print_line("update delete", r, &r->old[k], out);
		buf_addz(out, "update add ");
		print_one(r, "", out);
	}
	buf_addz(out, "send\n");
}
