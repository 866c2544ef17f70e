/* Orders outside the hours of their inspector, and what a misread offset would make of them.
 *
 * The hours are those of today's document: an imported calendar has no others. */
#include "audit_parts.h"

#include "core/hours.h"

enum { LAID_DAYS = 64, ARENA_BYTES_MAX = 1 << 30 };

struct laid { /* hours of one inspector, some days at a time */
    const struct company *company;
    struct arena arena;
    int32_t inspector;
    struct hours hours;
};

static const struct day_open *day_of(struct laid *laid, int32_t inspector, date_d date)
{
    if (laid->inspector != inspector || date < laid->hours.first ||
        date >= laid->hours.first + (date_d)laid->hours.n_days) {
        arena_reset(&laid->arena);
        laid->inspector = inspector;
        laid->hours = hours_lay(laid->company, inspector, AUDIENCE_INTERNAL, date - 1, LAID_DAYS,
                                &laid->arena);
    }
    return &laid->hours.days[date - laid->hours.first];
}

static bool is_inside(struct laid *laid, int32_t inspector, struct span when)
{
    const struct zone *zone = laid->company->zone;
    const struct day_open *day = day_of(laid, inspector, wall_date(zone_to_wall(zone, when.start)));
    for (size_t i = 0; i < day->n_spans; i++) {
        const struct open_span *open = &day->spans[i];
        if (open->when.start <= when.start && when.start < open->when.end &&
            when.end <= open->extent_end)
            return true;
    }
    for (size_t i = 0; i < day->n_starts; i++) {
        utc_s start;
        if (day_instant(zone, day, day->starts[i], &start) && start == when.start)
            return true;
    }
    return false;
}

/* The visit with its wall time moved by so much. */
static struct span moved(const struct zone *zone, struct span when, int64_t by_s)
{
    const utc_s start = zone_from_wall(zone, zone_to_wall(zone, when.start) + by_s).first;
    return (struct span){ start, start + (when.end - when.start) };
}

/* 0: no reading of its time lies within hours. An hour explains something only near a change. */
static int64_t shift_of(struct laid *laid, const struct audit_visit *visit)
{
    const struct zone *zone = laid->company->zone;
    const int64_t offset = zone_offset_s(zone, visit->when.start);
    int64_t shifts[4] = { -offset, offset, 0, 0 };
    int64_t change;
    if (audit_change_near(zone, visit->when.start, &change)) {
        shifts[2] = change;
        shifts[3] = -change;
    }
    for (int i = 0; i < 4; i++) {
        const struct span read = moved(zone, visit->when, shifts[i]);
        if (shifts[i] != 0 && is_inside(laid, visit->inspector, read))
            return read.start - visit->when.start;
    }
    return 0;
}

void audit_hours(struct audit *audit)
{
    const struct audit_input *input = audit->input;
    struct laid laid = { .company = input->company,
                         .arena = arena_make(ARENA_BYTES_MAX),
                         .inspector = NOT_FOUND };
    for (size_t i = 0; i < input->n_visits; i++) {
        const struct audit_visit *visit = &audit->visits[i];
        if (input->things[visit->thing].kind != CLAIM_INSPECTION ||
            is_inside(&laid, visit->inspector, visit->when))
            continue;
        audit->report->outside_hours++;
        const int64_t shift_s = shift_of(&laid, visit);
        if (shift_s != 0)
            audit_find(audit, &(struct audit_finding){ .kind = AUDIT_SHIFTED,
                                                       .inspector = visit->inspector,
                                                       .a = { visit->thing, visit->when },
                                                       .b = { NOT_FOUND, visit->when },
                                                       .shift_s = shift_s });
    }
    arena_drop(&laid.arena);
}
