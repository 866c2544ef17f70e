/* What is counted of requests. Private to api. */
#ifndef API_METERS_H
#define API_METERS_H

#include "call.h"

struct meters *meters_make(utc_s now);
void meters_drop(struct meters *m); /* accepts NULL */
/* The call has its answer. Any thread; NULL counts nothing. */
void meters_count(struct meters *m, const struct call *call, int64_t took_us);

#endif
