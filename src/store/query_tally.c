/* Sums by group, in one pass over the rows of an answer: a hash table is
 * several times faster than sorting them all in the database. */
#include "store/query_tally.h"

#include <string.h>

enum { FIRST_SLOTS = 256, TEXT_BYTES_MAX = 256 << 20 };

/* Open addressing; a power of two, at most half full. 0 is free, the totals
 * (group 0) are never looked for. */
struct slots {
	uint32_t *at;
	size_t room;
};

struct pair {
	uint32_t group; /* 0 and source 0: free; both are stored plus one */
	uint32_t source;
};

struct store_tally {
	struct store_group *groups; /* the first is the totals */
	size_t count, room;
	struct slots slots;
	size_t last; /* rows of one group often follow each other */
	bool sources, of_groups;
	struct pair *pairs;
	size_t pair_count, pair_room;
	struct arena *mem;
	struct map *texts; /* NULL until one is interned */
};

static struct store_group
empty_group(int64_t number)
{
	struct store_group g = { .number = number };

	g.m[STORE_M_FIRST_SEEN] = INT64_MAX;
	g.m[STORE_M_LAST_SEEN] = INT64_MIN;
	return g;
}

struct store_tally *
store_tally_new(bool sources, bool of_groups)
{
	struct store_tally *t = heap_new(sizeof(*t));

	t->sources = sources;
	t->of_groups = sources && of_groups;
	t->room = FIRST_SLOTS / 2;
	t->groups = heap_new(t->room * sizeof(*t->groups));
	t->groups[t->count++] = empty_group(0);
	t->slots.room = FIRST_SLOTS;
	t->slots.at = heap_new(FIRST_SLOTS * sizeof(*t->slots.at));
	t->pair_room = FIRST_SLOTS;
	t->pairs = heap_new(FIRST_SLOTS * sizeof(*t->pairs));
	t->mem = arena_new(TEXT_BYTES_MAX);
	return t;
}

void
store_tally_free(struct store_tally *t)
{
	if (t == NULL)
		return;
	heap_free(t->groups);
	heap_free(t->slots.at);
	heap_free(t->pairs);
	arena_free(t->mem);
	map_free(t->texts);
	heap_free(t);
}

void
store_tally_cleanup(struct store_tally **t)
{
	store_tally_free(*t);
	*t = NULL;
}

static size_t
mixed(uint64_t n)
{
	n ^= n >> 32;
	n *= 0xD6E8FEB86659FD93u;
	n ^= n >> 32;
	return (size_t)n;
}

static void
widen_slots(struct store_tally *t)
{
	size_t room = t->slots.room * 2;
	uint32_t *at = heap_new(room * sizeof(*at));

	for (size_t i = 1; i < t->count; i++) {
		size_t k = mixed((uint64_t)t->groups[i].number) & (room - 1);

		while (at[k] != 0)
			k = (k + 1) & (room - 1);
		at[k] = (uint32_t)i;
	}
	heap_free(t->slots.at);
	t->slots.at = at;
	t->slots.room = room;
}

/* Index of the group; 0 when there is none. */
static size_t
find_group(const struct store_tally *t, int64_t number)
{
	size_t k = mixed((uint64_t)number) & (t->slots.room - 1);

	for (; t->slots.at[k] != 0; k = (k + 1) & (t->slots.room - 1))
		if (t->groups[t->slots.at[k]].number == number)
			return t->slots.at[k];
	return 0;
}

/* Index of the group, made when it is new; 0 when there are too many. */
static size_t
group_of(struct store_tally *t, int64_t number)
{
	size_t k;

	if (t->last != 0 && t->groups[t->last].number == number)
		return t->last;
	if (t->count * 2 >= t->slots.room)
		widen_slots(t);
	k = mixed((uint64_t)number) & (t->slots.room - 1);
	while (t->slots.at[k] != 0) {
		t->last = t->slots.at[k];
		if (t->groups[t->last].number == number)
			return t->last;
		k = (k + 1) & (t->slots.room - 1);
	}
	if (t->count > STORE_GROUPS_MAX)
		return 0;
	if (t->count == t->room) {
		t->room *= 2;
		t->groups = heap_grow(t->groups, t->room, sizeof(*t->groups));
	}
	t->last = t->count++;
	t->slots.at[k] = (uint32_t)t->last;
	t->groups[t->last] = empty_group(number);
	return t->last;
}

static void
put_pair(struct pair *pairs, size_t room, struct pair p, bool *is_new)
{
	uint64_t both = (uint64_t)p.group << 32 | p.source;
	size_t k = mixed(both) & (room - 1);

	*is_new = false;
	while (pairs[k].group != 0) {
		if (pairs[k].group == p.group && pairs[k].source == p.source)
			return;
		k = (k + 1) & (room - 1);
	}
	pairs[k] = p;
	*is_new = true;
}

