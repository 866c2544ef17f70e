/* Reads a whole file of a zone for a test; core itself never touches a disk. */
#ifndef TESTS_TIME_ZONE_FILE_H
#define TESTS_TIME_ZONE_FILE_H

#include "base/arena.h"
#include "base/str.h"

/* The bytes of `path`; false when it cannot be opened or is larger than `max`. */
IL_MUST bool file_read(struct arena *arena, const char *path, size_t max, struct str *ret);
/* The bytes of a zone of this machine, such as "America/Denver". */
IL_MUST bool zone_file_read(struct arena *arena, struct str name, struct str *ret);

/* A version 2 file with one type, no transition and this footer, byte by byte from RFC 8536. */
struct str zone_file_of_footer(struct arena *arena, struct str footer);

#endif
