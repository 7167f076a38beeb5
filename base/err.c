/* err.c - bounded error texts. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void err_clear(struct err *e)
{
    if (!e)
        return;
    e->code = ERR_NONE;
    e->text[0] = '\0';
}

int err_set(struct err *e, enum err_code code, const char *format, ...)
{
    if (!e)
        return -1;
    /* The arguments may point into e->text, so the new text is built beside it. */
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    e->code = code;
    memcpy(e->text, text, sizeof text);
    return -1;
}

static enum err_code code_of_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    case ENOENT:
        return ERR_NOT_FOUND;
    case ENOMEM:
        return ERR_MEMORY;
    default:
        return ERR_IO;
    }
}

int err_errno(struct err *e, int number, const char *format, ...)
{
    if (!e)
        return -1;
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char reason_buffer[128];
    const char *reason = strerror_r(number, reason_buffer, sizeof reason_buffer);
    return err_set(e, code_of_errno(number), "%s: %s", text, reason);
}

int err_prefix(struct err *e, const char *format, ...)
{
    if (!e)
        return -1;
    char text[ERR_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return err_set(e, e->code, "%s: %s", text, e->text);
}
