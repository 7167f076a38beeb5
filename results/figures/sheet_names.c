/* sheet_names.c - what parts of SVG files are called. */
#include "results/figures/sheet_priv.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of cairo's, in the order in which they occur. */
struct names {
    long *of;
    size_t n, room;
};

/* The place of a number, from 0; -1 when out of memory. */
static long place_of(struct names *names, long number)
{
    for (size_t i = 0; i < names->n; i++)
        if (names->of[i] == number)
            return (long)i;
    if (names->n == names->room) {
        size_t room = names->room ? 2 * names->room : 16;
        long *of = mem_resize(names->of, room, sizeof *of);
        if (!of)
            return -1;
        names->of = of;
        names->room = room;
    }
    names->of[names->n] = number;
    return (long)names->n++;
}

/* "surface12", "image13": where the number begins, in a name or a reference to it; or NULL. */
static const char *number_at(const char *at)
{
    static const char *const kinds[] = {"surface", "image"};
    if (*at != '"' && *at != '#')
        return NULL;
    at += 1 + (at[0] == '"' && at[1] == '#');
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *digits = at + strlen(kinds[i]);
        if (!strncmp(at, kinds[i], strlen(kinds[i])) && *digits >= '0' && *digits <= '9')
            return digits;
    }
    return NULL;
}

int sheet_steady_names(struct str *svg)
{
    struct str out;
    struct names names = {0};
    int result = 0;
    str_init(&out);
    const char *done = svg->text, *at = done;
    while (!result && (at = strpbrk(at, "\"#"))) {
        const char *digits = number_at(at++);
        char *end;
        if (!digits)
            continue;
        long place = place_of(&names, strtol(digits, &end, 10));
        result = place < 0 ? -1 : 0;
        str_add_bytes(&out, done, (size_t)(digits - done));
        str_addf(&out, "%ld", place);
        done = at = end;
    }
    str_add(&out, done);
    mem_free(names.of);
    if (result || out.failed) {
        str_fini(&out);
        return -1;
    }
    str_fini(svg);
    *svg = out;
    return 0;
}
