/* notes.c - see notes_priv.h. */
#include "engine/train/notes_priv.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

#define NOTES 12

struct notes {
    int n;
    struct {
        enum log_level level;
        char text[LOG_TEXT_BYTES];
    } at[NOTES];
};

int notes_new(struct run *run, struct err *e)
{
    run->notes = mem_alloc(1, sizeof *run->notes);
    return run->notes ? 0 : mem_error(e, "a run's notes", sizeof *run->notes);
}

void notes_add(struct run *run, enum log_level level, const char *format, ...)
{
    struct notes *notes = run->notes;
    if (notes->n == NOTES)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(notes->at[notes->n].text, LOG_TEXT_BYTES, format, args);
    va_end(args);
    notes->at[notes->n++].level = level;
}

void notes_log(const struct run *run)
{
    for (int i = 0; run->notes && i < run->notes->n; i++)
        log_say(run->log, run->notes->at[i].level, "%s", run->notes->at[i].text);
}

void notes_free(struct run *run)
{
    mem_free(run->notes);
}
