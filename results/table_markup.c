/* table_markup.c - tables for papers: Markdown (GitHub's) and LaTeX with booktabs. Figures are
 * rounded as on a terminal, best ones are bold, missing ones "--". Nothing in a text is obeyed.
 *
 * The texts of a table are made first, its titles as the first row, so that the columns of the
 * source stand below each other, too.
 */
#include "results/table_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

#define MISSING "--"

/* How a format writes what stands in a cell. */
struct markup {
    void (*text)(struct str *to, const char *text);
    void (*number)(struct str *to, const char *number, bool bold);
    const char *bold, *bold_end;
};

struct markup_grid {
    char **texts; /* row by row, owned */
    size_t rows, columns;
    int *widths;
    char *name; /* of the table, owned */
    const struct table *table;
};

/* --- Markdown --- */

static void markdown_text(struct str *to, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_[]<>|~$&", *text))
            str_add(to, "\\");
        str_add_bytes(to, text, 1);
    }
}

static void markdown_number(struct str *to, const char *number, bool bold)
{
    str_addf(to, bold ? "**%s**" : "%s", number);
}

static const struct markup markdown = {markdown_text, markdown_number, "**", "**"};

/* --- LaTeX --- */

/* What LaTeX obeys, or what its usual fonts lack or put in the place of something else: "--" would
 * be a longer dash, "[" after a line's end a distance. */
static const struct {
    const char *from, *to;
} latex_signs[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"~", "\\textasciitilde{}"},
    {"^", "\\textasciicircum{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"`", "{`}"},
    {"''", "'{}'{}"},
    {"\"", "\\char34{}"},
    {"[", "{[}"},
    {"]", "{]}"},
    {"*", "{*}"},
    {"--", "-{}-{}"},
    {"\xc2\xb1", "\\(\\pm\\)"},
    {"\xc3\x97", "\\(\\times\\)"},
    {"\xce\x94", "\\(\\Delta\\)"},
    {"\xe2\x88\x92", "\\(-\\)"},
    {"\xe2\x89\xa4", "\\(\\le\\)"},
    {"\xe2\x89\xa5", "\\(\\ge\\)"},
};

#define LATEX_SIGNS (sizeof latex_signs / sizeof *latex_signs)

static void latex_text(struct str *to, const char *text)
{
    while (*text) {
        size_t i = 0;
        while (i < LATEX_SIGNS && strncmp(text, latex_signs[i].from, strlen(latex_signs[i].from)))
            i++;
        if (i < LATEX_SIGNS) {
            str_add(to, latex_signs[i].to);
            text += strlen(latex_signs[i].from);
        } else {
            str_add_bytes(to, text++, 1);
        }
    }
}

/* A minus sign and a power of ten are mathematics. */
static void latex_number(struct str *to, const char *number, bool bold)
{
    const char *power = strchr(number, 'e');
    if (number[0] != '-' && !power) {
        str_addf(to, bold ? "\\textbf{%s}" : "%s", number);
        return;
    }
    int digits = (int)(power ? (size_t)(power - number) : strlen(number));
    str_addf(to, bold ? "\\(\\mathbf{%.*s" : "\\(%.*s", digits, number);
    if (power)
        str_addf(to, "\\times10^{%s}", power + 1);
    str_add(to, bold ? "}\\)" : "\\)");
}

static const struct markup latex = {latex_text, latex_number, "\\textbf{", "}"};

/* --- the grid --- */

static bool is_figure(enum table_kind kind)
{
    return kind == TABLE_INT || kind == TABLE_REAL;
}

static char *made_text(const struct markup *m, const char *text)
{
    struct str to;
    str_init(&to);
    m->text(&to, text);
    return str_take(&to);
}

static char *made_cell(const struct markup *m, const struct table_column *column,
                       const struct table_cell *cell)
{
    struct str to;
    if (table_is_missing(column, cell))
        return mem_string(MISSING);
    char *text = table_shown(column, cell);
    if (!text)
        return NULL;
    str_init(&to);
    if (is_figure(column->kind)) {
        m->number(&to, text, cell->marked);
    } else {
        str_add(&to, cell->marked ? m->bold : "");
        m->text(&to, text);
        str_add(&to, cell->marked ? m->bold_end : "");
    }
    mem_free(text);
    return str_take(&to);
}

/* The place of a title, and of a cell; a record's stand beside each other. */
static size_t place_of(const struct markup_grid *g, bool title, size_t i)
{
    if (g->table->record)
        return 2 + 2 * i + !title;
    return title ? i : g->columns + i;
}

