/* kept.c - fields of a state as lines of text. */
#include "ui/kept.h"

#include "base/str.h"

#include <string.h>

/* A line break would be two lines; no other text of a view has one. */
static void add_text(struct str *to, const char *view, const char *name, const char *value)
{
    if (value[0] && !strchr(value, '\n'))
        str_addf(to, "%s %s %s\n", view, name, value);
}

void kept_add(struct str *to, const char *view, const struct kept_field *fields, size_t n,
              const void *state)
{
    for (size_t i = 0; i < n; i++) {
        const char *at = (const char *)state + fields[i].offset;
        const char *name = fields[i].name;
        int number = 0;
        int64_t run = 0;
        bool flag = false;
        switch (fields[i].type) {
        case KEPT_FLAG:
            memcpy(&flag, at, sizeof flag);
            add_text(to, view, name, flag ? "yes" : "no");
            break;
        case KEPT_INT:
            memcpy(&number, at, sizeof number);
            str_addf(to, "%s %s %d\n", view, name, number);
            break;
        case KEPT_RUN:
            memcpy(&run, at, sizeof run);
            if (run)
                str_addf(to, "%s %s %lld\n", view, name, (long long)run);
            break;
        case KEPT_TEXT:
            add_text(to, view, name, at);
            break;
        }
    }
}

bool kept_take(void *state, const struct kept_field *fields, size_t n, const char *name,
               const char *value)
{
    size_t i = 0;
    while (i < n && strcmp(fields[i].name, name))
        i++;
    if (i == n)
        return false;
    const struct kept_field *f = &fields[i];
    char *at = (char *)state + f->offset;
    int64_t number = 0;
    bool flag = !strcmp(value, "yes"), read = !str_to_int(value, &number);
    int small = (int)number;
    if (f->type == KEPT_FLAG)
        memcpy(at, &flag, sizeof flag);
    else if (f->type == KEPT_TEXT && strlen(value) < (size_t)f->most)
        str_copy(at, (size_t)f->most, value);
    else if (f->type == KEPT_INT && read && number >= 0 && number <= f->most)
        memcpy(at, &small, sizeof small);
    else if (f->type == KEPT_RUN && read && number >= 0)
        memcpy(at, &number, sizeof number);
    return true;
}
