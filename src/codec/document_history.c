/* Opening rows that keep booked start slots where a week changes: what they are called.
 *
 * The name says whose and which day, so the row is found again without being read: nobody else's
 * rows are touched. */
#include "document_parts.h"

static const struct str prefix = { "history:", 8 };
static const struct str spans_suffix = { ":spans", 6 };

/* A name may be too long to stand in another. */
static struct str called(struct arena *arena, struct str inspector)
{
    const size_t others = prefix.len + 1 + DATE_TEXT + spans_suffix.len;
    return inspector.len + others <= ID_CHARS_MAX ? inspector : id_from_content(arena, inspector);
}

static struct str history_id(struct arena *arena, struct str inspector, date_d date, bool by_spans)
{
    char text[DATE_TEXT];
    date_write(date, text);
    const struct str who = called(arena, inspector);
    return str_print(arena, "%.*s%.*s:%.*s%.*s", STR_ARG(prefix), STR_ARG(who), (int)sizeof text,
                     text, by_spans ? (int)spans_suffix.len : 0, spans_suffix.at);
}

static bool str_ends(struct str s, struct str end)
{
    return s.len >= end.len && str_equal((struct str){ s.at + s.len - end.len, end.len }, end);
}

bool document_is_history(struct arena *arena, const struct setting_row *row, struct str inspector)
{
    date_d date;
    struct str id = row->id;
    if (!str_equal(row->kind, document_kind_name(KIND_OPENING)) || !str_starts(id, prefix))
        return false;
    id = (struct str){ id.at + prefix.len, id.len - prefix.len };
    id.len -= str_ends(id, spans_suffix) ? spans_suffix.len : 0;
    if (id.len < DATE_TEXT + 1 || id.at[id.len - DATE_TEXT - 1] != ':' ||
        !date_parse((struct str){ id.at + id.len - DATE_TEXT, DATE_TEXT }, &date))
        return false;
    id.len -= DATE_TEXT + 1;
    return str_equal(id, called(arena, inspector));
}

bool opening_is_history(struct arena *arena, const struct part_opening *p)
{
    return !p->is_manual && str_starts(p->id, prefix) &&
           str_equal(p->id, history_id(arena, p->inspector, p->date, p->by_spans));
}

struct setting_row document_history_row(struct arena *arena, struct str inspector, date_d date,
                                        const struct day_hours *hours, bool by_spans)
{
    const struct part_opening p = { .id = history_id(arena, inspector, date, by_spans),
                                    .inspector = inspector,
                                    .date = date,
                                    .by_spans = by_spans,
                                    .visibility = VISIBLE_BOTH,
                                    .hours = *hours };
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    opening_put(&j, &p);
    const struct setting_row row = { .kind = document_kind_name(KIND_OPENING),
                                     .id = p.id,
                                     .body = str_copy(arena, buf_view(&out)) };
    buf_drop(&out);
    return row;
}
