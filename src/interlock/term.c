/* Colour only where a person looks, and never against NO_COLOR. */
#include "cli.h"

#include <stdlib.h>
#include <unistd.h>

bool term_has_colour(FILE *out)
{
    return isatty(fileno(out)) && getenv("NO_COLOR") == NULL;
}

const char *term_bold(void)
{
    return term_has_colour(stdout) ? "\033[1m" : "";
}

const char *term_dim(void)
{
    return term_has_colour(stdout) ? "\033[2m" : "";
}

const char *term_plain(void)
{
    return term_has_colour(stdout) ? "\033[0m" : "";
}
