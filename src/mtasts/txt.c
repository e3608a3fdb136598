/* txt.c - the TXT record at _mta-sts.DOMAIN (RFC 8461 section 3.1). */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"

#include <stdio.h>

enum { NAME_MAX_LENGTH = 32 };

static const char *const harmless[] = {
	"mtasts.pol_blank_midline", "mtasts.pol_dup_key",
	"mtasts.pol_mx_redundant",  "mtasts.pol_unknown_key",
	"mtasts.txt_has_url",       "mtasts.pol_version_not_first",
	"mtasts.txt_space_delim",
};

bool
mtasts_harmless(const char *code)
{
	for (size_t i = 0; i < COUNT_OF(harmless); i++)
		if (str_eq(str_of(code), str_of(harmless[i])))
			return true;
	return false;
}

const struct mtasts_fault *
mtasts_fatal(const struct mtasts_faults *faults)
{
	for (size_t i = 0; i < faults->n; i++)
		if (faults->at[i].fatal)
			return &faults->at[i];
	return NULL;
}

void
mtasts_fault_add(struct mtasts_faults *faults, const char *code, uint32_t line,
		 struct str text)
{
	struct mtasts_fault fault = { code, !mtasts_harmless(code), line,
				      text };

	if (faults->n < MTASTS_FAULTS_MAX)
		faults->at[faults->n++] = fault;
	else if (fault.fatal && !mtasts_fatal(faults))
		faults->at[MTASTS_FAULTS_MAX - 1] = fault;
}

bool
mtasts_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

struct str
mtasts_trim(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1, s.n);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
mtasts_field_name(struct str s)
{
	if (s.n == 0 || s.n > NAME_MAX_LENGTH || !mtasts_alnum(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!mtasts_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

/* ---- which value is a record ---- */

enum mtasts_kind
mtasts_kind(struct str text)
{
	enum { HEAD_MAX = 512 };
	SCOPED_ARENA mem = arena_new(4 * HEAD_MAX);
	struct str version = STR("v=STSv1");
	struct str narrow = STR("");

	if (str_starts(text, version)) {
		if (text.n > version.n && text.p[version.n] == ';')
			return MTASTS_STRICT;
		if (text.n == version.n || !mtasts_alnum(text.p[version.n]))
			return MTASTS_LOOSE;
		return MTASTS_NEARLY;
	}
	if (!mtasts_narrow(str_sub(text, 0, HEAD_MAX), mem, &narrow))
		return MTASTS_FOREIGN;
	if (str_find_fold(narrow, S("v=sts")) != SIZE_MAX ||
	    str_find_fold(narrow, S("stsv1")) != SIZE_MAX)
		return MTASTS_NEARLY;
	return MTASTS_FOREIGN;
}

/* ---- the fields ---- */

struct fields {
	struct mtasts_faults *faults;
	bool has_id;
	struct str id;
	struct str near; /* what may have been meant as the id */
};

static bool
good_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '!' || s.p[i] > '~' || s.p[i] == '=')
			return false;
	return s.n > 0;
}

bool
mtasts_id_valid(struct str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!mtasts_alnum(id.p[i]))
			return false;
	return id.n > 0 && id.n <= MTASTS_ID_MAX;
}

static void
judge_id(struct fields *in, struct str id)
{
	if (in->has_id)
		return; /* the first one counts (section 3.2) */
	in->has_id = true;
	in->id = id;
	if (id.n == 0)
		mtasts_fault_add(in->faults, "mtasts.txt_id_empty", 0, id);
	for (size_t i = 0; i < id.n; i++)
		if (!mtasts_alnum(id.p[i])) {
			mtasts_fault_add(in->faults, "mtasts.txt_id_chars", 0,
					 id);
			break;
		}
	if (id.n > MTASTS_ID_MAX)
		mtasts_fault_add(in->faults, "mtasts.txt_id_long", 0, id);
}

