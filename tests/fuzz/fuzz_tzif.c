/* Any bytes: zone_parse refuses them or makes a zone that keeps the laws of zone_probe.h. */
#include "core/zone.h"
#include "zone_probe.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ZONE_ARENA_BYTES = 96 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_make(ZONE_ARENA_BYTES);
    struct il_err err = { 0 };
    const struct zone *zone = NULL;
    const char *broken = NULL;
    if (zone_parse(&arena, (struct str){ (const char *)data, size }, &zone, &err) == IL_OK)
        broken = zone_probe(zone);
    if (broken != NULL) {
        (void)fprintf(stderr, "%s\n", broken);
        abort();
    }
    arena_drop(&arena);
    return 0;
}
