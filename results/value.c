/* value.c - one value of a statement, as people read it. */
#include "results/value.h"

#include "base/mem.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>

#define SHOWN_BYTES 16 /* of a blob */

bool value_is_number(const struct row_value *v)
{
    return v->kind == ROW_VALUE_INT || v->kind == ROW_VALUE_REAL;
}

void value_add_hex(struct str *to, const char *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        const char two[2] = {digits[byte >> 4], digits[byte & 15]};
        str_add_bytes(to, two, sizeof two);
    }
}

static void add_blob(struct str *to, const struct row_value *v)
{
    bool cut = v->count > SHOWN_BYTES;
    str_add(to, "x'");
    value_add_hex(to, v->bytes, cut ? SHOWN_BYTES / 2 : v->count);
    if (cut)
        str_addf(to, "'.. (%zu bytes)", v->count);
    else
        str_add(to, "'");
}

/* A text may hold NULs: what is before and after one are texts. */
static void add_text(struct str *to, const struct row_value *v)
{
    char small[256];
    size_t room = 4 * v->count + 1;
    char *visible = room <= sizeof small ? small : mem_alloc(room, 1);
    if (!visible) {
        to->failed = true;
        return;
    }
    for (size_t at = 0; at <= v->count; at += strlen(v->bytes + at) + 1) {
        str_visible(visible, room, v->bytes + at);
        str_addf(to, "%s%s", at ? "^@" : "", visible);
    }
    if (visible != small)
        mem_free(visible);
}

void value_add(struct str *to, const struct row_value *v)
{
    char number[64];
    switch (v->kind) {
    case ROW_VALUE_NULL:
        return;
    case ROW_VALUE_INT:
        str_addf(to, "%" PRId64, v->whole);
        return;
    case ROW_VALUE_REAL:
        str_shortest(number, sizeof number, v->real, VALUE_DIGITS);
        str_add(to, number);
        return;
    case ROW_VALUE_TEXT:
        add_text(to, v);
        return;
    case ROW_VALUE_BLOB:
        add_blob(to, v);
        return;
    }
}
