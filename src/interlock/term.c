/* Colour only where a person looks, and never against NO_COLOR. */
#include "cli.h"

#include <stdlib.h>
#include <unistd.h>

static bool has_colour(void)
{
    return isatty(fileno(stdout)) && getenv("NO_COLOR") == NULL;
}

const char *term_bold(void)
{
    return has_colour() ? "\033[1m" : "";
}

const char *term_plain(void)
{
    return has_colour() ? "\033[0m" : "";
}
