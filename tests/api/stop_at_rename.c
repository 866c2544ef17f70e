/* Preloaded: the process dies where it would rename a file, as by a kill at that very moment. */
#include <signal.h>
#include <stdio.h>

int rename(const char *from, const char *to)
{
    (void)from;
    (void)to;
    (void)raise(SIGKILL);
    return -1;
}
