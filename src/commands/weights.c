/* weights.c - `combolab weights`: what is in a file of weights, and what could begin with it. */
#include "src/command.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "engine/weights/init.h"
#include "engine/weights/look.h"
#include "src/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct options {
    bool tensors;
};

static const struct opt options[] = {
    {"tensors", 't', OPT_FLAG, offsetof(struct options, tensors), 0, 0, "no", NULL, "", "Parts",
     "a row for every tensor: dtype, shape, what its values are like, and which tensor of ours it "
     "is"},
};
static const struct opt_table table = {options, sizeof options / sizeof *options};

#define MOST_TABLES 3
#define FEW 8 /* tensors that a net of ours may have beside our own: heads, say */

/* A file that has been looked at. */
struct looked {
    const char *path;
    struct source source;
    struct match match;
    struct look *looks;        /* of its tensors */
    const char **places;       /* names of ours, "" for none; they point into params */
    struct net_params *params; /* of the net that it holds, or NULL */
    struct look_doubts doubts;
    bool broken; /* what a run would take of it is not finite */
    char hash[17];
};

/* --- looking --- */

static struct net_params *params_of(const char *name, struct err *e)
{
    struct net net;
    struct net_params *params = NULL;
    if (!net_build(&net, name, NULL, 1, e))
        net_params_new(&params, &net, e);
    return params;
}

static int place(struct looked *l, struct err *e)
{
    if (!l->match.net)
        return 0;
    l->params = params_of(l->match.net, e);
    if (!l->params)
        return -1;
    for (int i = 0; i < l->params->n; i++) {
        bool fits;
        size_t at = match_find(&l->match, &l->params->at[i], &fits);
        if (at == MATCH_NONE)
            continue;
        l->places[at] = l->params->at[i].name;
        l->broken |= fits && l->looks[at].bad;
    }
    return 0;
}

static int look(struct looked *l, struct err *e)
{
    if (source_open(&l->source, l->path, e))
        return -1;
    size_t n = l->source.listed->n;
    l->looks = mem_alloc(n, sizeof *l->looks);
    l->places = mem_alloc(n, sizeof *l->places);
    if (!l->looks || !l->places)
        return mem_error(e, "what a file's tensors are like", n * sizeof *l->looks);
    for (size_t i = 0; i < n; i++)
        l->places[i] = "";
    if (match_open(&l->match, l->source.listed, e) || look_at(&l->source, l->looks, e) ||
        place(l, e) || source_hash(&l->source, l->hash, e))
        return -1;
    look_doubt(l->source.listed, l->looks, &l->doubts);
    return 0;
}

static void forget(struct looked *l)
{
    net_params_free(l->params);
    mem_free(l->places);
    mem_free(l->looks);
    match_close(&l->match);
    source_close(&l->source);
}

/* --- tables --- */

/* "F32", "F16, I64" */
static void list_dtypes(const struct weights *w, char *to, size_t room)
{
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < w->n; i++) {
        size_t k = 0;
        while (w->at[k].dtype != w->at[i].dtype)
            k++;
        if (k == i)
            str_addf(&text, "%s%s", text.length ? ", " : "", w->at[i].dtype->name);
    }
    str_copy(to, room, text.text);
    str_fini(&text);
}

static void add_net(struct table *t, const struct looked *l)
{
    struct net_options o = {.ceil_pool = false};
    if (l->match.net)
        o = match_options(&l->match, l->match.net);
    table_text(t, l->match.prefix);
    table_text(t, l->match.net ? l->match.net : "");
    table_text(t, !l->match.net ? "" : o.ceil_pool ? "ceil" : "floor");
    table_text(t, !l->match.net ? "" : o.stride_first ? "1x1" : "3x3");
}

