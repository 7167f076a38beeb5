/* dataset.c - finds out of which format a path is, settles the protocol with its reader, which
 * gathers rows, and makes places of them.
 *
 * No state, any thread. Everything that can be wrong with a list is found here, before any image is
 * decoded: hours of training on half a data set would be worse than a refusal.
 */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT(name) &dataset_##name,
static const struct dataset_format *const formats[] = {DATASET_FORMATS(FORMAT)};
#define FORMAT_COUNT (sizeof formats / sizeof *formats)

/* --- protocols --- */

const struct dataset_protocol *dataset_protocol(const struct dataset_format *format,
                                                enum config_protocol protocol)
{
    for (const struct dataset_protocol *p = format->protocols; p->protocol; p++)
        if (p->protocol == protocol)
            return p;
    return NULL;
}

static bool offered(const struct dataset_protocol *p, unsigned met)
{
    return !p->needs || met & 1u << p->protocol;
}

/* NULL when the set does not offer what is asked for. */
static const struct dataset_protocol *chosen(const struct dataset_format *format,
                                             enum config_protocol asked, unsigned met)
{
    for (const struct dataset_protocol *p = format->protocols; p->protocol; p++)
        if ((asked == PROTOCOL_AUTO || asked == p->protocol) && offered(p, met))
            return p;
    return asked == PROTOCOL_AUTO ? format->protocols : NULL;
}

static int refuse(const struct dataset_format *format, const struct dataset_request *request,
                  unsigned met, struct err *e)
{
    const struct dataset_protocol *asked = dataset_protocol(format, request->protocol);
    struct str offers;
    int n = 0;
    str_init(&offers);
    for (const struct dataset_protocol *p = format->protocols; p->protocol; p++)
        if (offered(p, met))
            str_addf(&offers, "%s%s", n++ ? " and " : "", config_protocol_names[p->protocol]);
    err_set(e, ERR_USAGE, "option 'protocol': %s offers %s%s, not %s%s%s", request->path,
            n ? offers.text : "auto", n > 1 ? "" : " only",
            config_protocol_names[request->protocol], asked ? ", which needs " : "",
            asked ? asked->needs : "");
    str_fini(&offers);
    return -1;
}

int dataset_choose(struct dataset *d, const struct dataset_request *request, unsigned met,
                   int folds, struct err *e)
{
    const struct dataset_protocol *p = chosen(d->format, request->protocol, met);
    if (!p)
        return refuse(d->format, request, met, e);
    const char *name = config_protocol_names[p->protocol];
    d->met = met;
    d->protocol = p->protocol;
    d->folds_drop_last = p->drop_last;
    if (!p->folds) {
        snprintf(d->name, sizeof d->name, "%s %s", d->set, name);
        return 0;
    }
    d->folds = folds;
    d->fold = request->fold;
    if (d->fold < 1 || d->fold > folds)
        return err_set(e, ERR_USAGE, "option 'fold': %d is not a fold of %s, which has 1..%d",
                       d->fold, d->set, folds);
    snprintf(d->name, sizeof d->name, "%s %s %d/%d", d->set, name, d->fold, folds);
    return 0;
}

int dataset_check_fold(const struct dataset *d, int64_t fold, struct err *e)
{
    if (d->folds || fold <= 1)
        return 0;
    const struct dataset_protocol *p = d->format->protocols;
    while (p->protocol && !p->folds)
        p++;
    const char *lacks = p->protocol && !offered(p, d->met) ? p->needs : NULL;
    return err_set(e, ERR_USAGE, "option 'fold': %" PRId64 ", but %s has no folds; %s%s%s%s", fold,
                   d->name, p->protocol ? "those of --protocol " : "nor has any other protocol",
                   p->protocol ? config_protocol_names[p->protocol] : "",
                   lacks         ? " need "
                   : p->protocol ? " can be asked for"
                                 : "",
                   lacks ? lacks : "");
}

/* --- opening --- */

struct dataset_request dataset_request_of(const struct run_config *c)
{
    return (struct dataset_request){.path = c->data,
                                    .protocol = (enum config_protocol)c->protocol,
                                    .fold = (int)c->fold,
                                    .format = c->data_format,
                                    .table = &c->table};
}

void dataset_note(struct dataset *d, const char *format, ...)
{
    va_list arguments;
    size_t at = strlen(d->note);
    if (at)
        at += (size_t)snprintf(d->note + at, sizeof d->note - at, "; ");
    if (at >= sizeof d->note)
        return;
    va_start(arguments, format);
    vsnprintf(d->note + at, sizeof d->note - at, format, arguments);
    va_end(arguments);
}

static bool is_empty_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    int entries = 0;
    const struct dirent *entry;
    while (entries == 0 && (entry = readdir(dir)) != NULL)
        entries += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    closedir(dir);
    return entries == 0;
}

static bool may_be(const struct dataset_format *format, const struct dataset_request *request)
{
    return request->format == DATA_AUTO || request->format == (int)format->id;
}

