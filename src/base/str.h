/* str.h - borrowed text: a pointer and a length, never freed, not
 * NUL-terminated. It lives as long as whatever it was cut from. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/base.h"

struct str {
	const char *p;
	size_t n;
};

/* A literal as a constant expression; str_of for C strings (NULL = empty). */
#define STR(literal)                                                           \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}
#define S(literal) ((struct str)STR(literal))
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).n, (s).p

struct str str_of(const char *c);
bool str_eq(struct str a, struct str b);
/* ASCII case is ignored, other bytes must be equal. */
bool str_eq_fold(struct str a, struct str b);
/* memcmp order, the shorter first; for sorting. */
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_fold(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
bool str_ends_fold(struct str s, struct str suffix);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str s);
/* From byte `from` on, at most `n` bytes; clamped, so never out of bounds. */
struct str str_sub(struct str s, size_t from, size_t n);
/* Offset of the first `c` or `needle`, SIZE_MAX when there is none. */
size_t str_index(struct str s, char c);
size_t str_find(struct str s, struct str needle);
/* As str_find, ASCII case ignored. */
size_t str_find_fold(struct str s, struct str needle);
/* Cuts the piece before the first `sep` off `rest` into `piece`; false when
 * `rest` is used up. "a,,b" gives "a", "", "b"; "" gives nothing. */
bool str_split(struct str *rest, char sep, struct str *piece);
/* Decimal digits only, the whole of `s`. False on anything else and on
 * overflow; `out` is then untouched. */
bool str_u64(struct str s, uint64_t *out);
bool str_i64(struct str s, int64_t *out);
/* Value of a hexadecimal digit of either case, -1 of anything else. */
int str_hex(char c);
uint64_t str_hash(struct str s);

/* Length of the well-formed UTF-8 character at the start of `s` (1 to 4), 0
 * when `s` is empty or the bytes are not UTF-8 (RFC 3629). */
size_t str_utf8_len(struct str s);
bool str_is_utf8(struct str s);
/* Decodes that character into `code`; same return value. */
size_t str_utf8_get(struct str s, uint32_t *code);

#endif
