/* Taking reports out again, with their share of every sum. */
#include "store/item.h"

enum err
store_remove(struct store *s, int64_t id, bool keep_raw, struct diag *why)
{
	static const enum store_sql DROPS[] = { SQL_DROP_TLS_FAILURES,
						SQL_DROP_TLS_POLICIES,
						SQL_DROP_FAILURE,
						SQL_DROP_REPORT };
	const int64_t rows[2] = { store_row_first(id),
				  store_row_first(id + 1) };
	struct store_known r;
	enum err e = store_known(s, id, &r, why);

	if (e == ERR_NONE && r.found && r.state == STORE_IMPORTED &&
	    r.rows_kept)
		e = store_count_report(s, id, false, why);
	if (e == ERR_NONE)
		e = store_do(s, SQL_DROP_ROWS, rows, 2, why);
	if (e == ERR_NONE && !keep_raw)
		e = store_do(s, SQL_DROP_RAW, &id, 1, why);
	if (e == ERR_NONE && !keep_raw)
		e = store_do(s, SQL_DROP_MAIL, &id, 1, why);
	for (size_t i = 0; e == ERR_NONE && i < COUNT_OF(DROPS); i++)
		e = store_do(s, DROPS[i], &id, 1, why);
	return e;
}
