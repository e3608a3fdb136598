/* A store filled by way of mail files, as anybody's is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reading.h"

#include "control/control.h"
#include "ingest/ingest.h"
#include "os/os.h"
#include "sample/sample.h"
#include "seal/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
must(enum err e, const struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%s: %s", why->code, why->detail);
}

static enum err
write_mail(void *ctx, struct str name, struct str message)
{
	struct diag why = { 0 };
	char path[600];

	snprintf(path, sizeof(path), "%s/%.*s", (const char *)ctx,
		 STR_ARG(name));
	must(os_replace_file(path, message, 0600, &why), &why);
	return ERR_NONE;
}

static void
fill(const struct reading *f)
{
	const struct sample_options sample = { .seed = 7,
					       .domains = 3,
					       .days = 40,
					       .last_day = NOW,
					       .mails_per_day = 3,
					       .tls = true,
					       .failures = true };
	const struct ingest_options options = { .owner = STORE_OWNER_SELF,
						.trust = STORE_OPERATOR,
						.now = NOW };
	struct ingest_totals totals;
	struct store *s = NULL;
	struct diag why = { 0 };
	char mail[512];
	const char *const paths[] = { mail };

	snprintf(mail, sizeof(mail), "%s/mail", f->dir);
	assert_int_equal(mkdir(mail, 0700), 0);
	must(sample_make(&sample, write_mail, mail, &why), &why);
	must(store_open(f->dir, STORE_CREATE, 1000, &s, &why), &why);
	must(ingest_run(s, paths, 1, &options, &totals, &why), &why);
	assert_true(totals.imported > 100);
	store_close(s);
}

static void
add_token(struct control *c, const char *name, unsigned scopes, char out[64])
{
	const struct control_token token = { .owner = STORE_OWNER_SELF,
					     .name = str_of(name),
					     .scopes = scopes,
					     .created_at = NOW,
					     .expires_at = NOW + DAY };
	char secret[CONTROL_SECRET_SIZE];
	struct diag why = { 0 };
	int64_t id;

	must(control_token_add(c, &token, secret, &id, &why), &why);
	snprintf(out, 64, "Bearer %s", secret);
}

static int64_t
now(void)
{
	return NOW;
}

int
reading_begin(void **state)
{
	struct reading *f = heap_new(sizeof *f);
	struct api_options options = { .hostname = "reports.example",
				       .base_url = "",
				       .clock = now };
	struct control *c = NULL;
	struct diag why = { 0 };
	const char *tmp = getenv("TMPDIR");

	assert_true(seal_init());
	snprintf(f->dir, sizeof(f->dir), "%s/waxseal-api-XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	fill(f);
	must(control_open(f->dir, &c, &why), &why);
	add_token(c, "reader", CONTROL_SCOPE_READ, f->reader);
	add_token(c, "uploader", CONTROL_SCOPE_UPLOAD, f->uploader);
	add_token(c, "admin", CONTROL_SCOPE_ADMIN, f->admin);
	control_close(c);
	options.data = f->dir;
	must(api_open(&options, &f->api, &why), &why);
	*state = f;
	return 0;
}

int
reading_end(void **state)
{
	struct reading *f = *state;
	pid_t child;

	api_close(f->api);
	child = fork();
	if (child == 0) {
		execlp("rm", "rm", "-rf", f->dir, (char *)NULL);
		_exit(127);
	}
	waitpid(child, NULL, 0);
	heap_free(f);
	return 0;
}

/* ---- asking ---- */

static void
keep(char *to, size_t room, struct str text)
{
	snprintf(to, room, "%.*s", STR_ARG(text));
}

static void
hear_head(void *ctx, const struct api_head *head)
{
	struct heard *h = ctx;

	h->head = *head;
	h->heads++;
	keep(h->etag, sizeof(h->etag), head->etag);
	keep(h->disposition, sizeof(h->disposition), head->disposition);
	keep(h->type, sizeof(h->type), str_of(head->content_type));
}

static bool
hear_piece(void *ctx, struct str bytes)
{
	struct heard *h = ctx;

	h->pieces++;
	return buf_add(&h->body, bytes);
}

void
heard_free(struct heard *h)
{
	json_free(h->json);
	buf_free(&h->body);
	*h = (struct heard){ 0 };
}

void
get_whole(struct reading *f, const struct api_request *request,
	  struct heard *out)
{
	const struct json_limits limits = { 64 << 20, 32 };
	const struct api_sink sink = { out, hear_head, hear_piece };
	bool repaired = false;

	heard_free(out);
	out->body = (struct buf)BUF(64 << 20);
	api_answer(f->api, request, &sink);
	assert_int_equal(out->heads, 1);
	if (strstr(out->type, "json") && out->body.n > 0) {
		assert_int_equal(json_parse(buf_str(&out->body), limits,
					    &out->json, &repaired, NULL),
				 0);
		assert_false(repaired);
	}
}

void
get_as(struct reading *f, enum api_method method, const char *path,
       const char *who, struct heard *out)
{
	struct str whole = str_of(path);
	size_t mark = str_index(whole, '?');
	const struct api_request request = {
		.method = method,
		.path = str_sub(whole, 0, mark),
		.query = mark == SIZE_MAX ? S("")
					  : str_sub(whole, mark + 1, SIZE_MAX),
		.authorization = str_of(who),
	};

	get_whole(f, &request, out);
}

void
get(struct reading *f, const char *path, struct heard *out)
{
	get_as(f, API_GET, path, f->reader, out);
}

const struct json *
node(const struct heard *h, const char *way)
{
	const struct json *node = h->json;
	struct str rest = str_of(way);
	struct str step;

	while (str_split(&rest, '.', &step)) {
		char key[64];
		uint64_t i;

		keep(key, sizeof(key), step);
		if (json_type(node) == JSON_ARRAY && str_u64(step, &i))
			node = json_at(node, (size_t)i);
		else
			node = json_get(node, key);
	}
	return node;
}

int64_t
node_number(const struct heard *h, const char *way)
{
	int64_t n;

	if (!json_i64(node(h, way), &n))
		fail_msg("no number at %s in %s", way, h->body.p);
	return n;
}

struct str
node_text(const struct heard *h, const char *way)
{
	return json_str(node(h, way));
}