static void
judge_field(struct fields *in, struct str field)
{
	size_t equals = str_index(field, '=');
	struct str name = str_sub(field, 0, equals);
	struct str value = { "", 0 };

	if (str_find(field, S("://")) != SIZE_MAX)
		mtasts_fault_add(in->faults, "mtasts.txt_has_url", 0, field);
	if (equals == SIZE_MAX) {
		if (str_starts_fold(field, S("id")) &&
		    (field.n == 2 || !mtasts_alnum(field.p[2])))
			in->near = field;
		else
			mtasts_fault_add(in->faults, "mtasts.txt_field_syntax",
					 0, field);
		return;
	}
	value = str_sub(field, equals + 1, field.n);
	if (str_eq(name, S("id"))) {
		judge_id(in, value);
		return;
	}
	if (str_eq_fold(mtasts_trim(name), S("id")))
		in->near = field;
	else if (!mtasts_field_name(name) || !good_value(value))
		mtasts_fault_add(in->faults, "mtasts.txt_field_syntax", 0,
				 field);
}

static bool
has_version_later(struct str text)
{
	struct str piece = STR("");

	(void)str_split(&text, ';', &piece);
	while (str_split(&text, ';', &piece))
		if (str_eq(mtasts_trim(piece), S("v=STSv1")))
			return true;
	return false;
}

/* What stands behind the version, without the delimiter. */
static struct str
behind_version(struct str text, struct mtasts_faults *faults)
{
	struct str rest = str_sub(text, sizeof("v=STSv1") - 1, text.n);
	struct str trimmed = mtasts_trim(rest);

	if (rest.n > 0 && rest.p[0] == ';')
		return str_sub(rest, 1, rest.n);
	if (trimmed.n == 0)
		return trimmed;
	if (trimmed.p[0] == ';') {
		mtasts_fault_add(faults, "mtasts.txt_space_delim", 0, text);
		return str_sub(trimmed, 1, trimmed.n);
	}
	mtasts_fault_add(faults, "mtasts.txt_bad_delim", 0, text);
	if (!mtasts_alnum(trimmed.p[0]))
		trimmed = str_sub(trimmed, 1, trimmed.n);
	return trimmed;
}

bool
mtasts_parse_txt(struct str text, struct str *id, struct mtasts_faults *faults)
{
	struct fields in = { .faults = faults, .id = { "", 0 } };
	enum mtasts_kind kind = mtasts_kind(text);
	size_t before = faults->n;
	struct str rest, field = STR("");

	*id = in.id;
	if (kind == MTASTS_FOREIGN || kind == MTASTS_NEARLY) {
		mtasts_fault_add(faults,
				 has_version_later(text)
					 ? "mtasts.txt_v_not_first"
					 : "mtasts.txt_no_stsv1",
				 0, text);
		return false;
	}
	rest = behind_version(text, faults);
	while (str_split(&rest, ';', &field)) {
		field = mtasts_trim(field);
		/* Only the last one may be empty: a delimiter at the end. */
		if (field.n > 0)
			judge_field(&in, field);
		else if (mtasts_trim(rest).n > 0)
			mtasts_fault_add(faults, "mtasts.txt_field_syntax", 0,
					 text);
	}
	if (!in.has_id)
		mtasts_fault_add(faults, "mtasts.txt_id_missing", 0,
				 in.near.n > 0 ? in.near : text);
	*id = in.id;
	for (size_t i = before; i < faults->n; i++)
		if (faults->at[i].fatal)
			return false;
	return mtasts_id_valid(in.id);
}

bool
mtasts_print_txt(struct buf *out, struct str id)
{
	return mtasts_id_valid(id) &&
	       buf_addf(out, "v=STSv1; id=%.*s;", STR_ARG(id));
}

const char *
mtasts_make_id(int64_t now, char out[MTASTS_ID_SIZE])
{
	struct civil c = civil_from(now);

	snprintf(out, MTASTS_ID_SIZE, "%04u%02u%02u%02u%02u%02uZ",
		 (unsigned)c.year % 10000, (unsigned)c.month % 100,
		 (unsigned)c.day % 100, (unsigned)c.hour % 100,
		 (unsigned)c.minute % 100, (unsigned)c.second % 100);
	return out;
}
