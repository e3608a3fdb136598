#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mend.h"
#include "room.h"

#include <string.h>
#include <unistd.h>

enum { DOMAINS = 12 };

static void
refused(const struct room *r)
{
	struct hosted *h = NULL;
	struct diag why = { 0 };

	assert_int_equal(hosted_open(r->dir, &h, &why), ERR_SYNTAX);
	assert_string_equal(why.code, "hosted.damaged");
	assert_null(h);
}

static void
one_wrong_octet_anywhere_refuses_it(void **state)
{
	const struct room *r = *state;
	struct hosted_image image;
	struct buf file;

	room_write(r, true, 0, DOMAINS);
	file = room_read(r->whole);
	for (size_t i = 0; i < file.n; i++) {
		file.p[i] ^= 0x10;
		if (hosted_image_look(buf_str(&file), &image))
			fail_msg("octet %zu does not count", i);
		file.p[i] ^= 0x10;
	}
	assert_true(hosted_image_look(buf_str(&file), &image));
	file.p[file.n / 2] ^= 1;
	room_put(r->whole, buf_str(&file));
	refused(r);
	buf_free(&file);
}

static void
a_file_cut_or_grown_anywhere_is_refused(void **state)
{
	const struct room *r = *state;
	struct hosted_image image;
	struct buf file;

	room_write(r, true, 0, DOMAINS);
	file = room_read(r->whole);
	for (size_t n = 0; n < file.n; n++)
		if (hosted_image_look((struct str){ file.p, n }, &image))
			fail_msg("%zu bytes are taken", n);
	room_put(r->whole, (struct str){ file.p, 0 });
	refused(r);
	room_put(r->whole, (struct str){ file.p, file.n - 1 });
	refused(r);
	buf_addc(&file, '\0');
	room_put(r->whole, buf_str(&file));
	refused(r);
	buf_free(&file);
}

static void
damaged_changes_refuse_the_pair(void **state)
{
	const struct room *r = *state;
	struct buf file;

	room_write(r, true, 0, DOMAINS);
	room_write(r, false, DOMAINS, DOMAINS + 1);
	file = room_read(r->fresh);
	file.p[HOSTED_HEAD + HOSTED_RECORD] ^= 1;
	room_put(r->fresh, buf_str(&file));
	refused(r);
	buf_free(&file);
}

static void
a_refresh_keeps_what_stood(void **state)
{
	const struct room *r = *state;
	struct hosted *h;
	struct buf file;

	room_write(r, true, 0, DOMAINS);
	h = room_open(r);
	file = room_read(r->whole);
	/* Another file, as a writer would put it there. */
	assert_int_equal(unlink(r->whole), 0);
	file.p[0] ^= 1;
	room_put(r->whole, buf_str(&file));
	assert_false(hosted_refresh(h));
	assert_int_equal(hosted_count(h), DOMAINS);
	assert_non_null(hosted_trouble(h));
	assert_string_equal(hosted_trouble(h)->code, "hosted.damaged");
	assert_int_equal(unlink(r->whole), 0);
	assert_false(hosted_refresh(h));
	assert_int_equal(hosted_count(h), DOMAINS);
	room_write(r, true, 0, 2);
	assert_true(hosted_refresh(h));
	assert_null(hosted_trouble(h));
	assert_int_equal(hosted_count(h), 2);
	hosted_close(h);
	buf_free(&file);
}

/* ---- checksums that fit ---- */

static bool
visit(void *ctx, const struct hosted_domain *d)
{
	const struct hosted_image *image = ctx;
	struct hosted_domain again;

	(void)hosted_image_find(image, HOSTED_BY_NAME, d->name, &again);
	(void)hosted_image_find(image, HOSTED_BY_TOKEN, d->token, &again);
	return true;
}

static void
a_forged_file_keeps_within_itself(void **state)
{
	const struct room *r = *state;
	unsigned taken = 0;
	struct buf file;

	room_write(r, true, 0, DOMAINS);
	file = room_read(r->whole);
	for (size_t i = 0; i < file.n; i++) {
		char *copy = heap_new(file.n);
		struct hosted_image image;

		memcpy(copy, file.p, file.n);
		copy[i] = (char)0xff;
		mend(copy, file.n);
		if (hosted_image_look((struct str){ copy, file.n }, &image)) {
			(void)hosted_image_each(&image, visit, &image);
			taken++;
		}
		heap_free(copy);
	}
	assert_true(taken > 1000); /* else nothing was tried */
	buf_free(&file);
}

/* A large file is not read whole: what is damaged is then not there. */
static void
a_damaged_domain_of_a_large_file_is_not_there(void **state)
{
	const struct room *r = *state;
	struct hosted_image image;
	struct hosted_domain d;
	struct buf file;

	room_write(r, true, 0, DOMAINS);
	file = room_read(r->whole);
	assert_true(hosted_image_look(buf_str(&file), &image));
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		image.checked[i] = heap_new(image.head.slots / 8);
	file.p[HOSTED_HEAD + HOSTED_RECORD + 100] ^= 1;
	for (unsigned i = 0; i < DOMAINS; i++) {
		struct str name = room_domain(i).name;
		struct str token = room_domain(i).token;

		assert_int_equal(
			hosted_image_find(&image, HOSTED_BY_NAME, name, &d),
			i != 0);
		assert_int_equal(
			hosted_image_find(&image, HOSTED_BY_TOKEN, token, &d),
			i != 0);
	}
	for (size_t i = 0; i < HOSTED_TABLES; i++)
		heap_free(image.checked[i]);
	buf_free(&file);
}

#define IN_ROOM(test)                                                          \
	cmocka_unit_test_setup_teardown(test, room_make, room_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(one_wrong_octet_anywhere_refuses_it),
		IN_ROOM(a_file_cut_or_grown_anywhere_is_refused),
		IN_ROOM(damaged_changes_refuse_the_pair),
		IN_ROOM(a_refresh_keeps_what_stood),
		IN_ROOM(a_forged_file_keeps_within_itself),
		IN_ROOM(a_damaged_domain_of_a_large_file_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
