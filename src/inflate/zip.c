/* zip.c - members of zip archives in memory. */
#include "inflate/meter.h"
#include "inflate/claims.h"

#include <zip.h>

struct member {
	zip_uint64_t index;
	struct str name;
	uint64_t counted; /* bytes of it already in `out` below */
};

struct inflate_zip {
	zip_t *archive;
	struct str packed;
	struct inflate_limits limits;
	struct member *members;
	size_t count;
	uint64_t out; /* bytes of all members, each counted once */
	unsigned char piece[INFLATE_PIECE];
};

static enum err
explain_open(zip_error_t *cause, struct diag *why)
{
	const char *code = zip_error_code_zip(cause) == ZIP_ER_NOZIP
				   ? "inflate.cut"
				   : "inflate.corrupt";
	enum err err = diag_set(why, ERR_SYNTAX, code, 0, "%s",
				zip_error_strerror(cause));

	zip_error_fini(cause);
	return err;
}

static enum err
open_archive(struct str packed, zip_t **out, struct diag *why)
{
	zip_error_t cause;
	zip_source_t *source;

	zip_error_init(&cause);
	source = zip_source_buffer_create(packed.p, packed.n, 0, &cause);
	if (!source)
		return explain_open(&cause, why);
	*out = zip_open_from_source(source, ZIP_RDONLY, &cause);
	if (!*out) {
		zip_source_free(source);
		return explain_open(&cause, why);
	}
	zip_error_fini(&cause);
	return ERR_NONE;
}

/* Directories, and what the archivers of macOS add for themselves. */
static bool
is_file(struct str name)
{
	return !str_ends(name, S("/")) && !str_starts(name, S("__MACOSX/")) &&
	       str_find(name, S("/__MACOSX/")) == SIZE_MAX &&
	       !str_eq(name, S(".DS_Store")) &&
	       !str_ends(name, S("/.DS_Store"));
}

static void
list_members(struct inflate_zip *zip, zip_uint64_t entries)
{
	zip->members = heap_new((size_t)entries * sizeof *zip->members);
	for (zip_uint64_t i = 0; i < entries; i++) {
		struct str name =
			str_of(zip_get_name(zip->archive, i, ZIP_FL_ENC_GUESS));

		if (is_file(name))
			zip->members[zip->count++] =
				(struct member){ .index = i, .name = name };
	}
}

enum err
inflate_zip_open(struct str packed, const struct inflate_limits *limits,
		 struct inflate_zip **out, struct diag *why)
{
	zip_t *archive = NULL;
	struct inflate_zip *zip;
	enum err err;

	err = inflate_zip_claims(packed, limits, why);
	if (!err)
		err = open_archive(packed, &archive, why);
	if (err)
		return err;

	zip_int64_t entries = zip_get_num_entries(archive, 0);

	if (entries < 0 || entries > limits->members) {
		zip_discard(archive);
		return inflate_too_many(limits, why);
	}
	zip = heap_new(sizeof *zip);
	zip->archive = archive;
	zip->packed = packed;
	zip->limits = *limits;
	list_members(zip, (zip_uint64_t)entries);
	*out = zip;
	return ERR_NONE;
}

void
inflate_zip_close(struct inflate_zip *zip)
{
	if (!zip)
		return;
	zip_discard(zip->archive);
	heap_free(zip->members);
	heap_free(zip);
}

size_t
inflate_zip_count(const struct inflate_zip *zip)
{
	return zip->count;
}

struct str
inflate_zip_name(const struct inflate_zip *zip, size_t i)
{
	return zip->members[i].name;
}

/* Only what zip files of mail are made with: the other methods that libzip
 * may know ask for memory that we do not bound. */
static enum err
check_member(struct inflate_zip *zip, size_t i, uint64_t *packed_size,
	     struct diag *why)
{
	zip_stat_t about;

	zip_stat_init(&about);
	if (zip_stat_index(zip->archive, zip->members[i].index, 0, &about) < 0)
		return diag_set(why, ERR_SYNTAX, "inflate.corrupt", 0, "%s",
				zip_strerror(zip->archive));
	if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) &&
	    about.encryption_method != ZIP_EM_NONE)
		return diag_set(why, ERR_SYNTAX, "inflate.encrypted", 0, "%.*s",
				STR_ARG(zip->members[i].name));
	if (about.comp_method != ZIP_CM_STORE &&
	    about.comp_method != ZIP_CM_DEFLATE)
		return diag_set(why, ERR_SYNTAX, "inflate.method", 0, "%u",
				about.comp_method);
	*packed_size = about.comp_size < zip->packed.n ? about.comp_size
						       : zip->packed.n;
	return ERR_NONE;
}

/* A member that is read twice (a second, forgiving pass) counts once. */
static enum err
count_piece(struct inflate_zip *zip, struct member *m, uint64_t out,
	    uint64_t packed_size, struct diag *why)
{
	if (out > m->counted) {
		zip->out += out - m->counted;
		m->counted = out;
	}
	return inflate_meter(&zip->limits, zip->out, out, packed_size, why);
}

struct reader {
	zip_file_t *file;
	struct member *member;
	uint64_t packed_size;
	inflate_fn take;
	void *ctx;
};

static enum err
read_member(struct inflate_zip *zip, const struct reader *r, struct diag *why)
{
	uint64_t out = 0;

	for (;;) {
		zip_int64_t n =
			zip_fread(r->file, zip->piece, sizeof zip->piece);
		enum err err;

		if (n < 0)
			return diag_set(why, ERR_SYNTAX, "inflate.corrupt", 0,
					"%s", zip_file_strerror(r->file));
		if (n == 0)
			return ERR_NONE;
		out += (uint64_t)n;
		err = count_piece(zip, r->member, out, r->packed_size, why);
		if (!err)
			err = r->take(r->ctx, (struct str){ (char *)zip->piece,
							    (size_t)n });
		if (err)
			return err;
	}
}

enum err
inflate_zip_stream(struct inflate_zip *zip, size_t i, inflate_fn take,
		   void *ctx, struct diag *why)
{
	struct member *m = &zip->members[i];
	struct reader r = { .member = m, .take = take, .ctx = ctx };
	enum err err = check_member(zip, i, &r.packed_size, why);

	if (err)
		return err;
	r.file = zip_fopen_index(zip->archive, m->index, 0);
	if (!r.file)
		return diag_set(why, ERR_SYNTAX, "inflate.corrupt", 0, "%s",
				zip_strerror(zip->archive));
	err = read_member(zip, &r, why);
	(void)zip_fclose(r.file);
	return err;
}
