/* dataset_ratings.c - many ratings an image become their mean, with how far they are apart. No
 * state, any thread. */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Rows from `i` on that name the same image, in sorted rows. */
static size_t count_alike(const struct dataset_rows *rows, size_t i)
{
    size_t n = 1;
    while (i + n < rows->n && !strcmp(rows->row[i].item.name, rows->row[i + n].item.name))
        n++;
    return n;
}

static int check_part(const struct dataset_rows *rows, const struct dataset_row *first,
                      const struct dataset_row *other, struct err *e)
{
    const struct dataset_item *a = &first->item, *b = &other->item;
    if (a->train == b->train && a->test == b->test && a->fold == b->fold)
        return 0;
    return err_set(e, ERR_FORMAT, "%s:%zu: image '%s' has another split or fold than in line %zu",
                   rows->list, other->line, b->name, first->line);
}

/* Mean and deviation go to the first row; the names of the others are freed. */
static int average(struct dataset_rows *rows, size_t i, size_t n, struct err *e)
{
    struct dataset_row *row = &rows->row[i];
    double sum = 0, squares = 0;
    for (size_t r = 0; r < n; r++) {
        if (check_part(rows, row, row + r, e))
            return -1;
        sum += row[r].item.score;
    }
    double mean = sum / (double)n;
    for (size_t r = 0; r < n; r++)
        squares += (row[r].item.score - mean) * (row[r].item.score - mean);
    for (size_t r = 1; r < n; r++) {
        mem_free(row[r].item.name);
        row[r].item.name = NULL;
    }
    row->item.score = mean;
    row->item.deviation = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
    return 0;
}

/* Closes the gaps that averaging leaves. */
static void close_up(struct dataset_rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->row[i].item.name)
            rows->row[n++] = rows->row[i];
    rows->n = n;
}

int dataset_rows_average(struct dataset_rows *rows, struct dataset *d, enum config_ratings ratings,
                         struct err *e)
{
    size_t all = rows->n, images = 0, several = 0, n;
    int result = 0;
    dataset_rows_order(rows);
    for (size_t i = 0; i < rows->n; i += n, images++) {
        n = count_alike(rows, i);
        several += n > 1;
    }
    if (!several && ratings == RATINGS_MANY)
        return err_set(e, ERR_USAGE,
                       "option 'ratings': many, but each image of %s has one row alone",
                       rows->list);
    bool usual = images > 1 && several > images / 2;
    if (!several || ratings == RATINGS_ONE || (ratings == RATINGS_AUTO && !usual))
        return 0;
    for (size_t i = 0; i < all && !result; i += n) {
        n = count_alike(rows, i);
        result = average(rows, i, n, e);
    }
    close_up(rows);
    dataset_note(d, "%zu ratings of %zu images are averaged", all, images);
    return result;
}
