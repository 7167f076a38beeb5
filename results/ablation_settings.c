/* ablation_settings.c - what runs differ in besides row, column, fold and seed: within a cell,
 * which makes it a mixture; and between rows, which a difference may come from as well.
 */
#include "results/ablation_priv.h"

#include "base/hash.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_SETTINGS (2 * ROW_MOST_COLUMNS)
#define MOST_VALUES 4 /* that a warning names */
#define VALUE_BYTES 64

struct setting {
    const struct row_column *column; /* NULL: an option */
    const char *name, *title;
    bool tells; /* where figures come from: worth a warning, but no mixture */
};

struct settings {
    struct setting list[MOST_SETTINGS];
    size_t n;
};

/* Columns that follow from others, or that pairs of runs go by. */
static const char *const following[] = {
    "name",       "fold",        "seed",           "parameters", "classes", "train_images",
    "val_images", "test_images", "skipped_images", "data_hash",  "priority"};

/* By what a run was trained, and where. */
static const char *const telling[] = {"program", "library", "device", "imported"};

/* Options that change no figure, or that are told by columns of other names. */
static const char *const idle[] = {
    "cache",   "image-memory", "save-every", "keep",  "keep-checkpoints",
    "threads", "trace",        "init",       "preset"};

#define COUNT(list) (sizeof list / sizeof *list)

static bool is_among(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

const char *ablation_option(const struct ablation_source *s, int64_t run, const char *name)
{
    size_t from = 0, to = s->n_settings;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (s->settings[middle].run < run)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < s->n_settings && s->settings[from].run == run; from++)
        if (!strcmp(s->settings[from].name, name))
            return s->settings[from].value;
    return run ? ablation_option(s, 0, name) : "";
}

bool ablation_parts(const struct making *m, const char *name)
{
    size_t length = strlen(name);
    const char *at = m->parted.text;
    for (; (at = strstr(at, name)); at += length)
        if ((at == m->parted.text || at[-1] == ',') && at[length] == ',')
            return true;
    return false;
}

static bool has_column(const struct row_column *columns, const char *option)
{
    char name[48];
    str_copy(name, sizeof name, option);
    for (char *c = name; *c; c++)
        if (*c == '-')
            *c = '_';
    return rows_column(columns, name) != NULL;
}

static void add(const struct making *m, struct settings *to, struct setting setting)
{
    for (size_t i = 0; i < to->n; i++)
        if (!strcmp(to->list[i].name, setting.name))
            return;
    if (to->n < MOST_SETTINGS && !ablation_parts(m, setting.name))
        to->list[to->n++] = setting;
}

static void list_settings(const struct making *m, struct settings *to)
{
    const struct ablation_source *s = m->source;
    to->n = 0;
    for (const struct row_column *c = s->runs->columns; c->name; c++) {
        bool tells = is_among(telling, COUNT(telling), c->name);
        bool chosen = c->use & (ROW_LAUNCHED | ROW_FOUND);
        if (c->title && (tells || chosen) && !is_among(following, COUNT(following), c->name))
            add(m, to, (struct setting){c, c->name, c->title, tells});
    }
    for (size_t i = 0; i < s->n_settings; i++)
        if (s->settings[i].run && !is_among(idle, COUNT(idle), s->settings[i].name) &&
            !has_column(s->runs->columns, s->settings[i].name))
            add(m, to, (struct setting){NULL, s->settings[i].name, s->settings[i].name, false});
}

/* --- a member's value --- */

static const void *row_of(const struct making *m, const struct member *member)
{
    return rows_at(m->source->runs, member->place);
}

static bool is_text(const struct setting *s)
{
    return !s->column || s->column->kind == ROW_TEXT;
}

static const char *text_of(const struct making *m, const struct setting *s,
                           const struct member *member)
{
    return s->column ? rows_text(s->column, row_of(m, member))
                     : ablation_option(m->source, member->id, s->name);
}

static double number_of(const struct making *m, const struct setting *s,
                        const struct member *member)
{
    return rows_number(s->column, row_of(m, member), m->source->runs->now_s);
}

static bool is_same(const struct making *m, const struct setting *s, const struct member *a,
                    const struct member *b)
{
    if (is_text(s)) {
        const char *x = text_of(m, s, a), *y = text_of(m, s, b);
        return x == y || !strcmp(x, y);
    }
    double x = number_of(m, s, a), y = number_of(m, s, b);
    return x == y || (isnan(x) && isnan(y));
}

static void show_value(const struct making *m, const struct setting *s, const struct member *member,
                       char to[VALUE_BYTES])
{
    if (is_text(s))
        str_copy(to, VALUE_BYTES, text_of(m, s, member));
    else
        str_shortest(to, VALUE_BYTES, number_of(m, s, member), 6);
    if (!to[0] || (!is_text(s) && isnan(number_of(m, s, member))))
        str_copy(to, VALUE_BYTES, "none");
}

/* --- which members count --- */

