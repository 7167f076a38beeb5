/* request.c - the request table: from key to request, and the table as text. No state, any thread.
 */
#include "ui/request.h"

#include "base/str.h"
#include "ui/pointer.h"
#include "ui/ui.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#define MOST_KEYS 5

struct info {
    enum request_group group;
    const char *name, *word, *help;
    int keys[MOST_KEYS]; /* ends with 0 */
};

static const struct info infos[REQUEST_COUNT] = {[REQ_NONE] = {GROUP_MOVE, "", "", "", {0}},
#define REQUEST_INFO(name, group, word, help, ...)                                                 \
    [REQ_##name] = {GROUP_##group, #name, word, help, {__VA_ARGS__}},
                                                 REQUESTS(REQUEST_INFO)
#undef REQUEST_INFO
};

static const struct {
    int key;
    const char *label;
} labels[] = {
    {KEY_UP, "Up"},
    {KEY_DOWN, "Down"},
    {KEY_LEFT, "Left"},
    {KEY_RIGHT, "Right"},
    {KEY_HOME, "Home"},
    {KEY_END, "End"},
    {KEY_SLEFT, "Shift-Left"},
    {KEY_SRIGHT, "Shift-Right"},
    {KEY_PPAGE, "PgUp"},
    {KEY_NPAGE, "PgDn"},
    {KEY_BTAB, "Shift-Tab"},
    {KEY_ENTER, "Enter"},
    {KEY_BACKSPACE, "Backspace"},
    {KEY_DC, "Del"},
    {KEY_F(1), "F1"},
    {KEY_F(2), "F2"},
    {KEY_F(3), "F3"},
    {KEY_F(4), "F4"},
    {KEY_F(5), "F5"},
    {KEY_F(6), "F6"},
    {KEY_F(9), "F9"},
    {'\t', "Tab"},
    {'\n', "Enter"},
    {'\r', "Enter"},
    {127, "Backspace"},
    {'\b', "Backspace"},
    {KEY_ESCAPE, "Esc"},
    {' ', "Space"},
};

static void label_of(int key, char to[16])
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (labels[i].key == key) {
            str_copy(to, 16, labels[i].label);
            return;
        }
    }
    if (key < ' ')
        snprintf(to, 16, "Ctrl-%c", key | 0x40);
    else
        snprintf(to, 16, "%c", key);
}

enum request request_of_key(struct key key)
{
    int wanted = key.code ? key.code : (int)key.character;
    if (!wanted || (!key.code && wanted > 127))
        return REQ_NONE;
    for (int r = 1; r < REQUEST_COUNT; r++)
        for (int k = 0; k < MOST_KEYS && infos[r].keys[k]; k++)
            if (infos[r].keys[k] == wanted)
                return (enum request)r;
    return REQ_NONE;
}

void request_name(enum request request, char to[REQUEST_NAME_BYTES])
{
    const char *name = infos[request].name;
    size_t n = 0;
    for (; name[n] && n + 1 < REQUEST_NAME_BYTES; n++)
        to[n] = name[n] == '_' ? '-' : (char)(name[n] - 'A' + 'a');
    to[n] = '\0';
}

enum request_group request_group(enum request request)
{
    return infos[request].group;
}

const char *request_group_title(enum request_group group)
{
    static const char *const titles[REQUEST_GROUPS] = {
        "Moving",   "Screens",     "Run",  "List of runs", "Charts",
        "Ablation", "Predictions", "Form", "SQL",          "Program"};
    return titles[group];
}

const char *request_word(enum request request)
{
    return infos[request].word;
}

const char *request_help(enum request request)
{
    return infos[request].help;
}

void request_keys(enum request request, bool first, char *to, size_t room)
{
    char last[16] = "", label[16];
    size_t at = 0;
    to[0] = '\0';
    for (int k = 0; k < MOST_KEYS && infos[request].keys[k]; k++) {
        label_of(infos[request].keys[k], label);
        if (!strcmp(label, last))
            continue; /* several codes of one key */
        int n = snprintf(to + at, room - at, "%s%s", k ? ", " : "", label);
        if (n < 0 || (size_t)n >= room - at || first)
            return;
        at += (size_t)n;
        str_copy(last, sizeof last, label);
    }
}

struct key request_key(enum request request, bool types)
{
    for (int k = 0; k < MOST_KEYS && infos[request].keys[k]; k++) {
        int key = infos[request].keys[k];
        if (types && key >= ' ' && key <= '~')
            continue;
        return key > 127 ? (struct key){.code = key} : (struct key){.character = (wchar_t)key};
    }
    return (struct key){0, 0};
}

void request_command_key(enum request request, char *to, size_t room)
{
    char label[16];
    to[0] = '\0';
    for (int k = 0; k < MOST_KEYS && infos[request].keys[k] && !to[0]; k++) {
        int key = infos[request].keys[k];
        label_of(key, label);
        if (key < ' ' || key > '~')
            str_copy(to, room, label);
    }
}

void ui_mdoc_keys(struct str *out)
{
    for (int g = 0; g < REQUEST_GROUPS; g++) {
        str_addf(out, ".Ss %s\n.Bl -tag -width Ds\n", request_group_title((enum request_group)g));
        for (int r = 1; r < REQUEST_COUNT; r++) {
            if (infos[r].group != (enum request_group)g)
                continue;
            char last[16] = "", label[16];
            str_add(out, ".It");
            for (int k = 0; k < MOST_KEYS && infos[r].keys[k]; k++) {
                label_of(infos[r].keys[k], label);
                if (!strcmp(label, last))
                    continue;
                /* The zero-width space keeps "?" and "/" from being read as punctuation. */
                str_addf(out, "%s Ic \\&%s", k ? " ," : "", label);
                str_copy(last, sizeof last, label);
            }
            str_addf(out, "\n%s.\n", infos[r].help);
        }
        str_add(out, ".El\n");
    }
    const char *gesture, *meaning;
    str_add(out, ".Ss Mouse\n.Bl -tag -width Ds\n");
    for (int i = 0; (meaning = pointer_help(i, &gesture)); i++)
        str_addf(out, ".It %s\n%s.\n", gesture, meaning);
    str_add(out, ".El\n");
}
