/* launch_paths.c - a path that is typed into the form goes on, as far as all names of its folder
 * that begin so have in common. Screen thread only. */
#include "ui/views/launch_priv.h"

#include <stdio.h>
#include <string.h>

bool launch_has_paths(const struct launch_view *v, const struct ui_model *m)
{
    return m->paths_of && launch_types_path(v) && !strcmp(m->paths_of, v->edit.text);
}

/* What all names have in common, in bytes. */
static size_t common_bytes(const struct ui_model *m)
{
    size_t common = strlen(m->paths[0]);
    for (size_t i = 1; i < m->n_paths; i++)
        for (size_t k = 0; k < common; k++)
            if (m->paths[i][k] != m->paths[0][k])
                common = k;
    while (common && ((unsigned char)m->paths[0][common] & 0xc0) == 0x80)
        common--;
    return common;
}

void launch_complete_path(struct launch_view *v, const struct ui_model *m)
{
    char text[OPT_TEXT_BYTES];
    v->completes = !launch_has_paths(v, m);
    if (v->completes || !m->n_paths)
        return;
    const char *slash = strrchr(v->edit.text, '/');
    int before = slash ? (int)(slash - v->edit.text) + 1 : 0;
    int n = snprintf(text, sizeof text, "%.*s%.*s", before, v->edit.text, (int)common_bytes(m),
                     m->paths[0]);
    if (n < (int)sizeof text)
        edit_start(&v->edit, text);
}
