/* merge_files.c - see merge_files.h. */
#include "src/merge_files.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "db/db.h"
#include "db/db_merge.h"
#include "engine/train/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "merge.tmp"
#define CHUNK_BYTES (1 << 20)
#define KEPT (FOLDER_WEIGHTS | FOLDER_CHECKPOINTS)

/* --- the folder of what is fetched --- */

/* What a kill left in it goes. */
static int take_folder(struct merge_files *f, struct err *e)
{
    char own[FILE_PATH_BYTES];
    struct folder_sum gone;
    if (f->folder[0])
        return 0;
    if (db_weights_claim(f->to, own, sizeof own, e))
        return -1;
    if (str_path(f->folder, sizeof f->folder, own, FOLDER))
        return err_set(e, ERR_USAGE, "the path of the folder %s is too long", own);
    if (file_make_folders(f->folder, e))
        return -1;
    f->lock = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->lock < 0)
        return err_errno(e, errno, "folder %s cannot be opened", f->folder);
    if (flock(f->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
        f->folder[0] = '\0';
        return err_set(e, ERR_BUSY, "another `combolab merge` is at work in %s: wait for it", own);
    }
    return folder_remove(f->folder, FOLDER_ALL, &gone, e);
}

void merge_files_init(struct merge_files *f, struct db *to, struct db *from,
                      const atomic_bool *cancel)
{
    *f = (struct merge_files){.to = to, .from = from, .cancel = cancel, .lock = -1};
}

void merge_files_fini(struct merge_files *f)
{
    struct folder_sum gone;
    struct err why;
    if (f->folder[0] && !folder_remove(f->folder, FOLDER_ALL, &gone, &why))
        rmdir(f->folder);
    if (f->lock >= 0)
        close(f->lock);
    f->lock = -1;
}

void merge_files_undo(struct merge_files *f, bool anew)
{
    struct folder_sum gone;
    struct err why;
    f->sum = f->former;
    if (f->folder[0])
        folder_remove(f->folder, FOLDER_ALL, &gone, &why);
    if (anew && f->placed[0] && !folder_remove(f->placed, FOLDER_ALL, &gone, &why))
        rmdir(f->placed);
}

/* --- copying --- */

struct source {
    int fd;
    uint64_t bytes;
};

/* Opens a regular file: 1; 0 when there is none; -1. */
static int open_source(struct source *s, const char *path, struct err *e)
{
    struct stat st;
    s->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (s->fd < 0 || fstat(s->fd, &st)) {
        err_errno(e, errno, "%s cannot be read", path);
        if (s->fd >= 0)
            close(s->fd);
        return -1;
    }
    s->bytes = (uint64_t)st.st_size;
    if (S_ISREG(st.st_mode))
        return 1;
    close(s->fd);
    return err_set(e, ERR_FORMAT, "%s is not a file", path);
}

/* Reads it to the end, into `to` as well unless that is -1, and gives its checksum. 0; 1 when
 * cancelled; an errno value with its sign changed. */
static int pour(const struct source *s, int to, const atomic_bool *cancel, uint64_t *sum)
{
    uint8_t *chunk = mem_alloc(CHUNK_BYTES, 1);
    int status = chunk ? 0 : -ENOMEM;
    *sum = HASH_START;
    for (uint64_t at = 0; !status && at < s->bytes;) {
        size_t n = s->bytes - at < CHUNK_BYTES ? (size_t)(s->bytes - at) : CHUNK_BYTES;
        status = -file_read_at(s->fd, chunk, n, at);
        if (!status && to >= 0)
            status = -file_write_at(to, chunk, n, at);
        if (!status && atomic_load(cancel))
            status = 1;
        *sum = hash_words(*sum, chunk, n);
        at += n;
    }
    mem_free(chunk);
    return status;
}

/* 1 when the file of that name in the run's own folder is the same already, 0, -1 or 2 when
 * cancelled. */
static int is_there(struct merge_files *f, const struct source *s, const char *path, struct err *e)
{
    struct source own;
    uint64_t sum, own_sum;
    int found = open_source(&own, path, e);
    if (found <= 0)
        return found;
    bool same = own.bytes == s->bytes;
    int status = same ? pour(&own, -1, f->cancel, &own_sum) : 0;
    if (same && !status)
        status = pour(s, -1, f->cancel, &sum);
    close(own.fd);
    if (status < 0)
        return err_errno(e, -status, "%s cannot be compared", path);
    return status > 0 ? 2 : same && sum == own_sum;
}

/* 0; 1 when cancelled; -1. */
static int copy(struct merge_files *f, const struct source *s, const char *from, const char *name,
                struct err *e)
{
    char path[FILE_PATH_BYTES];
    struct file_new file;
    uint64_t sum;
    if (take_folder(f, e))
        return -1;
    if (str_path(path, sizeof path, f->folder, name))
        return err_set(e, ERR_USAGE, "the path of %s is too long", name);
    int number = file_new_open(&file, path, ".tmp");
    int status = number ? -number : pour(s, file.fd, f->cancel, &sum);
    if (!status)
        status = -file_new_commit(&file, true);
    file_new_fini(&file);
    if (status < 0)
        return err_errno(e, -status, "%s cannot be copied to %s", from, f->folder);
    f->sum.copied += !status;
    f->sum.bytes += status ? 0 : s->bytes;
    return status;
}