static void
widen_pairs(struct store_tally *t)
{
	size_t room = t->pair_room * 2;
	struct pair *pairs = heap_new(room * sizeof(*pairs));
	bool is_new;

	for (size_t i = 0; i < t->pair_room; i++)
		if (t->pairs[i].group != 0)
			put_pair(pairs, room, t->pairs[i], &is_new);
	heap_free(t->pairs);
	t->pairs = pairs;
	t->pair_room = room;
}

static bool
count_source(struct store_tally *t, size_t group, int64_t source)
{
	struct pair p = { (uint32_t)group + 1, (uint32_t)source };
	bool is_new;

	if (source == 0) /* not known yet */
		return true;
	if (t->pair_count * 2 >= t->pair_room)
		widen_pairs(t);
	put_pair(t->pairs, t->pair_room, p, &is_new);
	t->pair_count += is_new;
	t->groups[group].m[STORE_M_SOURCES] += is_new;
	return t->pair_count < STORE_PAIRS_MAX;
}

static void
widen_days(struct store_group *g, int64_t day)
{
	if (day < g->m[STORE_M_FIRST_SEEN])
		g->m[STORE_M_FIRST_SEEN] = day;
	if (day > g->m[STORE_M_LAST_SEEN])
		g->m[STORE_M_LAST_SEEN] = day;
}

static bool
add(struct store_tally *t, size_t group, const struct store_cell *cell)
{
	static const enum store_measure of_class[SENDER_CLASSES] = {
		[SENDER_OWN] = STORE_M_OWN,
		[SENDER_FORWARDED] = STORE_M_FORWARDED,
		[SENDER_UNRECOGNISED] = STORE_M_UNRECOGNISED,
		[SENDER_BLOCKED] = STORE_M_BLOCKED,
	};
	struct store_group *g = &t->groups[group];
	bool dkim = (cell->verdict & STORE_V_DKIM) != 0;
	bool spf = (cell->verdict & STORE_V_SPF) != 0;
	int64_t n = cell->messages;

	g->m[STORE_M_MESSAGES] += n;
	g->m[STORE_M_ROWS] += cell->rows;
	g->policy[cell->verdict >> STORE_V_POLICY & DMARC_POLICY_REJECT] += n;
	g->m[STORE_M_PASSED] += dkim || spf ? n : 0;
	g->m[STORE_M_DKIM_ALIGNED] += dkim ? n : 0;
	g->m[STORE_M_SPF_ALIGNED] += spf ? n : 0;
	if (cell->class_number >= 0 && cell->class_number < SENDER_CLASSES)
		g->m[of_class[cell->class_number]] += n;
	if (cell->class_number == SENDER_OWN && (dkim || spf))
		g->m[STORE_M_OWN_PASSED] += n;
	widen_days(g, cell->day);
	return !(group == 0 ? t->sources : t->of_groups) ||
	       count_source(t, group, cell->source);
}

bool
store_tally_add(struct store_tally *t, int64_t number,
		const struct store_cell *cell)
{
	size_t group = group_of(t, number);

	return group != 0 && add(t, group, cell);
}

bool
store_tally_add_total(struct store_tally *t, const struct store_cell *cell)
{
	return add(t, 0, cell);
}

void
store_tally_report(struct store_tally *t, int64_t number, int64_t count)
{
	size_t group = find_group(t, number);

	if (group != 0)
		t->groups[group].m[STORE_M_REPORTS] += count;
}

void
store_tally_report_total(struct store_tally *t, int64_t count)
{
	t->groups[0].m[STORE_M_REPORTS] += count;
}

int64_t
store_tally_intern(struct store_tally *t, struct str text)
{
	uint64_t number;

	if (t->texts == NULL)
		t->texts = map_new(STORE_GROUPS_MAX);
	if (map_get(t->texts, text, &number))
		return (int64_t)number;
	number = map_count(t->texts);
	if (number == STORE_GROUPS_MAX)
		return -1;
	map_put(t->texts, text, number);
	return (int64_t)number;
}

struct naming {
	struct store_tally *t;
	bool fits;
};

static bool
name_group(void *ctx, struct str key, uint64_t value)
{
	struct naming *n = ctx;
	size_t group = group_of(n->t, (int64_t)value);

	n->fits = group != 0 &&
		  arena_dup(n->t->mem, key, &n->t->groups[group].key);
	return n->fits;
}

bool
store_tally_name_texts(struct store_tally *t)
{
	struct naming n = { t, true };

	if (t->texts != NULL)
		map_each(t->texts, name_group, &n);
	return n.fits;
}

struct store_group *
store_tally_groups(struct store_tally *t, size_t *count)
{
	*count = t->count - 1;
	return t->groups + 1;
}

const struct store_group *
store_tally_total(const struct store_tally *t)
{
	return &t->groups[0];
}

struct arena *
store_tally_memory(struct store_tally *t)
{
	return t->mem;
}
