/* Look-ups in a company's document. */
#include "core/company.h"

#include <string.h>

int32_t company_find_inspector(const struct company *company, struct str id)
{
    size_t low = 0;
    size_t high = company->n_inspectors;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = str_order(company->inspectors[middle].id, id);
        if (order == 0)
            return (int32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NOT_FOUND;
}

int32_t company_find_service(const struct company *company, struct str id)
{
    for (size_t i = 0; i < company->n_services; i++) {
        if (str_equal(company->services[i].id, id))
            return (int32_t)i;
    }
    return NOT_FOUND;
}

int32_t company_find_area(const struct company *company, struct str id)
{
    for (size_t i = 0; i < company->n_areas; i++) {
        if (str_equal(company->areas[i].id, id))
            return (int32_t)i;
    }
    return NOT_FOUND;
}

int32_t company_find_brand(const struct company *company, struct str id)
{
    if (id.len == 0)
        return 0;
    for (size_t i = 0; i < company->n_brands; i++) {
        if (str_equal(company->brands[i].id, id))
            return (int32_t)i;
    }
    return NOT_FOUND;
}

static size_t first_holiday(const struct company *company, date_d date)
{
    size_t low = 0;
    size_t high = company->n_holidays;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (company->holidays[middle].date < date)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct holiday *company_find_holiday(const struct company *company, date_d date)
{
    const size_t at = first_holiday(company, date);
    const bool found = at < company->n_holidays && company->holidays[at].date == date;
    return found ? &company->holidays[at] : NULL;
}

bool holiday_is_worked(const struct holiday *holiday, int32_t inspector)
{
    size_t low = 0;
    size_t high = holiday->n_worked_by;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (holiday->worked_by[middle] < inspector)
            low = middle + 1;
        else
            high = middle;
    }
    return low < holiday->n_worked_by && holiday->worked_by[low] == inspector;
}

bool company_is_off(const struct company *company, int32_t inspector, date_d date)
{
    for (size_t i = first_holiday(company, date);
         i < company->n_holidays && company->holidays[i].date == date; i++) {
        if (!holiday_is_worked(&company->holidays[i], inspector))
            return true;
    }
    return false;
}

struct str company_zone_at(const struct company *company, struct place place)
{
    for (size_t i = 0; i < company->n_areas; i++) {
        const struct area *area = &company->areas[i];
        if (area->zone_name.len > 0 && area_contains(area, place))
            return area->zone_name;
    }
    return STR("");
}

bool inspector_can(const struct inspector *inspector, const int32_t *services, size_t n_services)
{
    for (size_t i = 0; i < n_services; i++) {
        bool found = false;
        for (size_t k = 0; k < inspector->n_services && !found; k++)
            found = inspector->services[k] == services[i];
        if (!found)
            return false;
    }
    return true;
}

const struct rules *company_rules(const struct company *company, int32_t brand)
{
    return brand == NOT_FOUND ? &company->rules : &company->brands[brand].rules;
}

size_t wall_spans_merge(struct wall_span *spans, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct wall_span moving = spans[i];
        size_t k = i;
        for (; k > 0 && spans[k - 1].from_min > moving.from_min; k--)
            spans[k] = spans[k - 1];
        spans[k] = moving;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept > 0 && spans[i].from_min <= spans[kept - 1].to_min) {
            if (spans[i].to_min > spans[kept - 1].to_min)
                spans[kept - 1].to_min = spans[i].to_min;
        } else {
            spans[kept++] = spans[i];
        }
    }
    return kept;
}