/* One file. `own`: the run's folder here, "" = it has none. */
static int fetch(struct merge_files *f, const char *from, const char *own, struct err *e)
{
    char path[FILE_PATH_BYTES];
    const char *name = strrchr(from, '/') + 1;
    struct source s;
    int found = open_source(&s, from, e);
    if (found <= 0)
        return found;
    int same = 0, status = 0;
    if (own[0] && !str_path(path, sizeof path, own, name))
        same = is_there(f, &s, path, e);
    if (same == 1)
        f->sum.there++;
    else
        status = same < 0 ? -1 : same == 2 ? 1 : copy(f, &s, from, name, e);
    close(s.fd);
    return status;
}

/* --- a run --- */

static int fetch_folder(struct merge_files *f, const char *folder, const char *own, struct err *e)
{
    char path[FILE_PATH_BYTES];
    int status = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? 0 : err_errno(e, errno, "folder %s cannot be read", folder);
    for (const struct dirent *at; !status && (at = readdir(dir));)
        if (folder_kind(at->d_name) & KEPT && !str_path(path, sizeof path, folder, at->d_name))
            status = fetch(f, path, own, e);
    closedir(dir);
    return status;
}

/* Weights on record that lie elsewhere, or nowhere. */
static int fetch_elsewhere(struct merge_files *f, int64_t there, const char *folder,
                           const char *own, struct err *e)
{
    struct checkpoint_row *rows;
    size_t n;
    int status = 0;
    if (db_checkpoints(f->from, there, &rows, &n, e))
        return -1;
    for (size_t i = 0; !status && i < n; i++) {
        char of[FILE_PATH_BYTES];
        const char *slash = strrchr(rows[i].path, '/');
        bool is_weights = slash && folder_kind(slash + 1) == FOLDER_WEIGHTS;
        file_folder(rows[i].path, of, sizeof of);
        if (!is_weights || access(rows[i].path, F_OK))
            f->sum.missing++;
        else if (strcmp(of, folder))
            status = fetch(f, rows[i].path, own, e);
    }
    mem_free(rows);
    return status;
}

int merge_files_fetch(struct merge_files *f, int64_t there, int64_t here, struct err *e)
{
    char *folder = f->source, own[FILE_PATH_BYTES] = "";
    f->placed[0] = '\0';
    f->former = f->sum;
    if (db_weights_dir(f->from, there, folder, sizeof f->source, e) ||
        (here && db_weights_dir(f->to, here, own, sizeof own, e)))
        return -1;
    int status = fetch_folder(f, folder, own, e);
    if (!status)
        status = fetch_elsewhere(f, there, folder, own, e);
    if (status)
        merge_files_undo(f, false);
    return status;
}

/* --- placing --- */

static int move(const struct merge_files *f, const char *name, const char *folder, struct err *e)
{
    char from[FILE_PATH_BYTES], to[FILE_PATH_BYTES];
    if (str_path(from, sizeof from, f->folder, name) || str_path(to, sizeof to, folder, name))
        return err_set(e, ERR_USAGE, "the path of %s is too long", folder);
    return rename(from, to) ? err_errno(e, errno, "%s cannot be moved to %s", from, to) : 0;
}

static int move_all(const struct merge_files *f, const char *folder, struct err *e)
{
    int status = 0;
    DIR *dir = opendir(f->folder);
    if (!dir)
        return err_errno(e, errno, "folder %s cannot be read", f->folder);
    for (const struct dirent *at; !status && (at = readdir(dir));)
        if (folder_kind(at->d_name) & KEPT)
            status = move(f, at->d_name, folder, e);
    closedir(dir);
    return status;
}

int merge_files_place(void *context, const char *folder, struct err *e)
{
    struct merge_files *f = context;
    struct folder_sum fetched;
    f->placed[0] = '\0';
    if (!f->folder[0])
        return 0;
    if (folder_count(f->folder, KEPT, &fetched, e))
        return -1;
    if (!fetched.files)
        return 0;
    str_copy(f->placed, sizeof f->placed, folder);
    if (file_make_folders(folder, e) || move_all(f, folder, e))
        return -1;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems know no sync of folders; there the names are as safe as they get. */
    if (fd >= 0 && fsync(fd) && errno != EINVAL && errno != ENOTSUP) {
        err_errno(e, errno, "folder %s cannot be written", folder);
        close(fd);
        return -1;
    }
    if (fd >= 0)
        close(fd);
    return 0;
}

int merge_files_settle(struct merge_files *f, int64_t here, struct err *e)
{
    char folder[FILE_PATH_BYTES], there[FILE_PATH_BYTES];
    if (db_weights_dir(f->to, here, folder, sizeof folder, e))
        return -1;
    DIR *dir = access(f->source, F_OK) ? NULL : opendir(folder);
    for (const struct dirent *at; dir && (at = readdir(dir));)
        if (folder_kind(at->d_name) == FOLDER_CHECKPOINTS &&
            !str_path(there, sizeof there, f->source, at->d_name) && access(there, F_OK))
            unlinkat(dirfd(dir), at->d_name, 0);
    if (dir)
        closedir(dir);
    return db_run_disk(f->to, here, e);
}