static int grid_fill(struct markup_grid *g, const struct markup *m)
{
    const struct table *t = g->table;
    for (size_t c = 0; c < t->n_columns; c++) {
        char **title = &g->texts[place_of(g, true, c)];
        *title = made_text(m, t->columns[c].title);
        if (!*title)
            return -1;
    }
    for (size_t i = 0; i < t->n_cells; i++) {
        char **cell = &g->texts[place_of(g, false, i)];
        *cell = made_cell(m, &t->columns[i % t->n_columns], &t->cells[i]);
        if (!*cell)
            return -1;
    }
    for (size_t i = 0; i < g->rows * g->columns; i++) {
        int width = g->texts[i] ? table_text_width(g->texts[i]) : 0;
        if (width > g->widths[i % g->columns])
            g->widths[i % g->columns] = width;
    }
    return 0;
}

static void grid_fini(struct markup_grid *g)
{
    for (size_t i = 0; g->texts && i < g->rows * g->columns; i++)
        mem_free(g->texts[i]);
    mem_free(g->texts);
    mem_free(g->widths);
    mem_free(g->name);
}

/* Its first row are the titles; those of a record's columns are empty. */
static int grid_init(struct markup_grid *g, const struct table *t, const struct markup *m,
                     struct err *e)
{
    g->table = t;
    g->columns = t->record ? 2 : t->n_columns;
    g->rows = 1 + (t->record ? t->n_columns : t->n_cells / t->n_columns);
    g->texts = mem_alloc(g->rows * g->columns, sizeof *g->texts);
    g->widths = mem_alloc(g->columns, sizeof *g->widths);
    g->name = made_text(m, t->name);
    if (g->texts && g->widths && g->name && !grid_fill(g, m))
        return 0;
    grid_fini(g);
    return mem_error(e, "a table's texts", g->rows * g->columns * sizeof *g->texts);
}

static bool stands_right(const struct markup_grid *g, size_t column)
{
    return !g->table->record && table_is_number(g->table->columns[column].kind);
}

static void print_row(const struct markup_grid *g, size_t row, const char *between, FILE *out)
{
    for (size_t c = 0; c < g->columns; c++) {
        const char *text = g->texts[row * g->columns + c];
        int left = g->widths[c] - (text ? table_text_width(text) : 0);
        bool right = stands_right(g, c);
        fprintf(out, "%s%*s%s%*s", c ? between : "", right ? left : 0, "", text ? text : "",
                right ? 0 : left, "");
    }
}

static void print_dashes(int n, FILE *out)
{
    while (n-- > 0)
        fputc('-', out);
}

int table_print_markdown(const struct table *t, bool heading, FILE *out, struct err *e)
{
    struct markup_grid g;
    if (grid_init(&g, t, &markdown, e))
        return -1;
    if (heading)
        fprintf(out, "### %s\n\n", g.name);
    for (size_t c = 0; c < g.columns; c++)
        g.widths[c] = g.widths[c] < 3 ? 3 : g.widths[c]; /* room for the rule below the titles */
    for (size_t row = 0; row < g.rows; row++) {
        fputs("| ", out);
        print_row(&g, row, " | ", out);
        fputs(" |\n", out);
        for (size_t c = 0; !row && c < g.columns; c++) {
            fputs("| ", out);
            print_dashes(g.widths[c] - stands_right(&g, c), out);
            fputs(stands_right(&g, c) ? ": " : " ", out);
        }
        fputs(row ? "" : "|\n", out);
    }
    grid_fini(&g);
    return 0;
}

int table_print_latex(const struct table *t, bool heading, FILE *out, struct err *e)
{
    struct markup_grid g;
    if (grid_init(&g, t, &latex, e))
        return -1;
    fputs("% \\usepackage{booktabs}\n", out);
    if (heading)
        fprintf(out, "\\begin{table}\n\\caption{%s}\n\\centering\n", g.name);
    fputs("\\begin{tabular}{@{}", out);
    for (size_t c = 0; c < g.columns; c++)
        fputc(stands_right(&g, c) ? 'r' : 'l', out);
    fputs("@{}}\n\\toprule\n", out);
    for (size_t row = t->record; row < g.rows; row++) {
        print_row(&g, row, " & ", out);
        fputs(row ? " \\\\\n" : " \\\\\n\\midrule\n", out);
    }
    fputs("\\bottomrule\n\\end{tabular}\n", out);
    if (heading)
        fputs("\\end{table}\n", out);
    grid_fini(&g);
    return 0;
}
