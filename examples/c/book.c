/* Interlock inside a program, without a server: the first free time of a company is booked, and
 * refused when it is asked for again. Ends with 0 if so. */
#include <interlock.h>
#include <stdio.h>
#include <string.h>

static const char company[] =
    "{\"interlock\":1,\"company\":{\"_id\":\"acme\",\"name\":\"Acme\",\"timezone\":\"UTC\","
    "\"currency\":\"USD\"},\"services\":[{\"_id\":\"home\",\"name\":\"Home\",\"type\":\"primary\","
    "\"minutes\":180,\"priceCents\":45000}],\"inspectors\":[{\"_id\":\"ann\",\"name\":\"Ann\","
    "\"services\":[\"home\"],\"weekly\":[{\"day\":\"mon\",\"starts\":[\"08:00\",\"13:00\"]}]}]}";

int main(void)
{
    struct interlock_error error;
    struct interlock *il = interlock_open(NULL, NULL, &error); /* NULL: in memory */
    if (il == NULL || !interlock_load(il, company, &error)) {
        (void)puts(error.text);
        return 1;
    }
    struct interlock_answer *slots =
        interlock_ask(il, "acme", "GET", "/schedule/optimal-slots?services=home", NULL);
    const char *first = strstr(slots->body, "\"datetime\":");
    char order[256];
    (void)snprintf(order, sizeof order,
                   "{%.*s,\"services\":[\"home\"],\"_inspectorId\":\"ann\","
                   "\"client\":{\"name\":\"Chris\"},\"property\":{\"address\":\"1 Elm Street\"}}",
                   first == NULL ? 0 : (int)strcspn(first, ","), first == NULL ? "" : first);
    interlock_free(slots);
    int status[2];
    for (int i = 0; i < 2; i++) {
        struct interlock_answer *answer =
            interlock_ask(il, "acme", "POST", "/inspection/book-job", order);
        (void)printf("%d %s\n", status[i] = answer->status, answer->body);
        interlock_free(answer);
    }
    interlock_close(il);
    return status[0] == 201 && status[1] == 409 ? 0 : 1;
}
