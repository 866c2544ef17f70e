/* Runs a fuzz target over the files of a directory: what was once found is looked at in every run
 * of the tests, with any compiler. Usage: replay_X DIRECTORY */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
#ifdef HAS_INITIALIZE
int LLVMFuzzerInitialize(int *argc, char ***argv);
#endif

enum { FILE_BYTES_MAX = 1 << 20, PATH_BYTES = 4096 };

static void run_file(const char *path)
{
    static uint8_t bytes[FILE_BYTES_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    (void)LLVMFuzzerTestOneInput(bytes, n);
}

int main(int argc, char **argv)
{
    int n = 0;
    if (argc != 2)
        return 2;
    DIR *directory = opendir(argv[1]);
    if (directory == NULL) {
        perror(argv[1]);
        return 1;
    }
#ifdef HAS_INITIALIZE
    LLVMFuzzerInitialize(&argc, &argv);
#endif
    for (const struct dirent *entry = readdir(directory); entry != NULL;
         entry = readdir(directory)) {
        char path[PATH_BYTES];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        run_file(path);
        n++;
    }
    (void)closedir(directory);
    (void)printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