static int unknown(const struct dataset_request *request, struct err *e)
{
    const char *path = request->path;
    struct str known;
    if (is_empty_folder(path))
        return err_set(e, ERR_FORMAT, "%s: the folder is empty", path);
    str_init(&known);
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (may_be(formats[i], request))
            str_addf(&known, "%s %s",
                     known.length      ? " nor"
                     : request->format ? "lacks"
                                       : "holds neither",
                     formats[i]->holds);
    err_set(e, ERR_FORMAT, "%s: is no data set %s: it %s", path,
            request->format ? "of the format asked for" : "that combolab knows", known.text);
    str_fini(&known);
    return -1;
}

/* An option of tables changes nothing of another format. */
static int check_table(const struct dataset_format *format, const struct config_table *t,
                       const char *path, struct err *e)
{
    const struct {
        const char *name;
        bool given;
    } options[] = {
        {"image-column", t->image_column[0]},
        {"score-column", t->score_column[0]},
        {"split-column", t->split_column[0]},
        {"fold-column", t->fold_column[0]},
        {"image-dir", t->image_dir[0]},
        {"delimiter", t->delimiter},
        {"header", t->header},
        {"ratings", t->ratings},
        {"strip-path", t->strip_path},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].given)
            return err_set(
                e, ERR_USAGE, "option '%s': is for tables (CSV, TSV), but %s is read as %s%s",
                options[i].name, path, format->kind, "; --data-format table reads a table");
    return 0;
}

/* Lets the first format that knows the path read it. */
static int read_path(struct dataset *d, struct dataset_rows *rows,
                     const struct dataset_request *request, struct err *e)
{
    char inner[FILE_PATH_BYTES];
    struct dataset_request found = *request;
    struct stat st;
    if (stat(request->path, &st))
        return err_errno(e, errno, "data set '%s'", request->path);
    rows->keep_missing = request->keep_missing;
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        d->format = formats[i];
        found.path = may_be(d->format, request) ? d->format->find(request->path, inner) : NULL;
        if (!found.path)
            continue;
        if (request->table && !d->format->table &&
            check_table(d->format, request->table, request->path, e))
            return -1;
        return d->format->read(d, rows, &found, e);
    }
    return unknown(request, e);
}

/* Counts, lists of places, score range. */
static int settle(struct dataset *d, struct err *e)
{
    d->score_least = d->score_most = d->items[0].score;
    for (size_t i = 0; i < d->n; i++) {
        d->n_train += d->items[i].train;
        d->n_test += d->items[i].test;
        if (d->items[i].score < d->score_least)
            d->score_least = d->items[i].score;
        if (d->items[i].score > d->score_most)
            d->score_most = d->items[i].score;
    }
    if (!d->n_train || !d->n_test)
        return err_set(e, ERR_FORMAT, "%s: of %zu images none is for %s", d->name, d->n,
                       d->n_train ? "testing" : "training");
    d->train = mem_alloc(d->n_train, sizeof *d->train);
    d->test = mem_alloc(d->n_test, sizeof *d->test);
    if (!d->train || !d->test)
        return mem_error(e, "the lists of places", d->n * sizeof *d->train);
    size_t train = 0, test = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (d->items[i].train)
            d->train[train++] = (uint32_t)i;
        if (d->items[i].test)
            d->test[test++] = (uint32_t)i;
    }
    return 0;
}

/* Moves the names from rows to items. */
static int take_rows(struct dataset *d, struct dataset_rows *rows, struct err *e)
{
    d->items = mem_alloc(rows->n, sizeof *d->items);
    if (!d->items)
        return mem_error(e, "the list of images", rows->n * sizeof *d->items);
    for (size_t i = 0; i < rows->n; i++) {
        d->items[i] = rows->row[i].item;
        rows->row[i].item.name = NULL;
    }
    d->n = rows->n;
    return 0;
}

int dataset_open(struct dataset **out, const struct dataset_request *request, struct err *e)
{
    struct dataset_rows rows = {0};
    int result = -1;
    struct dataset *d = mem_alloc(1, sizeof *d);
    *out = NULL;
    if (!d)
        return mem_error(e, "a data set", sizeof *d);
    if (read_path(d, &rows, request, e) || take_rows(d, &rows, e) || settle(d, e))
        goto out;
    *out = d;
    d = NULL;
    result = 0;
out:
    dataset_rows_fini(&rows);
    dataset_free(d);
    return result;
}

void dataset_free(struct dataset *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n; i++)
        mem_free(d->items[i].name);
    mem_free(d->items);
    mem_free(d->train);
    mem_free(d->test);
    mem_free(d);
}

void dataset_hash(const struct dataset *d, const uint64_t *pictures, char to[17])
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < d->n; i++) {
        const struct dataset_item *item = &d->items[i];
        /* Adding 0 makes -0 and 0 the same score. */
        double score = item->score + 0.0;
        uint8_t split = (uint8_t)(item->train | item->test << 1);
        hash = hash_text(hash, item->name);
        hash = hash_bytes(hash, &score, sizeof score);
        hash = hash_bytes(hash, &split, sizeof split);
    }
    if (pictures)
        hash = hash_bytes(hash, pictures, d->n * sizeof *pictures);
    snprintf(to, 17, "%016" PRIx64, hash);
}
