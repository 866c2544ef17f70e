/* Minutes and price: base and modifiers, shown part by part. */
#include "core/booking.h"

static bool applies(const struct modifier *m, const struct property *property)
{
    if (m->kind == MODIFIER_OVER_SQUARE_FEET)
        return property->square_feet != NOT_FOUND && property->square_feet > m->bound;
    return property->year_built != NOT_FOUND && property->year_built < m->bound;
}

static struct str reason_of(const struct modifier *m, struct arena *arena)
{
    return m->kind == MODIFIER_OVER_SQUARE_FEET
               ? str_print(arena, "over %d square feet", (int)m->bound)
               : str_print(arena, "built before %d", (int)m->bound);
}

struct price price_of(const struct company *company, const int32_t *services, size_t n_services,
                      const struct property *property, struct arena *arena)
{
    struct price price = { 0 };
    size_t room = 0;
    for (size_t i = 0; i < n_services; i++)
        room += 1 + company->services[services[i]].n_modifiers;
    struct price_part *parts = arena_array(arena, struct price_part, room);
    for (size_t i = 0; i < n_services; i++) {
        const struct service *service = &company->services[services[i]];
        parts[price.n_parts++] =
            (struct price_part){ service->id, STR(""), service->minutes, service->price_cents };
        for (size_t k = 0; k < service->n_modifiers; k++) {
            const struct modifier *m = &service->modifiers[k];
            if (applies(m, property))
                parts[price.n_parts++] = (struct price_part){ service->id, reason_of(m, arena),
                                                              m->add_min, m->add_cents };
        }
    }
    for (size_t i = 0; i < price.n_parts; i++) {
        price.minutes += parts[i].minutes;
        price.cents += parts[i].cents;
    }
    price.parts = parts;
    return price;
}
