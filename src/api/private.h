/* private.h - a request while it is being answered, and what answers use. */
#ifndef API_PRIVATE_H
#define API_PRIVATE_H

#include "api/api.h"
#include "control/control.h"
#include "finding/finding.h"
#include "geo/geo.h"
#include "json/json.h"
#include "store/store.h"

struct api {
	struct api_options o;
	struct store *store;
	struct control *control; /* people.c opens it */
	struct geo *geo;
	struct buf body; /* of the answer; kept for its memory */
};

/* What somebody may do; a route asks for one of them, or for nothing. */
enum api_may {
	API_ANYBODY = 0,
	API_READ = 1,
	API_UPLOAD = 2, /* hand reports in */
	API_CHANGE = 4
};

/* Who asks. Texts live in the call's arena. */
struct api_person {
	bool known;
	int64_t owner;   /* whose data: every question is scoped by it */
	int64_t user;    /* 0: a program's token */
	struct str name; /* for the audit log: "anna", "token:backup" */
	unsigned may;    /* enum api_may, as bits */
	enum finding_lang lang;
	struct control_user account; /* when `user` */
	char csrf[CONTROL_SECRET_SIZE];
};

struct api_pair {
	struct str name, value;
	bool used;
};
enum { API_PARAMS_MAX = 4, API_ARGS_MAX = 200 };

struct api_call {
	struct api *api;
	const struct api_request *request;
	const struct api_sink *sink;
	struct arena *mem;
	int64_t now;
	struct api_person person;
	struct str param[API_PARAMS_MAX];  /* of the path, decoded */
	struct api_pair arg[API_ARGS_MAX]; /* of the query, decoded */
	size_t arg_count;
	struct api_head head; /* status 200 and JSON unless changed */
	struct buf *body;
	struct json_out json; /* into body */
	bool streaming;       /* sent as it grows, without an ETag */
	bool sent;            /* the head is out */
	bool unwanted;        /* nobody reads any more */
};

/* Writes the answer into the call's body; anything but ERR_NONE becomes a
 * problem with the code of `why` (api_status_of), unless a part is out. */
typedef enum err (*api_handler)(struct api_call *c, struct diag *why);

enum api_trait {
	API_SLOW = 1,    /* may take long: see api_is_slow */
	API_TAKES = 2,   /* the body is a report, for the spool */
	API_NO_ETAG = 4, /* never answered by 304: sessions, secrets */
	API_EXPORTS = 8, /* slow when it has format= */
	API_PUBLIC = 16, /* open to anybody on a public instance */
	API_LARGE = 32   /* a body of API_LARGE_MAX, and asked rarely */
};
struct api_route {
	enum api_method method;
	const char *path; /* "/api/v1/reports/{id}" */
	enum api_may needs;
	unsigned traits; /* enum api_trait */
	api_handler answer;
};
/* All routes, ended by one without a path. */
extern const struct api_route api_routes[];
/* Finds the route of a path (still encoded) and cuts out its parameters. NULL:
 * there is none; then `allowed` (may be NULL) tells whether another method
 * would do. */
const struct api_route *api_route_find(enum api_method method, struct str path,
				       struct str param[API_PARAMS_MAX],
				       bool *allowed);

/* ---- people.c ---- */

enum err api_people_open(struct api *a, struct diag *why) MUST_CHECK;
void api_people_close(struct api *a);
/* Tells who asks: by session cookie or by bearer token. Nobody (known false,
 * language by Accept-Language) is no failure: the router refuses with 401
 * where somebody is needed. Failures: a writing request of a session without
 * its csrf (ERR_GONE "api.bad_csrf"), the store's own. */
enum err api_person_of(struct api_call *c, struct api_person *out,
		       struct diag *why) MUST_CHECK;
/* Whether made-up reports are loaded. */
bool api_has_sample(struct api_call *c);
/* Writes down who did what: `action` a fixed word ("domain.add"). */
enum err api_audit(struct api_call *c, const char *action, struct str object,
		   struct diag *why) MUST_CHECK;

