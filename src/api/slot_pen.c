/* Slots as JSON. Hundreds make an answer, and they differ in little: a slot is put together from
 * pieces that are rendered once, per day, per inspector and per cost. */
#include "call.h"

#include <string.h>

struct slot_pen {
    struct instant_pen instants;
    const struct company *company;
    struct str *who; /* per inspector: "_inspectorId" and "inspectors" of a visit by one; lazily */
    int32_t cost;    /* whose score is rendered; NOT_FOUND: none */
    struct str score;
};

enum { SCORE_HALF = 120, SCORE_SCALE = 1000, SLOT_BYTES_USUAL = 384 };

static struct slot_pen *pen_of(struct call *call)
{
    const struct company *company = image_of_call(call)->company;
    if (call->pen == NULL) {
        call->pen = arena_new(&call->work, struct slot_pen);
        call->pen->instants = instant_pen_make(company->zone);
        call->pen->company = company;
        call->pen->who = arena_array(&call->work, struct str, company->n_inspectors);
        call->pen->cost = NOT_FOUND;
    }
    return call->pen;
}

/* ,"_inspectorId":"alice","inspectors":["alice"] */
static struct str render_who(struct call *call, const struct slot *slot)
{
    const struct company *company = call->pen->company;
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    json_put_str(&j, "_inspectorId", company->inspectors[slot->inspectors[0]].id);
    json_open(&j, "inspectors", '[');
    for (int32_t i = 0; i < slot->n_inspectors; i++)
        json_str(&j, company->inspectors[slot->inspectors[i]].id);
    json_end_array(&j);
    out.own_at[0] = ',';
    const struct str text = str_copy(&call->work, buf_view(&out));
    buf_drop(&out);
    return text;
}

static struct str who_of(struct call *call, const struct slot *slot)
{
    if (slot->n_inspectors > 1)
        return render_who(call, slot);
    struct str *who = &call->pen->who[slot->inspectors[0]];
    if (who->len == 0)
        *who = render_who(call, slot);
    return *who;
}

/* ,"score":0.889,"scoreParts":{"costMinutes":15},"travel":null */
static struct str score_of(struct call *call, int32_t cost)
{
    struct slot_pen *pen = call->pen;
    if (pen->cost == cost)
        return pen->score;
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    json_put_fixed(&j, "score", (int64_t)SCORE_SCALE * SCORE_HALF / (SCORE_HALF + cost), 3);
    if (!is_online(call)) {
        json_open(&j, "scoreParts", '{');
        json_put_int(&j, "costMinutes", cost);
        json_end_object(&j);
    }
    json_put_raw(&j, "travel", STR("null"));
    out.own_at[0] = ',';
    pen->cost = cost;
    pen->score = str_copy(&call->work, buf_view(&out));
    buf_drop(&out);
    return pen->score;
}

/* What an overlapping slot overlaps: staff asked for those too. */
static size_t conflicts_of(struct call *call, const struct slot *slot, struct evidence *ret)
{
    const struct claim *found[CONFLICTS_SHOWN_MAX];
    const struct image *image = image_of_call(call);
    const struct look look = { .now = call->now };
    size_t n = 0;
    for (int32_t i = 0; i < slot->n_inspectors; i++) {
        const int32_t at = slot->inspectors[i];
        const size_t found_n = calendar_conflicts(image->calendars[at], &look, slot->when,
                                                  no_buffer, found, CONFLICTS_SHOWN_MAX);
        for (size_t k = 0; k < found_n && n < CONFLICTS_SHOWN_MAX; k++)
            ret[n++] = (struct evidence){ (enum claim_kind)found[k]->kind,
                                          image->company->inspectors[at].id, found[k]->when,
                                          found[k]->order_number, found[k]->owner };
    }
    return n;
}

void show_slot(struct call *call, struct json *j, const struct slot *slot)
{
    struct slot_pen *pen = pen_of(call);
    const struct str who = who_of(call, slot);
    const struct str score = score_of(call, slot->cost);
    char start[INSTANT_TEXT];
    char end[INSTANT_TEXT];
    struct buf *out = j->out;
    json_raw_begin(j);
    buf_reserve(out, SLOT_BYTES_USUAL);
    instant_pen_write(&pen->instants, slot->when.start, start);
    instant_pen_write(&pen->instants, slot->when.end, end);
    buf_add_str(out, STR("{\"datetime\":\""));
    buf_add(out, start, INSTANT_TEXT);
    buf_add_str(out, STR("\",\"endtime\":\""));
    buf_add(out, end, INSTANT_TEXT);
    buf_add_str(out, STR("\",\"local\":\""));
    start[DATE_TEXT] = ' ';
    buf_add(out, start, WALL_TEXT);
    buf_add_char(out, '"');
    buf_add_str(out, who);
    buf_add_str(out, score);
    if (!slot->overlapping) {
        buf_add_str(out, STR(",\"overlapping\":false,\"conflicts\":[]}"));
        return;
    }
    struct evidence evidence[CONFLICTS_SHOWN_MAX];
    const size_t n = conflicts_of(call, slot, evidence);
    buf_add_str(out, STR(",\"overlapping\":true,"));
    j->need_comma = false;
    show_conflicts(call, j, evidence, n);
    buf_add_char(out, '}');
}
