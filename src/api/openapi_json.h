/* Made at build time from api/openapi.yaml (openapi_embed.py). */
#ifndef API_OPENAPI_JSON_H
#define API_OPENAPI_JSON_H

#include <stddef.h>

extern const char openapi_json[];
extern const size_t openapi_json_bytes;
extern const char openapi_etag[];

#endif
