/* Classes of rows that are kept by address: what the user said of the source
 * may change any day, so they are worked out when asked for. */
#include "store/query_tally.h"

enum { JUDGED_MAX = 1 << 20 };

struct store_classes {
	struct map *judged; /* source: triage */
	bool wanted[SENDER_CLASSES];
};

void
store_classes_cleanup(struct store_classes **c)
{
	if (*c == NULL)
		return;
	map_free((*c)->judged);
	heap_free(*c);
	*c = NULL;
}

/* Those for all domains first, so that the one for the domain replaces it. */
static enum err
load(struct store *s, const struct store_query *q, struct store_classes *c,
     struct diag *why)
{
	SCOPED_SELECT sql = STORE_SELECT_INIT(STORE_T_ROWS, STORE_S_TALLY);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e;

	store_bind_head(&sql, q);
	buf_addz(&sql.text, "SELECT source,triage FROM triage WHERE owner=?1"
			    " AND triage>0 AND (domain=0 OR domain IN (");
	e = store_put_set(q, STORE_F_DOMAIN, false, &sql, why);
	buf_addz(&sql.text, ")) ORDER BY domain");
	if (e == ERR_NONE)
		e = store_select_prepare(s, &sql, &st, why);
	while (e == ERR_NONE) {
		int64_t source;

		e = db_step(st, &row, why);
		if (e != ERR_NONE || !row)
			break;
		source = db_i64(st, 0);
		map_put(c->judged,
			(struct str){ (const char *)&source, sizeof(source) },
			db_u64(st, 1));
	}
	return e;
}

enum err
store_classes_load(struct store *s, const struct store_query *q,
		   struct store_classes **out, struct diag *why)
{
	SCOPED_CLASSES c = heap_new(sizeof(*c));
	enum err e = store_value_table(q, STORE_F_CLASS, SENDER_CLASSES,
				       c->wanted, why);

	c->judged = map_new(JUDGED_MAX);
	if (e == ERR_NONE)
		e = load(s, q, c, why);
	if (e != ERR_NONE)
		return e;
	*out = c;
	c = NULL;
	return ERR_NONE;
}

bool
store_classes_judge(const struct store_classes *c, struct store_cell *cell,
		    int64_t overrides)
{
	const struct str key = { (const char *)&cell->source,
				 sizeof(cell->source) };
	uint64_t triage = SENDER_NOT_TRIAGED;

	if (map_count(c->judged) > 0)
		(void)map_get(c->judged, key, &triage);
	cell->class_number = store_class_of(cell->verdict, overrides,
					    (enum sender_triage)triage);
	return cell->class_number >= 0 && cell->class_number < SENDER_CLASSES &&
	       c->wanted[cell->class_number];
}
