/* log.c - bounded log lines to a caller's sink. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

const char *log_level_name(enum log_level level)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    return names[level];
}

void log_say(const struct log *log, enum log_level level, const char *format, ...)
{
    if (!log || !log->write || level < log->least)
        return;
    char text[LOG_TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log->write(log->context, level, text);
}
