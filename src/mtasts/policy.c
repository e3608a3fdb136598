/* policy.c - the policy file, line by line (RFC 8461 section 3.2), so that
 * every fault is named and what was meant is understood. */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/policy.h"
#include "mtasts/private.h"

#include <string.h>

enum { AGE_DIGITS_MAX = 10 };

static void
fault(struct mtasts_reader *in, const char *code)
{
	mtasts_fault_add(in->faults, code, in->line, in->raw);
}

/* ---- values ---- */

static void
read_version(struct mtasts_reader *in, struct str value)
{
	if (!str_eq(value, S("STSv1")))
		fault(in, "mtasts.pol_version_wrong");
	else if (in->keys_seen > 1)
		fault(in, "mtasts.pol_version_not_first");
}

static void
read_mode(struct mtasts_reader *in, struct str value)
{
	enum mtasts_mode mode = mtasts_mode_exact(value);

	if (mode == MTASTS_NO_MODE) {
		mode = mtasts_mode_translated(value);
		if (mode == MTASTS_NO_MODE) {
			fault(in, "mtasts.pol_mode_unknown");
			mode = mtasts_mode_near(value);
		} else {
			fault(in, "mtasts.pol_key_translated");
		}
	}
	in->out->mode = mode;
}

/* "7d", "604800 seconds": what a person may have meant, in seconds. */
static bool
mend_age(struct str value, uint64_t *out)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = { { "s", 1 },
		      { "h", 3600 },
		      { "t", 3600 },
		      { "d", CIVIL_DAY },
		      { "日", CIVIL_DAY },
		      { "w", 7ULL * CIVIL_DAY },
		      { "u", 7ULL * CIVIL_DAY },
		      { "週", 7ULL * CIVIL_DAY } };
	size_t digits = 0;
	struct str unit;

	while (digits < value.n && value.p[digits] >= '0' &&
	       value.p[digits] <= '9')
		digits++;
	if (digits > AGE_DIGITS_MAX || !str_u64(str_sub(value, 0, digits), out))
		return false;
	unit = mtasts_trim(str_sub(value, digits, value.n));
	for (size_t i = 0; i < COUNT_OF(units); i++)
		if (str_starts_fold(unit, str_of(units[i].unit))) {
			*out *= units[i].seconds;
			break;
		}
	return true;
}

static bool
all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n > 0;
}

static void
read_age(struct mtasts_reader *in, struct str value)
{
	uint64_t age = 0;

	if (all_digits(value)) {
		if (!str_u64(value, &age) || age > MTASTS_AGE_MAX ||
		    value.n > AGE_DIGITS_MAX)
			fault(in, "mtasts.pol_maxage_too_big");
		age = value.n > AGE_DIGITS_MAX ? UINT64_MAX : age;
	} else if (value.n > 1 && value.p[0] == '-' &&
		   all_digits(str_sub(value, 1, value.n))) {
		fault(in, "mtasts.pol_maxage_negative");
		return;
	} else {
		fault(in, "mtasts.pol_maxage_nan");
		if (!mend_age(value, &age))
			return;
	}
	in->out->has_age = true;
	in->out->max_age =
		age > MTASTS_AGE_MAX ? MTASTS_AGE_MAX : (uint32_t)age;
}

/* ---- lines ---- */

static void
read_value(struct mtasts_reader *in, enum mtasts_key key, struct str value)
{
	if (key != MTASTS_KEY_MX && in->seen[key]) {
		fault(in, "mtasts.pol_dup_key");
		return;
	}
	in->seen[key] = true;
	switch (key) {
	case MTASTS_KEY_VERSION:
		read_version(in, value);
		break;
	case MTASTS_KEY_MODE:
		read_mode(in, value);
		break;
	case MTASTS_KEY_AGE:
		read_age(in, value);
		break;
	case MTASTS_KEY_MX:
		mtasts_read_mx(in, value);
		break;
	case MTASTS_KEYS:
		break;
	}
}

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* A key that no sender knows: a slip is read as it was meant, but to senders
 * the field is missing. */
static void
read_strange(struct mtasts_reader *in, struct str key, struct str value)
{
	enum mtasts_key meant = mtasts_key_translated(key);

	if (meant != MTASTS_KEYS) {
		fault(in, "mtasts.pol_key_translated");
		read_value(in, meant, value);
		return;
	}
	if (!is_ascii(key)) {
		fault(in, "mtasts.pol_key_translated");
		return;
	}
	fault(in, "mtasts.pol_unknown_key");
	meant = mtasts_key_near(key);
	if (meant == MTASTS_KEYS || in->seen[meant])
		return;
	in->near[meant] = in->raw;
	in->near_line[meant] = in->line;
	in->slips[in->slips_n++ % COUNT_OF(in->slips)] =
		(struct mtasts_slip){ meant, value, in->line, in->raw };
}