/* ---- call.c: what was asked ---- */

/* %XX, and with `plus` also "+" as a blank; `mem` full or a bad escape: the
 * bytes as they are. */
struct str api_decode(struct arena *mem, struct str text, bool plus);
void api_args_read(struct api_call *c);
/* The last value of that name, which counts as used; empty when absent. */
struct str api_arg(struct api_call *c, const char *name);
bool api_arg_seen(const struct api_call *c, const char *name); /* not used */
bool api_arg_yes(struct api_call *c, const char *name); /* "true", "1", "" */
/* A path parameter as a number: ERR_GONE "api.no_page" when it is none. */
enum err api_param_id(struct api_call *c, size_t i, int64_t *out,
		      struct diag *why) MUST_CHECK;
/* The request's body as JSON: ERR_SYNTAX "api.bad_body". */
enum err api_body(struct api_call *c, struct json **out,
		  struct diag *why) MUST_CHECK;

/* ---- answer.c: what is answered ---- */

/* Opens the object of an answer with its schema. */
struct json_out *api_begin(struct api_call *c, const char *schema);
void api_end(struct api_call *c);
void api_put_i64(struct json_out *j, const char *key, int64_t n, bool known);
void api_put_day(struct json_out *j, const char *key, int64_t day);
/* Sends what is ready when the answer is a stream and enough has come
 * together. ERR_STOP: nobody wants the rest. */
enum err api_flush(struct api_call *c);
int api_status_of(enum err err, const struct diag *why);
/* A problem instead of whatever is in the body. */
void api_problem(struct api_call *c, int status, const struct diag *why);
/* Head (when not yet out), ETag or 304, the rest of the body. */
void api_send(struct api_call *c, bool etag);

/* ---- question.c: URL parameters as questions ---- */

enum { API_IGNORED_MAX = 50 };
struct api_question {
	struct store_query q;
	struct str ignored[API_IGNORED_MAX]; /* names nobody knows */
	size_t ignored_count;
	bool limited;          /* the limit was asked for */
	const char *preset_by; /* "to_domain", "reporter_family", or NULL */
};
/* All parameters not used yet. `range` ("30d", NULL: all time) and `group`
 * (NULL: none) stand in where none is given. */
enum err api_question(struct api_call *c, const char *range, const char *group,
		      struct api_question *out, struct diag *why) MUST_CHECK;
/* Adds the filters of `preset=`; nothing when `name` is empty. */
enum err api_preset(struct api_call *c, struct str name,
		    struct api_question *asked, struct diag *why) MUST_CHECK;
/* The member `query`: what was understood. */
void api_put_query(struct json_out *j, const struct api_question *asked,
		   const char *group);
void api_put_ignored(struct json_out *j, const struct api_question *asked);
/* The only domain asked for, else empty. */
struct str api_only_domain(const struct store_query *q);
void api_add_filter(struct store_query *q, enum store_field field,
		    struct str value);

/* ---- csv.c ---- */

enum api_format { API_AS_PAGE, API_AS_JSON, API_AS_CSV };
/* Of the parameter `format`, and whether the answer is a file: then it
 * streams and has a name for saving, "example.com_sources_..._....csv". */
enum err api_format(struct api_call *c, enum api_format *out,
		    struct diag *why) MUST_CHECK;
void api_file(struct api_call *c, enum api_format format, const char *what,
	      const struct store_query *q);
struct api_csv {
	struct api_call *call;
	bool first; /* in its line */
	char separator;
};
/* Content type, byte order mark when asked for, and the line of headings. */
void api_csv_begin(struct api_csv *csv, struct api_call *c,
		   const char *const *names, size_t count);
void api_csv_text(struct api_csv *csv, struct str text);
void api_csv_i64(struct api_csv *csv, int64_t n, bool known);
enum err api_csv_row_end(struct api_csv *csv) MUST_CHECK;

#endif
