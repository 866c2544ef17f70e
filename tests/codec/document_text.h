/* A whole document out of what was read of one, as an export would write it. */
#ifndef TESTS_DOCUMENT_TEXT_H
#define TESTS_DOCUMENT_TEXT_H

#include "codec/document.h"

struct str document_text(struct arena *arena, struct rows_merged merged,
                         const struct document *document, const struct zone *zone);

#endif
