/* Writes the words of a fault. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void write_text(struct il_err *reterr, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void write_text(struct il_err *reterr, const char *format, va_list args)
{
    (void)vsnprintf(reterr->text, sizeof reterr->text, format, args);
    reterr->field[0] = '\0';
    reterr->code = NULL;
}

il_rc il_fail(struct il_err *reterr, il_rc rc, const char *format, ...)
{
    if (reterr != NULL) {
        va_list args;
        va_start(args, format);
        write_text(reterr, format, args);
        va_end(args);
    }
    return rc;
}

il_rc il_invalid(struct il_err *reterr, const char *code, const char *field, const char *format,
                 ...)
{
    if (reterr != NULL) {
        va_list args;
        va_start(args, format);
        write_text(reterr, format, args);
        va_end(args);
        (void)snprintf(reterr->field, sizeof reterr->field, "%s", field);
        reterr->code = code;
    }
    return IL_INVALID;
}
