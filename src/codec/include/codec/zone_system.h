/* Zones of the system's tzdata.
 *
 *  T1  Only names of tzdata's own table are known: places (America/Denver), UTC, and the old names
 *      that are links to them (US/Mountain). EST5EDT, Etc/GMT+5 and the like are refused: they
 *      are offsets, not places where a company works.
 *  T2  A path is made of a name out of the table, never of what a caller sent. */
#ifndef CODEC_ZONE_SYSTEM_H
#define CODEC_ZONE_SYSTEM_H

#include "codec/document.h"

/* Reads where TZDIR points, else /usr/share/zoneinfo; keeps nothing, so any thread may use it. */
struct zone_source *zone_source_system(void);

#endif
