/* preferences_file.c - see preferences_file.h. */
#include "src/preferences_file.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/rows.h"
#include "results/rows_columns.h"
#include "results/rows_filter.h"
#include "src/user_path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_BYTES (64 << 10)
#define BLANKS " \t\r"

int preferences_file_path(char *to, size_t room, struct err *e)
{
    return user_path("XDG_CONFIG_HOME", ".config", "combolab/config", "preferences", to, room, e);
}

/* --- names and values --- */

static int unknown(const char *name, struct err *e)
{
    const struct opt *nearest = opt_nearest(&ui_preferences, name);
    struct str names;
    if (nearest)
        return err_set(e, ERR_USAGE, "there is no preference '%.60s'; did you mean '%s'?", name,
                       nearest->name);
    str_init(&names);
    for (size_t i = 0; i < ui_preferences.count; i++)
        str_addf(&names, "%s%s", i ? ", " : "", ui_preferences.options[i].name);
    err_set(e, ERR_USAGE, "there is no preference '%.60s': there are %s", name, names.text);
    str_fini(&names);
    return -1;
}

/* What the table cannot know of a text. */
static int check(const char *name, const char *text, struct err *e)
{
    struct rows_filter *filter = NULL;
    if (!strcmp(name, "sort") && text[0] &&
        !rows_column_meant(row_run_columns, text + (text[0] == '-'), e))
        return err_prefix(e, "sort");
    if (!strcmp(name, "filter") && rows_filter_new(&filter, text, row_run_columns, e))
        return err_prefix(e, "filter");
    rows_filter_free(filter);
    return 0;
}

int preferences_set(struct ui_preferences *to, const char *name, const char *text, struct err *e)
{
    const struct opt *o = opt_find(&ui_preferences, name);
    if (!o)
        return unknown(name, e);
    return check(o->name, text, e) ? -1 : opt_set(&ui_preferences, to, o->name, text, e);
}

/* --- lines --- */

/* One line: "" for a comment or nothing, else its name; *value is what comes after the sign, NULL
 * where there is none. Both without blanks around them, within the line, which is changed. */
static char *parse_line(char *line, char **value)
{
    *value = NULL;
    line += strspn(line, BLANKS);
    for (size_t n = strlen(line); n && strchr(BLANKS, line[n - 1]);)
        line[--n] = '\0';
    if (line[0] == '#')
        return line + strlen(line);
    char *sign = strchr(line, '=');
    if (!sign)
        return line;
    *value = sign + 1 + strspn(sign + 1, BLANKS);
    *sign = '\0';
    for (size_t n = strlen(line); n && strchr(BLANKS, line[n - 1]);)
        line[--n] = '\0';
    return line;
}

static int take_line(char *line, struct ui_preferences *to, struct err *e)
{
    char *value, *name = parse_line(line, &value);
    if (!name[0] && !value)
        return 0;
    if (!value)
        return err_set(e, ERR_USAGE, "'%.60s' is neither NAME = VALUE nor a comment (#)", name);
    return preferences_set(to, name, value, e);
}

/* The file's text, "" where there is none; freed with mem_free. */
static int read_text(const char *path, char **text, struct err *e)
{
    uint8_t *bytes;
    size_t n;
    uint64_t whole;
    struct err missing;
    if (file_read(&bytes, &n, &whole, path, MOST_BYTES, &missing)) {
        *e = missing;
        bool none = missing.code == ERR_NOT_FOUND || (access(path, F_OK) && errno == ENOTDIR);
        *text = none ? mem_string("") : NULL;
        return *text ? 0 : -1;
    }
    *text = (char *)bytes;
    if (whole <= MOST_BYTES && !memchr(bytes, '\0', n))
        return 0;
    mem_free(bytes);
    return err_set(
        e, ERR_USAGE,
        whole > MOST_BYTES ? "%s is longer than 64 KiB" : "%s is no text: it has a NUL byte", path);
}

int preferences_file_read(const char *path, struct ui_preferences *to, struct err *e)
{
    char *text;
    int failed = opt_defaults(&ui_preferences, to, e);
    if (failed || read_text(path, &text, e))
        return -1;
    char *rest = text;
    for (int line = 1; !failed && rest; line++) {
        failed = take_line(strsep(&rest, "\n"), to, e);
        if (failed) {
            err_prefix(e, "%s, line %d", path, line);
            e->code = ERR_FORMAT; /* the command line is as it should be */
        }
    }
    mem_free(text);
    return failed;
}

/* --- writing --- */

/* The line that counts: the last one of that name. NULL when there is none. */
static const char *line_of(const char *text, const char *name)
{
    const struct opt *wanted = opt_find(&ui_preferences, name);
    const char *found = NULL;
    while (*text) {
        size_t length = strcspn(text, "\n");
        char copy[256], *value;
        size_t n = length < sizeof copy - 1 ? length : sizeof copy - 1; /* names are short */
        memcpy(copy, text, n);
        copy[n] = '\0';
        const char *here = parse_line(copy, &value);
        if (value && opt_find(&ui_preferences, here) == wanted)
            found = text;
        text += length + (text[length] == '\n');
    }
    return found;
}

/* A link stays a link to the file that is replaced. */
static void follow(const char *path, char to[FILE_PATH_BYTES])
{
    char *real = realpath(path, NULL);
    str_copy(to, FILE_PATH_BYTES, real ? real : path);
    free(real);
}

int preferences_file_write(const char *path, const char *name, const char *text, struct err *e)
{
    char *former, folder[FILE_PATH_BYTES], real[FILE_PATH_BYTES];
    struct str now;
    file_folder(path, folder, sizeof folder);
    if (file_make_folders(folder, e) || read_text(path, &former, e))
        return -1;
    const char *line = line_of(former, name), *rest = line ? line + strcspn(line, "\n") : "\n";
    size_t before = line ? (size_t)(line - former) : strlen(former);
    str_init(&now);
    str_add_bytes(&now, former, before);
    if (!line && before && former[before - 1] != '\n')
        str_add(&now, "\n");
    str_addf(&now, "%s = %s%s", name, text, rest);
    follow(path, real);
    int failed = now.failed ? mem_error(e, "preferences", before)
                            : file_replace(real, now.text, now.length, 1, e);
    str_fini(&now);
    mem_free(former);
    return failed;
}
