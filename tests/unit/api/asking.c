/* asking.c - an instance of its own, and requests to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "asking.h"

#include <dirent.h>

static int64_t clock_now = NOW;

int64_t
asking_clock(void)
{
	return clock_now;
}

void
asking_set_clock(int64_t now)
{
	clock_now = now;
}

static void
copy(char *to, size_t room, struct str text)
{
	assert_true(text.n < room);
	memcpy(to, text.p, text.n);
	to[text.n] = '\0';
}

static void
take_head(void *ctx, const struct api_head *head)
{
	struct answer *got = ctx;

	got->head = *head;
	copy(got->cookie, sizeof(got->cookie),
	     head->set_cookie.n ? head->set_cookie : S(""));
	copy(got->id, sizeof(got->id),
	     head->envelope.id.n ? head->envelope.id : S(""));
	copy(got->name, sizeof(got->name),
	     head->envelope.name.n ? head->envelope.name : S(""));
	copy(got->domain, sizeof(got->domain),
	     head->envelope.domain.n ? head->envelope.domain : S(""));
}

static bool
take_piece(void *ctx, struct str bytes)
{
	return buf_add(&((struct answer *)ctx)->body, bytes);
}

static void
forget(struct answer *got)
{
	buf_free(&got->body);
	json_free(got->json);
	*got = (struct answer){ .body = BUF(16 << 20) };
}

int
asking(struct place *p, const struct asker *who, enum api_method method,
       const char *path, const char *body)
{
	static const struct asker nobody;
	const struct json_limits limits = { 16 << 20, 20 };
	const struct asker *by = who ? who : &nobody;
	size_t at = str_index(str_of(path), '?');
	struct str whole = str_of(path);
	const struct api_request request = {
		.method = method,
		.path = str_sub(whole, 0, at),
		.query = at == SIZE_MAX ? S("")
					: str_sub(whole, at + 1, SIZE_MAX),
		.body = str_of(body),
		.content_type =
			str_of(by->type ? by->type : "application/json"),
		.cookie = str_of(by->cookie),
		.csrf = str_of(by->csrf),
		.authorization = str_of(by->authorization),
		.idempotency_key = str_of(by->idempotency_key),
		.file_name = str_of(by->file_name),
		.client = str_of(by->client ? by->client : "192.0.2.1"),
		.tls = by->tls,
	};
	const struct api_sink sink = { &p->got, take_head, take_piece };
	struct diag why = { 0 };
	bool repaired;

	forget(&p->got);
	api_answer(p->api, &request, &sink);
	if (p->got.body.n > 0 && p->got.body.p[0] == '{') {
		must(json_parse(buf_str(&p->got.body), limits, &p->got.json,
				&repaired, &why),
		     &why);
		assert_false(repaired);
	}
	return p->got.head.status;
}

const struct json *
asking_member(struct place *p, const char *path)
{
	const struct json *at = p->got.json;
	struct str rest = str_of(path), word;

	while (str_split(&rest, '.', &word)) {
		char key[64];
		uint64_t i;

		copy(key, sizeof(key), word);
		at = str_u64(word, &i) ? json_at(at, (size_t)i)
				       : json_get(at, key);
	}
	return at;
}

const char *
asking_text(struct place *p, const char *path)
{
	static char out[64 << 10];
	struct str value = json_str(asking_member(p, path));

	copy(out, sizeof(out), value.n ? value : S(""));
	return out;
}

int64_t
asking_number(struct place *p, const char *path)
{
	int64_t n = -1;

	if (!json_i64(asking_member(p, path), &n))
		fail_msg("%s is no number in %s", path, buf_c(&p->got.body));
	return n;
}

void
asking_sign_in(struct place *p, struct asker *who, const char *name,
	       enum control_role role)
{
	const struct control_user user = { .owner = CONTROL_OWNER_SELF,
					   .name = str_of(name),
					   .role = role,
					   .created_at = NOW };
	const struct control_login login = { str_of(name), S(GOOD),
					     S("192.0.2.99"), clock_now };
	char secret[CONTROL_SECRET_SIZE];
	struct control_session s;
	struct diag why = { 0 };

	must(control_user_add(p->c, &user, S(GOOD), NULL, &why), &why);
	must(control_login(p->c, &login, secret, &why), &why);
	must(control_session(p->c, str_of(secret), clock_now, p->mem, &s, &why),
	     &why);
	*who = (struct asker){ 0 };
	snprintf(who->cookie, sizeof(who->cookie), "a=b; waxseal=%s", secret);
	copy(who->csrf, sizeof(who->csrf), str_of(s.csrf));
}

void
asking_token(struct place *p, struct asker *who, unsigned scopes)
{
	const struct control_token token = { .owner = CONTROL_OWNER_SELF,
					     .name = STR("backup"),
					     .scopes = scopes,
					     .created_at = NOW,
					     .expires_at = NOW + 90 * DAY };
	char secret[CONTROL_SECRET_SIZE];
	struct diag why = { 0 };

	must(control_token_add(p->c, &token, secret, NULL, &why), &why);
	*who = (struct asker){ 0 };
	snprintf(who->authorization, sizeof(who->authorization), "Bearer %s",
		 secret);
}

int
asking_begin_empty(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");
	struct store *s = NULL;
	struct diag why = { 0 };

	snprintf(p->dir, sizeof(p->dir), "%s/waxseal-api-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	must(store_open(p->dir, STORE_CREATE, 1000, &s, &why), &why);
	store_close(s);
	clock_now = NOW;
	const struct api_options options = {
		.data = p->dir,
		.hostname = "reports.example.net",
		.base_url = "https://waxseal.example.net",
		.clock = asking_clock,
	};

	must(api_open(&options, &p->api, &why), &why);
	must(control_open(p->dir, &p->c, &why), &why);
	p->mem = arena_new(1 << 20);
	*state = p;
	return 0;
}

int
asking_begin(void **state)
{
	int e = asking_begin_empty(state);
	struct place *p = *state;

	if (e == 0) {
		asking_sign_in(p, &p->admin, "anna", CONTROL_ADMIN);
		asking_sign_in(p, &p->viewer, "vera", CONTROL_VIEWER);
	}
	return e;
}

static void
remove_files(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		char path[PLACE_ROOM + 300];

		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (entry->d_name[0] != '.')
			unlink(path);
	}
	closedir(d);
}

int
asking_end(void **state)
{
	struct place *p = *state;

	forget(&p->got);
	api_close(p->api);
	control_close(p->c);
	arena_free(p->mem);
	remove_files(p->dir);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}
