/* walk.c - the files under a path, in an order that is always the same. */
#include "os/os.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 32, PATH_ROOM = 4096 };

static enum err walk_at(char path[PATH_ROOM], unsigned depth,
			const struct os_walk *walk);

static void
tell_bad(const struct os_walk *walk, const char *path, const char *action)
{
	struct diag why = { 0 };

	(void)diag_errno(&why, action, path);
	walk->bad(walk->ctx, path, &why);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
not_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 &&
	       strcmp(entry->d_name, "..") != 0;
}

static enum err
walk_entry(char path[PATH_ROOM], const char *name, unsigned depth,
	   const struct os_walk *walk)
{
	size_t end = strlen(path);
	const char *slash = end > 0 && path[end - 1] == '/' ? "" : "/";
	int n = snprintf(path + end, PATH_ROOM - end, "%s%s", slash, name);
	enum err err = ERR_NONE;

	if (n < 0 || (size_t)n >= PATH_ROOM - end) {
		errno = ENAMETOOLONG;
		path[end] = '\0';
		tell_bad(walk, path, "open");
		return ERR_NONE;
	}
	err = walk_at(path, depth + 1, walk);
	path[end] = '\0';
	return err;
}

static enum err
walk_directory(char path[PATH_ROOM], unsigned depth, const struct os_walk *walk)
{
	struct dirent **entries;
	int count = scandir(path, &entries, not_dots, by_name);
	enum err err = ERR_NONE;

	if (count < 0) {
		tell_bad(walk, path, "open");
		return ERR_NONE;
	}
	for (int i = 0; i < count; i++) {
		if (err == ERR_NONE)
			err = walk_entry(path, entries[i]->d_name, depth, walk);
		heap_free(entries[i]);
	}
	heap_free(entries);
	return err;
}

static enum err
walk_at(char path[PATH_ROOM], unsigned depth, const struct os_walk *walk)
{
	struct stat info;
	int got = depth == 0 ? stat(path, &info) : lstat(path, &info);

	if (got < 0) {
		tell_bad(walk, path, "open");
		return ERR_NONE;
	}
	if (S_ISDIR(info.st_mode)) {
		if (depth >= DEPTH_MAX ||
		    (depth > 0 && walk->skip(walk->ctx, path)))
			return ERR_NONE;
		return walk_directory(path, depth, walk);
	}
	/* A pipe or device is taken only where it was named itself. */
	if (S_ISREG(info.st_mode) || (depth == 0 && !S_ISLNK(info.st_mode)))
		return walk->file(walk->ctx, path);
	return ERR_NONE;
}

enum err
os_walk(const char *path, const struct os_walk *walk, struct diag *why)
{
	char room[PATH_ROOM];

	if (snprintf(room, sizeof room, "%s", path) >= (int)sizeof room)
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				path);
	return walk_at(room, 0, walk);
}
