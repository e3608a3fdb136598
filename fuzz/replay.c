/* replay.c - runs a fuzz target over saved inputs, as an ordinary test.
 *
 * Arguments are files or directories of files. A directory without a single
 * file is an error: a test that runs nothing cannot fail.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned runs;

static void
replay_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	struct stat info;

	if (!in || fstat(fileno(in), &info) < 0) {
		perror(path);
		exit(1);
	}

	size_t size = (size_t)info.st_size;
	uint8_t *data = malloc(size ? size : 1);

	if (!data || fread(data, 1, size, in) != size) {
		perror(path);
		exit(1);
	}
	(void)fclose(in);
	(void)LLVMFuzzerTestOneInput(data, size);
	free(data);
	runs++;
}

static void
replay(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[4096];

	if (!dir) {
		replay_file(path);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
		replay_file(name);
	}
	(void)closedir(dir);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%u inputs replayed\n", runs);
	return runs == 0;
}
