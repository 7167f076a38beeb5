/* config_classes.c - see config_classes.h. */
#include "engine/config_classes.h"

#include "base/err.h"
#include "base/str.h"

#include <string.h>

/* The text between two commas, without blanks around it. */
static int one_number(double *to, const char *from, size_t length)
{
    char text[64];
    while (length && *from == ' ') {
        from++;
        length--;
    }
    while (length && from[length - 1] == ' ')
        length--;
    if (!length || length >= sizeof text)
        return -1;
    memcpy(text, from, length);
    text[length] = '\0';
    return str_to_real(text, to);
}

static int read_numbers(struct class_numbers *out, const char *option, const char *text,
                        struct err *e)
{
    char shown[160];
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (out->n == LOSS_MAX_CLASSES)
            return err_set(e, ERR_USAGE, "option '%s': more than %d numbers", option,
                           LOSS_MAX_CLASSES);
        if (one_number(&out->at[out->n++], at, length)) {
            str_visible(shown, sizeof shown, text);
            return err_set(e, ERR_USAGE,
                           "option '%s': number %d of '%s' is none; allowed are numbers with "
                           "commas between them, as in 1,2.5,4",
                           option, out->n, shown);
        }
        at += length;
        if (!*at)
            return 0;
    }
}

static int read_edges(struct class_options *o, const struct run_config *c, struct err *e)
{
    struct class_numbers *edges = &o->edges;
    if (c->class_edges[0] && read_numbers(edges, "class-edges", c->class_edges, e))
        return -1;
    if (edges->n == LOSS_MAX_CLASSES)
        return err_set(e, ERR_USAGE, "option 'class-edges': %d edges make more than %d classes",
                       edges->n, LOSS_MAX_CLASSES);
    for (int i = 1; i < edges->n; i++) {
        char before[32], edge[32];
        if (edges->at[i] > edges->at[i - 1])
            continue;
        str_exact(before, sizeof before, edges->at[i - 1]);
        str_exact(edge, sizeof edge, edges->at[i]);
        return err_set(e, ERR_USAGE, "option 'class-edges': %s does not ascend after %s", edge,
                       before);
    }
    return 0;
}

/* Number of classes, rounding and edges must not contradict each other. */
static int check_division(const struct class_options *o, struct err *e)
{
    int edges = o->edges.n;
    if (o->n == 1)
        return err_set(e, ERR_USAGE,
                       "option 'classes': a single class says nothing; give 2 or more, or 0 for "
                       "as many as the data set has");
    if (edges && o->rounding != ROUND_AUTO && o->rounding != ROUND_EDGES)
        return err_set(e, ERR_USAGE,
                       "option 'class-edges' goes with the rounding edges or auto, not %s",
                       config_rounding_names[o->rounding]);
    if (!edges && o->rounding == ROUND_EDGES)
        return err_set(e, ERR_USAGE,
                       "option 'rounding': edges needs the edges, such as --class-edges -1,1");
    if (edges && o->n && o->n != edges + 1)
        return err_set(e, ERR_USAGE, "option 'class-edges' divides scores into %d classes, not %d",
                       edges + 1, o->n);
    return 0;
}

static int check_weights(const struct class_numbers *weights, struct err *e)
{
    double sum = 0;
    for (int i = 0; i < weights->n; i++) {
        if (weights->at[i] < 0)
            return err_set(e, ERR_USAGE, "option 'class-weights': %g is negative", weights->at[i]);
        sum += weights->at[i];
    }
    if (weights->n && !(sum > 0))
        return err_set(e, ERR_USAGE,
                       "option 'class-weights': all are 0; to train without the classification "
                       "term give --gamma 0");
    return 0;
}

int class_options_read(struct class_options *o, const struct run_config *c, struct err *e)
{
    memset(o, 0, sizeof *o);
    o->n = (int)c->classes;
    o->rounding = (enum config_rounding)c->rounding;
    o->equal_weights = !strcmp(c->class_weights, "none");
    if (read_edges(o, c, e) || check_division(o, e))
        return -1;
    if (o->edges.n)
        o->n = o->edges.n + 1;
    if (strcmp(c->class_values, "auto") != 0 &&
        read_numbers(&o->values, "class-values", c->class_values, e))
        return -1;
    if (strcmp(c->class_weights, "auto") != 0 && !o->equal_weights &&
        read_numbers(&o->weights, "class-weights", c->class_weights, e))
        return -1;
    if (check_weights(&o->weights, e))
        return -1;
    return o->n ? class_options_count(o, o->n, e) : 0;
}

static int count(const struct class_numbers *list, const char *option, int classes, struct err *e)
{
    if (!list->n || list->n == classes)
        return 0;
    return err_set(e, ERR_USAGE, "option '%s': %d numbers for %d classes", option, list->n,
                   classes);
}

int class_options_count(const struct class_options *o, int classes, struct err *e)
{
    if (count(&o->values, "class-values", classes, e))
        return -1;
    return count(&o->weights, "class-weights", classes, e);
}