static int add_file(struct table **t, const struct looked *l, struct err *e)
{
    static const struct table_column columns[] = {
        {"file", "file", TABLE_TEXT, 0, false},
        {"container", "container", TABLE_TEXT, 0, false},
        {"hash", "hash of the content", TABLE_TEXT, 0, false},
        {"tensors", "tensors", TABLE_INT, 0, false},
        {"values", "values", TABLE_INT, 0, false},
        {"dtypes", "dtypes", TABLE_TEXT, 0, false},
        {"naming", "named as by", TABLE_TEXT, 0, false},
        {"prefix", "under", TABLE_TEXT, 0, false},
        {"net", "net", TABLE_TEXT, 0, false},
        {"stem_pool", "stem-pool", TABLE_TEXT, 0, false},
        {"block_stride", "block-stride", TABLE_TEXT, 0, false},
        {"part", "part", TABLE_TEXT, 0, false},
    };
    const struct weights *w = l->source.listed;
    char dtypes[128];
    int64_t values = 0;
    if (table_new(t, "file", true, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < w->n; i++)
        values += naming_is_counter(w->at[i].name) ? 0 : (int64_t)w->at[i].count;
    list_dtypes(w, dtypes, sizeof dtypes);
    table_text(*t, l->path);
    table_text(*t, l->source.kind->name);
    table_text(*t, l->hash);
    table_int(*t, (int64_t)w->n);
    table_int(*t, values);
    table_text(*t, dtypes);
    table_text(*t, l->match.naming ? l->match.naming->name : "");
    add_net(*t, l);
    table_text(*t, l->source.part);
    return 0;
}

/* A head's shape in the file. */
static void add_head(struct table *t, const struct looked *l, const struct net_params *params,
                     enum net_role role)
{
    bool fits;
    char shape[64];
    size_t at = match_find(&l->match, &params->at[net_params_role(params, -1, role)], &fits);
    if (at == MATCH_NONE) {
        table_text(t, "");
        return;
    }
    const struct weights_tensor *found = &l->source.listed->at[at];
    match_shape(shape, sizeof shape, found->rank, found->dims);
    table_text(t, shape);
}

/* What of every net of ours the file has. */
static int add_nets(struct table **t, const struct looked *l, struct err *e)
{
    static const struct table_column columns[] = {
        {"net", "net", TABLE_TEXT, 0, false},
        {"tensors", "tensors", TABLE_INT, 0, false},
        {"fit", "fit", TABLE_INT, 0, false},
        {"other_shape", "other shape", TABLE_INT, 0, false},
        {"missing", "missing", TABLE_INT, 0, false},
        {"score_head", "score head", TABLE_TEXT, 0, false},
        {"class_head", "class head", TABLE_TEXT, 0, false},
        {"begins", "can begin with it", TABLE_FLAG, 0, false},
    };
    if (table_new(t, "nets", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (int k = 0; l->match.naming && net_names[k]; k++) {
        struct net_params *params = params_of(net_names[k], e);
        if (!params)
            return -1;
        struct match_count n = match_count(&l->match, params);
        table_text(*t, net_names[k]);
        table_int(*t, n.all);
        table_int(*t, n.fits);
        table_int(*t, n.named - n.fits);
        table_int(*t, n.all - n.named);
        add_head(*t, l, params, NET_SCORE_W);
        add_head(*t, l, params, NET_CLASS_W);
        table_flag(*t,
                   n.fits && n.named == n.fits && match_suits(n) == l->match.suits && !l->broken);
        net_params_free(params);
    }
    return 0;
}

static int add_tensors(struct table **t, const struct looked *l, struct err *e)
{
    static const struct table_column columns[] = {
        {"tensor", "tensor", TABLE_TEXT, 0, false},
        {"dtype", "dtype", TABLE_TEXT, 0, false},
        {"shape", "shape", TABLE_TEXT, 0, false},
        {"least", "least", TABLE_REAL, 4, false},
        {"most", "most", TABLE_REAL, 4, false},
        {"mean", "mean", TABLE_REAL, 4, true},
        {"deviation", "deviation", TABLE_REAL, 4, false},
        {"not_finite", "not finite", TABLE_INT, 0, true},
        {"ours", "ours", TABLE_TEXT, 0, true},
    };
    const struct weights *w = l->source.listed;
    if (table_new(t, "tensors", false, columns, sizeof columns / sizeof *columns, e))
        return -1;
    for (size_t i = 0; i < w->n; i++) {
        char shape[64];
        match_shape(shape, sizeof shape, w->at[i].rank, w->at[i].dims);
        table_text(*t, w->at[i].name);
        table_text(*t, w->at[i].dtype->name);
        table_text(*t, shape);
        table_real(*t, l->looks[i].least);
        table_real(*t, l->looks[i].most);
        table_real(*t, l->looks[i].mean);
        table_real(*t, l->looks[i].deviation);
        table_int(*t, (int64_t)l->looks[i].bad);
        table_text(*t, l->places[i]);
    }
    return 0;
}

/* --- what there is to say of them --- */

__attribute__((format(printf, 3, 4))) static void say(struct table *t, const char *kind,
                                                      const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    table_text(t, kind);
    table_text(t, text);
}

static void say_doubts(struct table *t, const struct looked *l)
{
    const struct look_doubts *d = &l->doubts;
    const struct weights_tensor *at = l->source.listed->at;
    if (d->bad)
        say(t, "damage", "tensors with values that are not finite: %zu; the first is %s", d->bad,
            at[d->first_bad].name);
    if (d->norms && d->new_norms == d->norms)
        say(t, "doubt",
            "all running means are 0 and all variances 1, as before any training: these are no "
            "trained weights, or their norms were left out");
    if (d->convs > 2 && d->drawn == d->convs)
        say(t, "doubt",
            "all convolutions are spread as they are when they are drawn: these may be random "
            "initial weights");
    if (d->flat)
        say(t, "doubt", "weights with the same value everywhere: %zu; the first is %s", d->flat,
            at[d->first_flat].name);
}

/* Of the class head only a run knows what fits: it has as many classes as its options say. */
static void say_head(struct table *t, const struct looked *l)
{
    bool fits;
    char found[64], wanted[64];
    const struct net_param *p = &l->params->at[net_params_role(l->params, -1, NET_SCORE_W)];
    size_t at = match_find(&l->match, p, &fits);
    if (fits)
        return;
    if (at == MATCH_NONE) {
        say(t, "use", "it has no score head: a run begins with one as --head-start makes it");
        return;
    }
    const struct weights_tensor *head = &l->source.listed->at[at];
    match_shape(found, sizeof found, head->rank, head->dims);
    match_shape(wanted, sizeof wanted, p->rank, p->dims);
    say(t, "use",
        "%s is %s, and a score head %s: it is left out, and a run begins with one as --head-start "
        "makes it",
        head->name, found, wanted);
}

static void say_use(struct table *t, const struct looked *l)
{
    const struct weights *w = l->source.listed;
    size_t unused = 0, first = 0;
    if (!l->match.naming) {
        say(t, "use", "no tensor is named as in a net that is known here; the first is %s",
            w->n ? w->at[0].name : "none");
        return;
    }
    for (size_t i = 0; i < w->n; i++)
        if (!l->places[i][0] && !naming_is_counter(w->at[i].name) && !unused++)
            first = i;
    if (!l->match.net) {
        say(t, "use", "no tensor has the shape that one of that name has in a net of ours");
        return;
    }
    if (l->broken)
        say(t, "use", "no run can begin with it: values that it would take are not finite");
    else
        say(t, "use", "a run begins with it by --backbone %s --init %s", l->match.net, l->path);
    say_head(t, l);
    say(t, "use",
        "it is taken as trained with images as torchvision's are; no file says it: --init-order "
        "and "
        "--init-scale do");
    if (unused)
        say(t, unused > FEW ? "doubt" : "use",
            "tensors without a place in that net: %zu%s; the first is %s", unused,
            unused > FEW ? ", so that it may be of a larger one" : "", w->at[first].name);
}

static void say_part(struct table *t, const struct looked *l)
{
    if (l->source.part[0])
        say(t, "part", "of what is in the file, '%s' is taken%s%s", l->source.part,
            l->source.beside[0] ? "; there are tensors too in " : "", l->source.beside);
}

static int add_findings(struct table **t, const struct looked *l, struct err *e)
{
    static const struct table_column columns[] = {
        {"kind", "kind", TABLE_TEXT, 0, false},
        {"finding", "finding", TABLE_TEXT, 0, false},
    };
    if (table_new(t, "findings", false, columns, 2, e))
        return -1;
    say_part(*t, l);
    say_use(*t, l);
    say_doubts(*t, l);
    return 0;
}

/* --- */

/* CSV has room for one table: the file's row, or its tensors where they are asked for. */
static int print(const struct invocation *in, const struct looked *l, struct err *e)
{
    const struct options *own = in->own;
    struct table *tables[MOST_TABLES] = {NULL};
    bool csv = in->global.format == FORMAT_CSV;
    size_t n = own->tensors || csv ? 1 : MOST_TABLES;
    int result = own->tensors ? add_tensors(&tables[0], l, e) : add_file(&tables[0], l, e);
    if (!result && n > 1 && (add_nets(&tables[1], l, e) || add_findings(&tables[2], l, e)))
        result = -1;
    if (!result)
        result = output_tables(in, tables, n, e);
    for (int i = 0; i < MOST_TABLES; i++)
        table_free(tables[i]);
    return result;
}

static int run(const struct invocation *in)
{
    struct looked l = {.path = in->arguments[0]};
    struct err e;
    int status = look(&l, &e) || print(in, &l, &e) ? command_fail(&e)
                 : l.doubts.bad                    ? EXIT_ERROR
                                                   : EXIT_GOOD;
    forget(&l);
    return status;
}

const struct command command_weights = {
    .name = "weights",
    .arguments = "FILE",
    .summary = "describe a file of weights: names, net, values",
    .details =
        "FILE is a safetensors file, of combolab or of another program, or one of PyTorch's "
        "(torch.save: .pth, .pt), of which nothing is ever run. Shown are the names that "
        "its tensors have, which of our nets they are of, what of every net it has, which --init "
        "would use, and what gives cause to doubt them: values that are not finite, norms and "
        "convolutions as they are before training. Without --tensors, CSV has the file's row "
        "alone. The exit status is 1 where values are not finite.",
    .own = &table,
    .own_bytes = sizeof(struct options),
    .least_arguments = 1,
    .most_arguments = 1,
    .run = run,
};