static uint64_t hash_of(const struct making *m, const struct settings *all,
                        const struct member *member)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < all->n; i++) {
        const struct setting *s = &all->list[i];
        if (s->tells)
            continue;
        double number = is_text(s) ? 0 : number_of(m, s, member);
        hash = is_text(s)      ? hash_text(hash, text_of(m, s, member))
               : isnan(number) ? hash_text(hash, "-")
                               : hash_bytes(hash, &number, sizeof number);
    }
    return hash;
}

static bool is_repeated(const struct member *first, const struct member *member)
{
    for (const struct member *other = first; other < member; other++)
        if (other->finished && other->fold == member->fold && other->seed == member->seed &&
            other->settings == member->settings)
            return true;
    return false;
}

/* The first that counts among these members; NULL. */
static const struct member *first_counted(const struct making *m, size_t cell)
{
    for (size_t i = m->begin[cell]; i < m->begin[cell + 1]; i++)
        if (m->members[i].counts)
            return &m->members[i];
    return NULL;
}

/* Members of one fold and seed stand together, so those before are looked at from their first on.
 */
static void count_cell(struct making *m, const struct settings *all, size_t cell)
{
    size_t same = m->begin[cell];
    for (size_t i = m->begin[cell]; i < m->begin[cell + 1]; i++) {
        struct member *member = &m->members[i];
        if (member->fold != m->members[same].fold || member->seed != m->members[same].seed)
            same = i;
        if (!member->finished)
            continue;
        member->settings = hash_of(m, all, member);
        member->counts = !is_repeated(&m->members[same], member);
        const struct member *first = first_counted(m, cell);
        m->a->cells[cell].mixed |= member->counts && member->settings != first->settings;
    }
}

/* --- warnings --- */

struct values {
    char text[MOST_VALUES][VALUE_BYTES];
    size_t n, others;
};

static void add_value(struct values *to, const char *value)
{
    size_t i = 0;
    while (i < to->n && strcmp(to->text[i], value))
        i++;
    if (i < to->n)
        return;
    if (to->n < MOST_VALUES)
        str_copy(to->text[to->n++], VALUE_BYTES, value);
    else
        to->others++;
}

static void add_values(struct str *to, const struct values *v)
{
    for (size_t i = 0; i < v->n; i++) {
        str_add(to, !i ? "" : i + 1 == v->n && !v->others ? " and " : ", ");
        ablation_add_name(to, v->text[i]);
    }
    if (v->others)
        str_addf(to, " and others");
}

/* Collects the values of a cell in which they differ; true if so. */
static bool collect(const struct making *m, const struct setting *s, size_t cell,
                    struct values *values)
{
    const struct member *first = first_counted(m, cell);
    bool differ = false;
    char text[VALUE_BYTES];
    for (size_t i = m->begin[cell]; first && i < m->begin[cell + 1]; i++) {
        if (!m->members[i].counts || is_same(m, s, first, &m->members[i]))
            continue;
        if (!differ) {
            show_value(m, s, first, text);
            add_value(values, text);
        }
        differ = true;
        show_value(m, s, &m->members[i], text);
        add_value(values, text);
    }
    return differ;
}

/* True when some cell mixes values. */
static bool warn_of(struct making *m, const struct setting *s)
{
    struct values values = {.n = 0};
    size_t cells = 0, n = m->a->n_rows * m->a->n_columns;
    for (size_t cell = 0; cell < n; cell++)
        cells += collect(m, s, cell, &values);
    if (!cells)
        return false;
    str_addf(&m->warnings, "%zu of %zu cells mix %s ", cells, n, s->title);
    add_values(&m->warnings, &values);
    if (s->tells)
        str_add(&m->warnings, "\n");
    else
        str_addf(&m->warnings, ": nothing is tested there; --rows %s,%s parts them\n",
                 m->choice->rows ? m->choice->rows : "loss", s->name);
    return true;
}

/* "learning rate: mse 0.01, combo 2,1,1 0.001": what is one in each row, but not the same in all.
 */
static void tell_rows(struct making *m, const struct setting *s)
{
    const struct ablation *a = m->a;
    bool differ = false;
    struct str told;
    str_init(&told);
    for (size_t row = 0; row < a->n_rows; row++) {
        char text[VALUE_BYTES];
        const struct member *of = first_counted(m, row * a->n_columns);
        const struct member *base = first_counted(m, a->baseline * a->n_columns);
        if (!of || !base)
            continue;
        differ |= !is_same(m, s, of, base);
        show_value(m, s, of, text);
        str_add(&told, told.length ? "; " : " ");
        ablation_add_name(&told, a->rows[row]);
        str_add(&told, " ");
        ablation_add_name(&told, text);
    }
    m->remarks.failed |= told.failed;
    if (differ)
        str_addf(&m->remarks, " Rows differ in %s too:%s.", s->title, told.text);
    str_fini(&told);
}

void ablation_settings(struct making *m)
{
    struct settings all;
    list_settings(m, &all);
    for (size_t cell = 0; cell < m->a->n_rows * m->a->n_columns; cell++)
        count_cell(m, &all, cell);
    for (size_t i = 0; i < all.n; i++)
        if (!warn_of(m, &all.list[i]))
            tell_rows(m, &all.list[i]);
}
