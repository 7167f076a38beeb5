/* algorithms.c - see algorithms_priv.h. Metadata has room for short values: the text is cut into
 * pieces, algorithms/1, algorithms/2 and so on. */
#include "engine/train/algorithms_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/train/checkpoint_priv.h"
#include "engine/weights/weights.h"

#include <stdio.h>
#include <string.h>

#define PIECE 120 /* bytes */

static void key_of(size_t i, char to[40])
{
    snprintf(to, 40, "algorithms/%zu", i + 1);
}

static const char *piece_of(const struct weights *w, size_t i)
{
    char key[40];
    key_of(i, key);
    return weights_meta_of(w, key);
}

/* How much of `text` is the next piece: no character is cut. */
static size_t piece_length(const char *text)
{
    size_t length = strnlen(text, PIECE);
    while (length > 1 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

int algorithms_put(const struct run *run, struct weights *w, struct err *e)
{
    const char *text = door_algorithms(run->door);
    for (size_t i = 0, length; text && *text; i++, text += length) {
        char key[40], piece[PIECE + 1];
        length = piece_length(text);
        key_of(i, key);
        snprintf(piece, sizeof piece, "%.*s", (int)length, text);
        if (weights_meta(w, key, piece, e))
            return -1;
    }
    return 0;
}

bool algorithms_same(const struct run *run, const struct weights *w)
{
    const char *text = door_algorithms(run->door), *piece;
    text = text ? text : "";
    for (size_t i = 0; (piece = piece_of(w, i)); i++, text += strlen(piece))
        if (strncmp(text, piece, strlen(piece)) != 0)
            return false;
    return !*text;
}

/* --- going on --- */

static int join(const struct weights *w, char **out, struct err *e)
{
    struct str text;
    const char *piece;
    str_init(&text);
    for (size_t i = 0; (piece = piece_of(w, i)); i++)
        str_add(&text, piece);
    if (text.failed) {
        str_fini(&text);
        return mem_error(e, "a checkpoint's algorithms", 0);
    }
    *out = text.length ? str_take(&text) : NULL;
    str_fini(&text);
    return 0;
}

/* Where metadata doesn't say, or has no such thing, it stays "". */
static void recall_word(const struct weights *w, const char *key, char *to, size_t room)
{
    const char *text = weights_meta_of(w, key);
    if (str_copy(to, room, text ? text : ""))
        to[0] = '\0';
}

/* 1 where the file can't be read: the next one is looked at, as when the run goes on from it. */
static int recall_from(struct run *run, const char *name, struct err *e)
{
    struct weights_file *file;
    const struct weights *w;
    struct recalled *r = &run->recalled;
    char path[1100];
    if (str_path(path, sizeof path, run->job->weights_dir, name))
        return 1;
    if (weights_open(&file, &w, path, e))
        return e->code == ERR_MEMORY ? -1 : 1;
    recall_word(w, "backend", r->backend, sizeof r->backend);
    recall_word(w, "precision", r->precision, sizeof r->precision);
    int result = run->job->algorithms_anew ? 0 : join(w, &r->algorithms, e);
    weights_close(file);
    return result;
}

int algorithms_recall(struct run *run, struct err *e)
{
    struct checkpoint_file *files;
    size_t n;
    int result = 1;
    if (!run->job->resume)
        return 0;
    if (checkpoint_list(&files, &n, run->job->weights_dir, e))
        return -1;
    for (size_t i = 0; i < n && result > 0; i++)
        if (files[i].epoch <= run->job->known_epochs)
            result = recall_from(run, files[i].name, e);
    mem_free(files);
    return result < 0 ? -1 : 0;
}

int algorithms_refused(const struct run *run, struct err *e)
{
    struct err why = *e;
    if (!run->recalled.algorithms || why.code != ERR_VERSION)
        return -1;
    return err_set(e, ERR_VERSION,
                   "%s; resume the run on the device and with the libraries it began with, or with "
                   "`combolab resume --algorithms anew`: last bits may then differ",
                   why.text);
}
