/* log.h - a place to say things that are not errors. Nothing below src/ prints; it is given a
 * `struct log` and the owner decides where lines go (event queue, file, terminal). */
#ifndef COMBOLAB_BASE_LOG_H
#define COMBOLAB_BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

struct log {
    enum log_level least; /* quieter levels are dropped */
    void (*write)(void *context, enum log_level level, const char *text); /* any thread */
    void *context;
};

#define LOG_TEXT_BYTES 512

/* Formats into a bounded line and hands it to log->write; log == NULL drops it. */
void log_say(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *log_level_name(enum log_level level); /* "debug", "info", "warning", "error" */

#endif
