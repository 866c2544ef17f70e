/* The last words of a life. */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct trace own;
struct trace *trace = &own;
static const char *indent = "";

void trace_indent(const char *words)
{
    indent = words;
}

void trace_say(const char *format, ...)
{
    char *line = trace->lines[trace->n++ % TRACE_LINES];
    const int n = snprintf(line, TRACE_CHARS, "%s", indent);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line + n, TRACE_CHARS - (size_t)n, format, args);
    va_end(args);
}

void trace_add(const char *format, ...)
{
    if (trace->n == 0)
        return;
    char *line = trace->lines[(trace->n - 1) % TRACE_LINES];
    const size_t n = strlen(line);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line + n, TRACE_CHARS - n, format, args);
    va_end(args);
}
