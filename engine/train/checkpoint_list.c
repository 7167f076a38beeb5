/* checkpoint_list.c - which checkpoints a folder has, and which of them may go. */
#include "engine/train/checkpoint_priv.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine/train/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENDING ".safetensors"

void checkpoint_name(const struct progress *at, char to[80])
{
    if (at->step)
        snprintf(to, 80, CHECKPOINT_STEM "%d-%zu" ENDING, at->epochs_done, at->step);
    else
        snprintf(to, 80, CHECKPOINT_STEM "%d" ENDING, at->epochs_done);
}

bool checkpoint_parse(const char *name, struct checkpoint_file *out)
{
    struct progress at = {0};
    if (sscanf(name, CHECKPOINT_STEM "%d-%zu", &at.epochs_done, &at.step) < 1 || at.epochs_done < 0)
        return false;
    *out = (struct checkpoint_file){.epoch = at.epochs_done, .step = at.step};
    checkpoint_name(&at, out->name);
    return !strcmp(name, out->name);
}

static int newest_first(const void *a, const void *b)
{
    const struct checkpoint_file *x = a, *y = b;
    if (x->epoch != y->epoch)
        return x->epoch < y->epoch ? 1 : -1;
    return x->step < y->step ? 1 : x->step > y->step ? -1 : 0;
}

static int read_folder(DIR *d, struct checkpoint_file **out, size_t *n, struct err *e)
{
    size_t room = 0;
    for (struct dirent *at; (at = readdir(d));) {
        struct checkpoint_file one;
        if (!checkpoint_parse(at->d_name, &one))
            continue;
        if (*n == room) {
            room = 2 * room + 8;
            struct checkpoint_file *grown = mem_resize(*out, room, sizeof *grown);
            if (!grown)
                return mem_error(e, "a list of checkpoints", room * sizeof *grown);
            *out = grown;
        }
        (*out)[(*n)++] = one;
    }
    if (*n)
        qsort(*out, *n, sizeof **out, newest_first);
    return 0;
}

int checkpoint_list(struct checkpoint_file **out, size_t *n, const char *folder, struct err *e)
{
    *out = NULL;
    *n = 0;
    DIR *d = opendir(folder);
    if (!d)
        return err_errno(e, errno, "folder %s cannot be read", folder);
    int result = read_folder(d, out, n, e);
    closedir(d);
    if (result) {
        mem_free(*out);
        *out = NULL;
    }
    return result;
}

bool trainer_has_checkpoint(const char *weights_dir)
{
    struct checkpoint_file *files;
    size_t n;
    if (checkpoint_list(&files, &n, weights_dir, NULL))
        return false;
    mem_free(files);
    return n > 0;
}

static void remove_one(const char *folder, const char *name, const struct log *log)
{
    char path[1200];
    if (!str_path(path, sizeof path, folder, name) && unlink(path))
        log_say(log, LOG_WARNING, "%s cannot be removed: %s", path, strerror(errno));
}

void checkpoint_prune(const char *folder, const struct progress *at, int64_t keep, int stored,
                      const struct log *log)
{
    struct checkpoint_file *files;
    struct err e;
    size_t n;
    const struct checkpoint_file ours = {.epoch = at->epochs_done, .step = at->step};
    if (checkpoint_list(&files, &n, folder, &e)) {
        log_say(log, LOG_WARNING, "old checkpoints are not removed: %s", e.text);
        return;
    }
    int64_t kept = 0;
    bool safe = false; /* one that is not ahead of the record is kept */
    for (size_t i = 0; i < n; i++) {
        bool further = newest_first(&files[i], &ours) < 0;
        bool needed = !further && !safe && files[i].epoch <= stored;
        safe |= needed;
        if (further || (keep && kept >= keep && !needed))
            remove_one(folder, files[i].name, log);
        else
            kept++;
    }
    mem_free(files);
    struct folder_sum halves;
    if (folder_remove(folder, FOLDER_HALVES, &halves, &e))
        log_say(log, LOG_WARNING, "%s", e.text);
}
