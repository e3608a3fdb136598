/* bimi.c - the BIMI record. */
#include "base/base.h"
#include "bimi/bimi.h"
#include "dnsname/dnsname.h"
#include "generate/private.h"

void
generate_make_bimi(struct maker *m)
{
	const struct generate_wish *w = m->w;
	struct str selector = generate_get(w, GENERATE_SELECTOR), folded, text;
	struct bimi wish = { .valid = true, .has_l = true, .has_a = true };

	if (selector.n == 0)
		selector = S("default");
	if (!dnsname_fold(selector, m->mem, &folded)) {
		generate_refuse(m, "generate.bad_selector", selector);
		return;
	}
	wish.declined = generate_yes(w, GENERATE_DECLINE);
	if (!wish.declined) {
		wish.l = generate_get(w, GENERATE_LOGO);
		wish.a = generate_get(w, GENERATE_CERTIFICATE);
		wish.has_a = wish.a.n > 0;
		if (wish.l.n == 0) {
			generate_refuse(m, "generate.no_logo", S(""));
			return;
		}
	}
	if (!bimi_make(&wish, m->mem, &m->out->found, &text)) {
		generate_refuse(m, "generate.refused", S("BIMI"));
		return;
	}
	if (!generate_record(
		    m, generate_text(m->mem, "%.*s._bimi", STR_ARG(folded)).p,
		    RECORDS_TXT, text))
		return;
	if (!wish.declined)
		generate_tell(m, "generate.bimi_needs_dmarc", S(""));
	generate_step(m, "generate.step.look_bimi");
}

bool
generate_parse_bimi(struct generate_wish *w, struct str text,
		    struct finding_list *found)
{
	struct bimi rec;

	if (bimi_parse(text, &rec, NULL) != ERR_NONE ||
	    (!rec.valid && !rec.has_l && !rec.has_a))
		return false;
	bimi_lint(&rec, found);
	generate_set(w, GENERATE_LOGO, rec.l);
	generate_set(w, GENERATE_CERTIFICATE, rec.a);
	generate_set(w, GENERATE_DECLINE, rec.declined ? S("yes") : S("no"));
	return true;
}
