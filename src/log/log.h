/* log.h - one line for each event, for people and for machines.
 *
 * An event has a fixed name and pairs of key and value. Values are escaped;
 * nothing secret and nothing of a message's content belongs into one.
 */
#ifndef LOG_H
#define LOG_H

#include "base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
enum log_form {
	LOG_TEXT, /* 2026-11-22T14:03:07Z info smtp accepted peer=... */
	LOG_JSON  /* {"time":"...","level":"info","role":"smtp",...} */
};

/* Where this process writes, and as whom. Before it is called lines go to
 * standard error as text, role "waxseal". `role` must live on. `clock` gives
 * UTC seconds. */
void log_start(int fd, enum log_form form, enum log_level least,
	       const char *role, int64_t (*clock)(void));
bool log_level_parse(struct str name, enum log_level *out);

struct log_pair {
	const char *key; /* NULL ends a list */
	struct str text;
	int64_t number;
	bool is_number;
};

static inline struct log_pair
log_text(const char *key, struct str text)
{
	return (struct log_pair){ .key = key, .text = text };
}

static inline struct log_pair
log_number(const char *key, int64_t number)
{
	return (struct log_pair){ .key = key,
				  .number = number,
				  .is_number = true };
}

/* The code and detail of `why` as the pairs "code" and "detail". */
void log_event(enum log_level level, const char *event, const struct diag *why,
	       const struct log_pair *pairs);

#define LOG_PAIRS(...)                                                         \
	(const struct log_pair[])                                              \
	{                                                                      \
		__VA_ARGS__ __VA_OPT__(, )                                     \
		{                                                              \
			0                                                      \
		}                                                              \
	}
/* log_info(event, pair...); log_warn(event, why, pair...). All names are in
 * one list so that no pair at all is good C, too. */
#define LOG_FIRST(a, ...) a
#define LOG_SECOND(a, b, ...) b
#define LOG_BEHIND_1(a, ...) LOG_PAIRS(__VA_ARGS__)
#define LOG_BEHIND_2(a, b, ...) LOG_PAIRS(__VA_ARGS__)
#define log_info(...)                                                          \
	log_event(LOG_INFO, LOG_FIRST(__VA_ARGS__, 0), NULL,                   \
		  LOG_BEHIND_1(__VA_ARGS__, { 0 }))
#define log_warn(...)                                                          \
	log_event(LOG_WARN, LOG_FIRST(__VA_ARGS__, 0),                         \
		  LOG_SECOND(__VA_ARGS__, 0, 0),                               \
		  LOG_BEHIND_2(__VA_ARGS__, { 0 }))
#define log_error(...)                                                         \
	log_event(LOG_ERROR, LOG_FIRST(__VA_ARGS__, 0),                        \
		  LOG_SECOND(__VA_ARGS__, 0, 0),                               \
		  LOG_BEHIND_2(__VA_ARGS__, { 0 }))

#endif
