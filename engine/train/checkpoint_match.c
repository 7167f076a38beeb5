/* checkpoint_match.c - see checkpoint_match_priv.h. The option table is walked, so that a new
 * option is compared unless it is listed here as one that may differ. */
#include "engine/train/checkpoint_match_priv.h"

#include "base/hash.h"
#include "base/str.h"
#include "engine/train/algorithms_priv.h"
#include "engine/weights/weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VALUE_BYTES 128 /* of metadata */

/* Where things are, what they are called, when to end and to save. What `data` holds is compared by
 * its fingerprint, so that a data set may move, and the file of `init` may even be gone; of
 * precision, what auto came to. */
static const char *const may_differ[] = {
    "data",     "cache",      "image-memory", "skip-bad-images",
    "patience", "save-every", "keep",         "keep-checkpoints",
    "trace",    "name",       "experiment",   "precision",
    "init",
};
/* Kept, since they are warned of where they matter. */
static const char *const may_change_numbers[] = {"epochs", "device", "threads"};

static bool listed(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], name))
            return true;
    return false;
}
#define LISTED(list, name) listed(list, sizeof(list) / sizeof *(list), name)

/* The value as metadata has room for: a long text by its hash. */
static void value_of(const struct opt *o, const struct run_config *config, char to[VALUE_BYTES])
{
    char text[OPT_TEXT_BYTES];
    opt_format(o, config, text, sizeof text);
    if (str_copy(to, VALUE_BYTES, text))
        snprintf(to, VALUE_BYTES, "#%016" PRIx64, hash_text(HASH_START, text));
}

static void key_of(const struct opt *o, char *to, size_t room)
{
    snprintf(to, room, "option/%s", o->name);
}

static uint64_t hash_split(uint64_t hash, const struct split *s)
{
    uint64_t n = s->n;
    return hash_bytes(hash_bytes(hash, &n, sizeof n), s->places, s->n * sizeof *s->places);
}

/* Which images train, choose and test, damaged ones left out. */
static void images_of(const struct run *run, char to[VALUE_BYTES])
{
    uint64_t hash = hash_split(HASH_START, &run->train_split);
    hash = hash_split(hash_split(hash, &run->val_split), &run->test_split);
    snprintf(to, VALUE_BYTES, "%016" PRIx64, hash);
}

/* What they show, whatever the files are called and wherever they lie. */
static void pictures_of(const struct run *run, char to[VALUE_BYTES])
{
    const uint64_t *pictures = store_pictures(run->store);
    snprintf(to, VALUE_BYTES, "%016" PRIx64,
             hash_bytes(HASH_START, pictures, run->data->n * sizeof *pictures));
}

int checkpoint_match_put(const struct run *run, struct weights *w, struct err *e)
{
    char key[VALUE_BYTES], value[VALUE_BYTES], pictures[VALUE_BYTES], data[17];
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        if (LISTED(may_differ, o->name))
            continue;
        key_of(o, key, sizeof key);
        value_of(o, run->config, value);
        if (weights_meta(w, key, value, e))
            return -1;
    }
    dataset_hash(run->data, NULL, data);
    images_of(run, value);
    pictures_of(run, pictures);
    return weights_meta(w, "data", data, e) || weights_meta(w, "images", value, e) ||
                   weights_meta(w, "precision", door_precision(run->door), e) ||
                   weights_meta(w, "pictures", pictures, e) ||
                   weights_meta(w, "init", run->init_hash, e) ||
                   weights_meta(w, "backend", door_name(run->door), e) ||
                   weights_meta(w, "library", door_library(run->door), e)
               ? -1
               : 0;
}

static bool same(const struct weights *w, const char *key, const char *value)
{
    const char *found = weights_meta_of(w, key);
    return found && !strcmp(found, value);
}

/* An option that the checkpoint doesn't know was not there when it was made: then the default is
 * what was done. A value is written as this version writes it. */
