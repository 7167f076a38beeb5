/* figure.h - the options of commands that draw figures, and what is said when one is drawn. */
#ifndef COMBOLAB_SRC_FIGURE_H
#define COMBOLAB_SRC_FIGURE_H

#include "results/figures/figures.h"
#include "src/command.h"

struct db;

struct figure_options {
    char figure[OPT_TEXT_BYTES], size[OPT_TEXT_BYTES], title[OPT_TEXT_BYTES];
    bool force;
};

/* Their lines in the option table of a command whose options are of that type. */
#define FIGURE_OPTIONS(type, field)                                                                \
    {"figure",                                                                                     \
     0,                                                                                            \
     OPT_PATH,                                                                                     \
     offsetof(type, field.figure),                                                                 \
     0,                                                                                            \
     0,                                                                                            \
     "",                                                                                           \
     NULL,                                                                                         \
     "",                                                                                           \
     "Figure",                                                                                     \
     "draw it into this file instead: .svg, .pdf or .png"},                                        \
        {"size",                                                                                   \
         0,                                                                                        \
         OPT_TEXT,                                                                                 \
         offsetof(type, field.size),                                                               \
         0,                                                                                        \
         0,                                                                                        \
         "",                                                                                       \
         NULL,                                                                                     \
         "mm",                                                                                     \
         "Figure",                                                                                 \
         "width and height, such as 85x60; empty means a column's width, or a page's where there " \
         "is more to show"},                                                                       \
        {"title",                                                                                  \
         0,                                                                                        \
         OPT_TEXT,                                                                                 \
         offsetof(type, field.title),                                                              \
         0,                                                                                        \
         0,                                                                                        \
         "",                                                                                       \
         NULL,                                                                                     \
         "",                                                                                       \
         "Figure",                                                                                 \
         "what stands above it; empty means nothing"},                                             \
    {                                                                                              \
        "force", 'f', OPT_FLAG, offsetof(type, field.force), 0, 0, "no", NULL, "", "Figure",       \
            "replace a file that is there already"                                                 \
    }

/* Fills in the page, and looks whether it can be drawn before anything is read. *page has no path
 * where no figure is asked for. */
int figure_options_page(const struct figure_options *o, struct figure_page *page, struct err *e);

/* As a sign is printed: a minus is longer than a hyphen. "" for 0. */
const char *figure_sign(double value);

/* A command that draws: looks whether it can, opens the database, and shows; the exit status. */
int figure_command(const struct invocation *in, const struct figure_options *o,
                   int (*show)(const struct invocation *in, struct db *db,
                               const struct figure_page *page, struct err *e));

/* "FILE: curves of 3 runs" */
void figure_say(const struct invocation *in, const struct figure_page *page, const char *what,
                size_t runs);

#endif
