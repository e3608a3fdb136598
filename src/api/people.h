/* people.h - what the endpoints about people share. */
#ifndef API_PEOPLE_H
#define API_PEOPLE_H

#include "api/private.h"

/* The value of our cookie, empty when there is none. */
struct str api_cookie(const struct api_call *c);
/* Sends the cookie of a session; "" takes it away. */
enum err api_set_cookie(struct api_call *c, const char *secret,
			struct diag *why) MUST_CHECK;
/* Makes whoever asks the user of the session. */
void api_person_is(struct api_call *c, const struct control_session *s,
		   struct api_person *out);
/* ERR_GONE "api.not_allowed" when a program's token asks for what only
 * people have. */
enum err api_only_users(const struct api_call *c, struct diag *why) MUST_CHECK;
/* The members of a user, and of a session with schema and all. */
void api_put_user(struct json_out *j, const struct control_user *user);
/* ERR_SYNTAX "control.bad_value": `member` of the body, or a header, is not
 * what it has to be. */
enum err api_bad_value(const char *member, struct diag *why);
/* The body, which has to be sent as JSON: a form of another site could send
 * it under another name. */
enum err api_json_body(struct api_call *c, struct json **out,
		       struct diag *why) MUST_CHECK;
/* An answer without a body. */
enum err api_nothing(struct api_call *c);

#endif