static const char *begun_with(const struct weights *w, const struct opt *o, char *room)
{
    char key[VALUE_BYTES];
    struct run_config defaults;
    key_of(o, key, sizeof key);
    const char *found = weights_meta_of(w, key);
    config_of_old(&defaults);
    if (found && opt_set(&config_options, &defaults, o->name, found, NULL))
        return found;
    value_of(o, &defaults, room);
    return room;
}

/* A checkpoint that does not say was made when there was f32 alone. */
static int check_precision(const struct run *run, const struct weights *w, struct err *e)
{
    const char *found = weights_meta_of(w, "precision"), *now = door_precision(run->door);
    if (!strcmp(found ? found : "f32", now))
        return 0;
    return err_set(e, ERR_USAGE,
                   "option 'precision': the run was begun in %s, and the %s backend would go on in "
                   "%s; resume it where it was begun, or start another run",
                   found ? found : "f32", door_name(run->door), now);
}

/* A checkpoint that does not say was made when no run began with a file. */
static int check_init(const struct run *run, const struct weights *w, struct err *e)
{
    const char *found = weights_meta_of(w, "init");
    bool before = found && found[0], now = config_has_init(run->config);
    if (before == now)
        return 0;
    return err_set(e, ERR_USAGE,
                   "option 'init': the run was begun %s the weights of a file, not %s; resume it "
                   "as it was begun, or start another run",
                   before ? "with" : "without", now ? "with" : "without");
}

int checkpoint_match_check(const struct run *run, const struct weights *w, struct err *e)
{
    char value[VALUE_BYTES], before[VALUE_BYTES], data[17];
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        if (LISTED(may_differ, o->name) || LISTED(may_change_numbers, o->name))
            continue;
        value_of(o, run->config, value);
        const char *found = begun_with(w, o, before);
        if (strcmp(found, value))
            return err_set(
                e, ERR_USAGE,
                "option '%s': the run was begun with %s, not %s; resume it with the same "
                "value, or start another run",
                o->name, found[0] ? found : "nothing", value[0] ? value : "nothing");
    }
    dataset_hash(run->data, NULL, data);
    if (!same(w, "data", data))
        return err_set(e, ERR_USAGE,
                       "option 'data': the names, scores or split of %s are not those that the run "
                       "was begun with; start another run",
                       run->data->name);
    images_of(run, value);
    if (!same(w, "images", value))
        return err_set(e, ERR_USAGE,
                       "option 'data': other images of %s can be read than when the run was begun; "
                       "mend them, or start another run",
                       run->data->name);
    pictures_of(run, value);
    if (weights_meta_of(w, "pictures") && !same(w, "pictures", value))
        return err_set(
            e, ERR_USAGE,
            "option 'data': the pictures in %s are not those that the run was begun with "
            "(other files, or decoded otherwise by another version of a library); put "
            "them back, or start another run",
            run->data->root);
    return check_init(run, w, e) ? -1 : check_precision(run, w, e);
}

/* More epochs are only more epochs, but where the learning rate's curve ends with them. */
static bool matters(const struct run_config *config, const char *name)
{
    return LISTED(may_change_numbers, name) &&
           (strcmp(name, "epochs") || config->schedule == SCHEDULE_COSINE);
}

void checkpoint_match_warn(const struct run *run, const struct weights *w, char *to, size_t room)
{
    char value[VALUE_BYTES], before[VALUE_BYTES];
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < config_options.count; i++) {
        const struct opt *o = &config_options.options[i];
        value_of(o, run->config, value);
        const char *found = begun_with(w, o, before);
        if (matters(run->config, o->name) && strcmp(found, value))
            str_addf(&text, "%s %s is now %s; ", o->name, found, value);
    }
    if (!same(w, "backend", door_name(run->door)) || !same(w, "library", door_library(run->door)))
        str_addf(&text, "the backend is now %s with %s; ", door_name(run->door),
                 door_library(run->door));
    else if (!algorithms_same(run, w))
        str_add(&text, "the backend's algorithms are chosen anew; ");
    if (text.length)
        str_add(&text, "what follows may differ from a run that never stopped");
    str_copy(to, room, text.text);
    str_fini(&text);
}
