/* What is promised and not served yet: it has a place, and says what will stand there. */
#include "call.h"

static const struct {
    const char *path;
    const char *words;
} planned[] = {
    { "/investigate",
      "Planned: proves from the journal, or from an incident file, whether two orders "
      "overlapped and what let it happen." },
    { "/plan", "Planned: proposes better assignments for a day or a range." },
    { "/plan/{}", "Planned: shows a proposed plan beside the calendar as it is." },
    { "/plan/{}/accept", "Planned: takes a proposed plan over, all of it or nothing." },
    { "/quote", "Planned: a price with a time kept for it." },
    { "/quote/{}", "Planned: shows a quote." },
    { "/quote/{}/book", "Planned: books what a quote offers." },
    { "/lead", "Planned: leaves a customer's wish with the office." },
    { "/waitlist", "Planned: tells a customer when a time becomes free." },
    { "/spectora/webhook/{}", "Planned: what Spectora reports of its own changes." },
    { "/m/{}", "Planned: the page by which a customer moves or cancels an appointment." },
    { "/calendar/{}.ics", "Planned: an inspector's calendar as a feed." },
    { "/book/{}", "Planned: the public scheduler of a brand." },
    { "/desk", "Planned: the office's own screens." },
};

bool planned_handle(struct call *call)
{
    const struct str path = str_from(call->route->path);
    for (size_t i = 0; i < sizeof planned / sizeof planned[0]; i++) {
        if (str_equal(str_from(planned[i].path), path))
            return answer_code(call, CODE_not_implemented, "", str_from(planned[i].words));
    }
    return answer_code(call, CODE_not_implemented, "", STR(""));
}
