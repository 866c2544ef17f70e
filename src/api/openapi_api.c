/* GET /openapi.json: api/openapi.yaml, as JSON, carried in the program. */
#include "call.h"

#include "openapi_json.h"

bool openapi_handle(struct call *call)
{
    const struct str etag = str_from(openapi_etag);
    if (query_is_wrong(call, NULL, 0))
        return true;
    http_response_header(call->response, "ETag", etag);
    http_response_header(call->response, "Cache-Control", STR("no-cache"));
    if (names_tag(http_header(call->request, "If-None-Match", NULL), etag)) {
        call->response->status = 304;
        return true;
    }
    buf_add(&call->response->body, openapi_json, openapi_json_bytes);
    return answer_json(call, 200);
}
