/* replay.c - runs a fuzz target over files without libFuzzer: replay FILE-OR-FOLDER...
 *
 * Each file is given whole and cut at every byte of its first REPLAY_CUTS bytes. A crash or a sanitizer's report is the failure.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { REPLAY_CUTS = 512, REPLAY_MAX = 8 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An exact heap copy, so that a read past the end is seen by a sanitizer. */
static void give(const uint8_t *data, size_t n)
{
	uint8_t *copy = calloc(n ? n : 1, 1);
	if (!copy)
		exit(4);
	if (n)
		memcpy(copy, data, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(REPLAY_MAX);
	if (!f || !data) {
		perror(path);
		exit(4);
	}
	size_t n = fread(data, 1, REPLAY_MAX, f);
	fclose(f);
	for (size_t cut = 0; cut < n && cut < REPLAY_CUTS; cut++)
		give(data, cut);
	give(data, n);
	free(data);
	return 1;
}

static int replay_folder(const char *path)
{
	int files = 0;
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char file[4096];
		if (names[i]->d_name[0] != '.') {
			snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
			files += replay_file(file);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return files;
}

int main(int argc, char **argv)
{
	int files = 0;
	give((const uint8_t *)"", 0);
	for (int i = 1; i < argc; i++) {
		struct stat st;
		if (stat(argv[i], &st))
			continue; /* a target without seeds */
		files += S_ISDIR(st.st_mode) ? replay_folder(argv[i]) : replay_file(argv[i]);
	}
	printf("%d files\n", files);
	return 0;
}
