/* kept.h - what a view is left with, for the next start: fields of its state as lines of a name and
 * a value. Pure; any thread.
 *
 * What is read back may be of another version of the program: a name that is not known, and a value
 * that the field cannot have, are passed over.
 */
#ifndef COMBOLAB_UI_KEPT_H
#define COMBOLAB_UI_KEPT_H

#include <stdbool.h>
#include <stddef.h>

struct str;

enum kept_type { KEPT_FLAG, KEPT_INT, KEPT_RUN, KEPT_TEXT }; /* bool, int, int64_t, char[] */

struct kept_field {
    const char *name;
    enum kept_type type;
    size_t offset;
    int most; /* INT: 0..most; TEXT: bytes, with the NUL */
};

/* A field of a struct: KEPT_FIELD("run", RUN, struct live_view, open, 0). */
#define KEPT_FIELD(name, type, state, field, most)                                                 \
    {                                                                                              \
        name, KEPT_##type, offsetof(state, field), most                                            \
    }

/* "VIEW NAME VALUE" for every field, but no run 0 and no empty text. */
void kept_add(struct str *to, const char *view, const struct kept_field *fields, size_t n,
              const void *state);

/* False when no field has that name. */
bool kept_take(void *state, const struct kept_field *fields, size_t n, const char *name,
               const char *value);

#endif
