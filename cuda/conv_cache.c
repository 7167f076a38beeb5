/* conv_cache.c - choices of ways in a file of JSON (conv_cache.h):
 *
 *   {"device": "NVIDIA H100 80GB HBM3", "capability": "9.0", "libraries": "cudnn 9.19.0",
 *    "version": 2, "choices": {"forward bf16 64x56x56 64>128 k1 s1 p0 g1":
 *                              {"way": "cudnn 9.19.0 sm90 engine 62 1=2", "seconds": 0.00012},
 * ...}}
 */
#include "cuda/conv_cache.h"

#include "base/file.h"
#include "base/mem.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define FILE_MOST_BYTES (4u << 20) /* a choice has 200 */

struct conv_cache {
    char path[FILE_PATH_BYTES];
    json_t *head; /* what the file must say of the device */
    json_t *choices;
    struct str *notes;
    bool failed; /* writing has, and was said */
};

/* "conv-NVIDIA_H100_80GB_HBM3-9.0-cudnn_9.19.0-v2.json": for people. What counts is the head. */
static int path_of(struct conv_cache *c, const char *folder, const struct conv_cache_key *k)
{
    char name[256];
    int n = snprintf(name, sizeof name, "conv-%s-%d.%d-%s-v%d.json", k->device, k->major, k->minor,
                     k->libraries[0] ? k->libraries : "own", CONV_CACHE_VERSION);
    for (char *p = name; *p; p++)
        if (!isalnum((unsigned char)*p) && *p != '.' && *p != '-')
            *p = '_';
    return n < (int)sizeof name ? str_path(c->path, sizeof c->path, folder, name) : -1;
}

static json_t *head_of(const struct conv_cache_key *k)
{
    char capability[32];
    snprintf(capability, sizeof capability, "%d.%d", k->major, k->minor);
    return json_pack("{s:s, s:s, s:s, s:i}", "device", k->device, "capability", capability,
                     "libraries", k->libraries, "version", CONV_CACHE_VERSION);
}

/* Whether the file says the same of the device. */
static bool has_head(const struct conv_cache *c, const json_t *root)
{
    const char *name;
    json_t *value;
    json_object_foreach(c->head, name,
                        value) if (!json_equal(value, json_object_get(root, name))) return false;
    return true;
}

static bool all_good(const json_t *choices)
{
    const char *job;
    json_t *value;
    json_object_foreach((json_t *)choices, job,
                        value) if (!json_is_string(json_object_get(value, "way"))) return false;
    return json_is_object(choices);
}

/* The file's choices, a new reference; NULL with `why` where there are none to be had. */
static json_t *read_choices(const struct conv_cache *c, struct err *why)
{
    uint8_t *bytes = NULL;
    size_t count = 0;
    uint64_t whole = 0;
    json_error_t at;
    if (file_read(&bytes, &count, &whole, c->path, FILE_MOST_BYTES, why))
        return NULL;
    json_t *root = json_loadb((const char *)bytes, count, JSON_REJECT_DUPLICATES, &at);
    json_t *choices = json_object_get(root, "choices"), *found = NULL;
    if (whole > count)
        err_set(why, ERR_FORMAT, "%s is larger than a cache of choices can be", c->path);
    else if (!root)
        err_set(why, ERR_FORMAT, "%s is damaged in line %d: %s", c->path, at.line, at.text);
    else if (!has_head(c, root))
        err_set(why, ERR_FORMAT, "%s was made on another device or with other libraries", c->path);
    else if (!all_good(choices))
        err_set(why, ERR_FORMAT, "%s is no cache of choices", c->path);
    else
        found = json_incref(choices);
    json_decref(root);
    mem_free(bytes);
    return found;
}

int conv_cache_open(struct conv_cache **out, const char *folder, const struct conv_cache_key *key,
                    struct str *notes, struct err *e)
{
    struct err why;
    struct conv_cache *c = *out = mem_alloc(1, sizeof *c);
    if (!c)
        return mem_error(e, "the cache of choices", sizeof *c);
    c->notes = notes;
    if (path_of(c, folder, key)) {
        str_addf(notes, "no choices are kept in %s: the name of the file would be too long\n",
                 folder);
        c->failed = true;
    }
    c->head = head_of(key);
    if (!c->failed && !(c->choices = read_choices(c, &why)) && why.code != ERR_NOT_FOUND)
        str_addf(notes, "%s: it is made anew\n", why.text);
    if (!c->choices)
        c->choices = json_object();
    if (c->head && c->choices)
        return 0;
    conv_cache_close(c);
    *out = NULL;
    return mem_error(e, "the cache of choices", sizeof *c);
}

void conv_cache_close(struct conv_cache *c)
{
    if (!c)
        return;
    json_decref(c->head);
    json_decref(c->choices);
    mem_free(c);
}

const char *conv_cache_get(const struct conv_cache *c, const char *job)
{
    return json_string_value(json_object_get(json_object_get(c->choices, job), "way"));
}

static int write_file(const struct conv_cache *c, struct err *e)
{
    json_t *root = json_copy(c->head);
    char *text = NULL;
    if (root && !json_object_set(root, "choices", c->choices))
        text = json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS | JSON_REAL_PRECISION(4));
    int result = text ? file_replace(c->path, text, strlen(text), 0, e)
                      : mem_error(e, "the cache of choices", 0);
    free(text);
    json_decref(root);
    return result;
}

const char *conv_cache_path(const struct conv_cache *c)
{
    return c->path;
}

void conv_cache_put(struct conv_cache *c, const char *job, const char *way, double seconds,
                    const char *dropped)
{
    struct err e;
    json_t *choice =
        json_pack("{s:s, s:f, s:s*}", "way", way, "seconds", seconds, "dropped", dropped);
    json_t *others = c->failed ? NULL : read_choices(c, &e); /* of other processes meanwhile */
    if (others)
        json_object_update_missing(c->choices, others);
    json_decref(others);
    json_object_set_new(c->choices, job, choice);
    if (c->failed || !write_file(c, &e))
        return;
    c->failed = true;
    str_addf(c->notes, "choices are not kept: %s\n", e.text);
}
