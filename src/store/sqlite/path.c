/* The one name of a file.
 *
 *  P1  Every link on the way is followed, also the last one and also to a file that is not there
 *      yet: SQLite names the log by the file, so the log, the lock and the socket must be too. Two
 *      names of one file then share them. */
#include "store/sqlite.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINKS_MAX = 40 };

char *path_join(const char *path, const char *suffix)
{
    const size_t bytes = strlen(path) + strlen(suffix) + 1;
    char *joined = malloc(bytes);

    if (joined)
        sqlite3_snprintf((int)bytes, joined, "%s%s", path, suffix);
    return joined;
}

/* The name of a file that is not there, by its directory, which must be. */
static char *name_in_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char directory[PATH_MAX] = ".";
    char real[PATH_MAX];

    if (slash)
        sqlite3_snprintf((int)(base - path) + 1, directory, "%s", path);
    if (base[0] == '\0')
        errno = ENOENT;
    if (base[0] == '\0' || !realpath(directory, real))
        return NULL;
    char *prefix = path_join(real, strcmp(real, "/") == 0 ? "" : "/");
    char *name = prefix ? path_join(prefix, base) : NULL;
    free(prefix);
    return name;
}

/* What a link says, seen from where the link stands. False: the path is no link. */
static bool link_follow(char path[PATH_MAX])
{
    char target[PATH_MAX];
    const ssize_t n = readlink(path, target, sizeof target - 1);

    if (n < 0)
        return false;
    target[n] = '\0';
    char *slash = strrchr(path, '/');
    char *at = target[0] == '/' || !slash ? path : slash + 1;
    sqlite3_snprintf((int)(path + PATH_MAX - at), at, "%s", target);
    return true;
}

/* `at` is where the links lead; NULL: errno says why there is no name. */
static char *real_name(char at[PATH_MAX])
{
    for (int i = 0; i < LINKS_MAX; i++) {
        char *real = realpath(at, NULL);

        if (real || errno != ENOENT)
            return real;
        if (!link_follow(at))
            return name_in_directory(at);
    }
    errno = ELOOP;
    return NULL;
}

il_rc store_sqlite_name(const char *path, char **ret, struct il_err *reterr)
{
    char at[PATH_MAX];

    if (strlen(path) >= sizeof at)
        return il_fail(reterr, IL_IO, "%s: %s", path, strerror(ENAMETOOLONG));
    sqlite3_snprintf(sizeof at, at, "%s", path);
    char *name = real_name(at);
    const int name_errno = errno;
    if (!name && strcmp(at, path) != 0)
        return il_fail(reterr, IL_IO, "%s, a link to %s: %s", path, at, strerror(name_errno));
    if (!name)
        return il_fail(reterr, IL_IO, "%s: %s", path, strerror(name_errno));
    *ret = name;
    return IL_OK;
}