/* `s` has no blank at its ends. */
static void
read_field(struct mtasts_reader *in, struct str s)
{
	size_t colon = str_index(s, ':');
	struct str key = str_sub(s, 0, colon);
	struct str value = { "", 0 };
	enum mtasts_key exact = mtasts_key_exact(key);

	if (mtasts_path_translated(s)) {
		fault(in, "mtasts.pol_key_translated");
		return;
	}
	if (mtasts_has_wide(colon == SIZE_MAX || exact < MTASTS_KEYS ? s
								     : key)) {
		fault(in, "mtasts.pol_fullwidth");
		if (!mtasts_narrow(s, in->mem, &s)) {
			in->full = true;
			return;
		}
		colon = str_index(s, ':');
		key = mtasts_trim(str_sub(s, 0, colon));
	}
	if (colon == SIZE_MAX || colon == 0) {
		fault(in, "mtasts.pol_no_colon");
		colon = str_index(s, '=');
		if (colon == SIZE_MAX)
			return;
		key = mtasts_trim(str_sub(s, 0, colon));
	}
	value = mtasts_trim(str_sub(s, colon + 1, s.n));
	in->keys_seen++;
	exact = mtasts_key_exact(key);
	if (exact < MTASTS_KEYS)
		read_value(in, exact, value);
	else
		read_strange(in, mtasts_trim(key), value);
}

static void
read_line(struct mtasts_reader *in, struct str line)
{
	struct str s = mtasts_trim(line);

	in->line++;
	in->raw = line;
	if (s.n == 0) {
		if (!in->blank)
			fault(in, "mtasts.pol_blank_midline");
		in->blank = true;
		return;
	}
	if (line.p[0] == ' ' || line.p[0] == '\t')
		fault(in, "mtasts.pol_leading_space");
	read_field(in, s);
}

/* Cuts the next line off `rest`: ended by LF, CRLF, or a bare CR, which is
 * none of the two that the grammar allows. */
static struct str
next_line(struct mtasts_reader *in, struct str *rest)
{
	size_t n = 0;
	struct str line;

	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	line = str_sub(*rest, 0, n);
	if (n < rest->n && rest->p[n] == '\r') {
		if (n + 1 < rest->n && rest->p[n + 1] == '\n')
			n++;
		else
			in->bare_cr = in->bare_cr ? in->bare_cr : in->line + 1;
	}
	*rest = str_sub(*rest, n + 1, rest->n);
	return line;
}

/* ---- the whole ---- */

static void
missing(struct mtasts_reader *in, enum mtasts_key key, const char *code)
{
	if (!in->seen[key])
		mtasts_fault_add(in->faults, code, in->near_line[key],
				 in->near[key]);
}

/* Slips fill what is missing in the best reading, without making it valid. */
static void
read_slips(struct mtasts_reader *in)
{
	size_t n = in->slips_n < COUNT_OF(in->slips) ? in->slips_n
						     : COUNT_OF(in->slips);
	bool was_seen[MTASTS_KEYS];

	memcpy(was_seen, in->seen, sizeof(was_seen));
	for (size_t i = 0; i < n; i++) {
		const struct mtasts_slip *slip = &in->slips[i];

		if (was_seen[slip->key])
			continue;
		in->line = slip->line;
		in->raw = slip->raw;
		read_value(in, slip->key, slip->value);
	}
}

static void
judge_whole(struct mtasts_reader *in)
{
	in->line = 0;
	in->raw = (struct str){ "", 0 };
	missing(in, MTASTS_KEY_VERSION, "mtasts.pol_version_missing");
	missing(in, MTASTS_KEY_MODE, "mtasts.pol_mode_missing");
	if (in->out->mode != MTASTS_OFF)
		missing(in, MTASTS_KEY_MX, "mtasts.pol_mx_missing");
	missing(in, MTASTS_KEY_AGE, "mtasts.pol_maxage_missing");
	if (in->bare_cr)
		mtasts_fault_add(in->faults, "mtasts.pol_cr_only", in->bare_cr,
				 in->raw);
	read_slips(in);
	in->line = 0;
	mtasts_close_mx(in);
	if (in->full)
		fault(in, "mtasts.too_large");
}

static struct str
skip_mark(struct str text, struct mtasts_faults *faults)
{
	if (str_starts(text, S("\xEF\xBB\xBF"))) {
		mtasts_fault_add(faults, "mtasts.pol_bom", 1,
				 str_sub(text, 0, 3));
		return str_sub(text, 3, text.n);
	}
	if (str_starts(text, S("\xFF\xFE")) || str_starts(text, S("\xFE\xFF")))
		mtasts_fault_add(faults, "mtasts.pol_bom", 1,
				 str_sub(text, 0, 2));
	return text;
}

bool
mtasts_parse_policy(struct str text, struct arena *mem,
		    struct mtasts_policy *out, struct mtasts_faults *faults)
{
	struct mtasts_reader in = { .mem = mem, .out = out, .faults = faults };
	size_t before = faults->n;
	struct str rest;

	*out = (struct mtasts_policy){ .mode = MTASTS_NO_MODE };
	if (text.n > FACTS_BODY_MAX) {
		mtasts_fault_add(faults, "mtasts.too_large", 0,
				 (struct str){ "", 0 });
		return false;
	}
	rest = skip_mark(text, faults);
	if (str_trim(rest).n == 0) {
		mtasts_fault_add(faults, "mtasts.pol_empty", 0, text);
		return false;
	}
	if (str_trim(rest).p[0] == '{') {
		mtasts_fault_add(faults, "mtasts.pol_json", 1,
				 str_sub(str_trim(rest), 0, 1));
		return false;
	}
	while (rest.n > 0)
		read_line(&in, next_line(&in, &rest));
	judge_whole(&in);
	for (size_t i = before; i < faults->n; i++)
		if (faults->at[i].fatal)
			return false;
	return out->mode != MTASTS_NO_MODE && out->has_age;
}
