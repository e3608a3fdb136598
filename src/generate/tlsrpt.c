/* tlsrpt.c - the TLS-RPT record (RFC 8460 section 3). */
#include "base/base.h"
#include "generate/private.h"
#include "tlsrptrec/tlsrptrec.h"

void
generate_make_tlsrpt(struct maker *m)
{
	const struct generate_values *v = &m->w->v[GENERATE_RUA];
	struct tlsrptrec rec = { .rua_n = 0 };
	SCOPED_BUF text = BUF(8192);
	struct str value;

	if (v->n == 0 || v->n > TLSRPTREC_RUA_MAX) {
		generate_refuse(m, "generate.no_rua", S(""));
		return;
	}
	for (size_t i = 0; i < v->n; i++) {
		rec.rua[rec.rua_n] = generate_uri(m->mem, v->at[i]);
		if (rec.rua[rec.rua_n++].n == 0) {
			generate_refuse(m, "generate.bad_uri", v->at[i]);
			return;
		}
	}
	if (!tlsrptrec_print(&text, &rec)) {
		generate_refuse(m, "generate.bad_uri", rec.rua[0]);
		return;
	}
	if (!arena_dup(m->mem, buf_str(&text), &value) ||
	    !generate_record(m, "_smtp._tls", RECORDS_TXT, value))
		return;
	generate_step(m, "generate.step.one_tlsrpt");
	generate_step(m, "generate.step.look_tlsrpt");
}

bool
generate_parse_tlsrpt(struct generate_wish *w, struct str text,
		      struct finding_list *found)
{
	struct tlsrptrec_faults faults = { .n = 0 };
	struct tlsrptrec rec;

	(void)tlsrptrec_parse(text, w->mem, &rec, &faults);
	if (rec.rua_n == 0)
		return false;
	for (size_t i = 0; i < faults.n; i++)
		(void)finding_add(found, faults.at[i].code, text, "detail",
				  &faults.at[i].text, NULL);
	w->v[GENERATE_RUA].n = 0;
	for (size_t i = 0; i < rec.rua_n; i++)
		generate_add(w, GENERATE_RUA, rec.rua[i]);
	return true;
}
