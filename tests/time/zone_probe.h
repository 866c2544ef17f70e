/* What must hold of any zone that zone_parse accepts, whatever bytes it came from. */
#ifndef TESTS_TIME_ZONE_PROBE_H
#define TESTS_TIME_ZONE_PROBE_H

#include "core/zone.h"

/* Walks the zone's changes and some far moments; NULL, or the law that was broken. */
const char *zone_probe(const struct zone *zone);

#endif
