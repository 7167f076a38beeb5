/* db_identity.c - which database this is, and the folder of weights that is its own.
 *
 * A database has an id, drawn when it was made. The folder of weights lies beside the file, named
 * after it, and holds a file `database` with the id and the file's name: "ID\nNAME\n". A folder
 * with another id is another's, and the next name is tried (exp.weights, exp.weights-2, ...): so
 * exp.db and exp, which are both named exp, don't share one. The file's name tells a copy from its
 * original, which has the same id: while a file of that name is there the folder belongs to it; a
 * database that was renamed together with its folder finds nobody there, and goes on. A folder
 * that has files but no id is nobody's to take, except when a schema before 3, which knew no ids,
 * is brought up to date.
 *
 * Nothing is kept of this in memory but the id: other processes make folders too.
 */
#include "db/db_priv.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_LENGTH (IDENTITY_BYTES - 1)
#define ID_FILE "database"
#define MOST_FOLDERS 20 /* with one name */

enum whose { NOBODYS, OURS, ANOTHERS };

static const char *own_name(const struct db *d)
{
    return strrchr(d->path, '/') + 1;
}

static int too_long(size_t room, struct err *e)
{
    return err_set(e, ERR_USAGE,
                   "the folder for weights has a path of more than the %zu bytes allowed: use a "
                   "shorter --database",
                   room - 1);
}

/* The folder's name that is tried first (number 1), then the others. */
static int name_folder(const struct db *d, int number, char *to, size_t room, struct err *e)
{
    size_t length = strlen(d->path);
    if (length > 3 && !strcmp(d->path + length - 3, ".db") && d->path[length - 4] != '/')
        length -= 3;
    int n = snprintf(to, room, "%.*s.weights", (int)length, d->path);
    if (number > 1 && n >= 0 && (size_t)n < room)
        n += snprintf(to + n, room - (size_t)n, "-%d", number);
    return n < 0 || (size_t)n >= room ? too_long(room, e) : 0;
}

/* But for what a kill left of a file `database` half written. */
static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT;
    bool empty = true;
    for (const struct dirent *at; (at = readdir(dir));)
        empty &= at->d_name[0] == '.' || !strncmp(at->d_name, ID_FILE ".", sizeof ID_FILE);
    closedir(dir);
    return empty;
}

/* What the file `database` says: 1; 0 when it says nothing of the kind; -1, with errno. */
static int read_owner(const char *path, char id[IDENTITY_BYTES], char *name, size_t room)
{
    char text[ID_LENGTH + 300];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    if (count < 0)
        return -1;
    text[count] = '\0';
    char *end = count > ID_LENGTH ? strchr(text + ID_LENGTH + 1, '\n') : NULL;
    if (!end || text[ID_LENGTH] != '\n')
        return 0;
    text[ID_LENGTH] = *end = '\0';
    str_copy(id, IDENTITY_BYTES, text);
    return !str_copy(name, room, text + ID_LENGTH + 1);
}

/* A file of that name lies beside this database and is not the same. */
static bool is_other_file(const struct db *d, const char *name)
{
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct stat there, own;
    file_folder(d->path, folder, sizeof folder);
    return !str_path(path, sizeof path, folder, name) && !stat(path, &there) &&
           !stat(d->path, &own) && (there.st_ino != own.st_ino || there.st_dev != own.st_dev);
}

/* -1 when it cannot be told, as where a folder may not be looked into. */
static int whose_folder(const struct db *d, const char *folder, enum whose *whose, struct err *e)
{
    char path[FILE_PATH_BYTES], id[IDENTITY_BYTES], name[256];
    *whose = NOBODYS;
    if (access(folder, F_OK) && errno == ENOENT)
        return 0;
    if (str_path(path, sizeof path, folder, ID_FILE))
        return too_long(sizeof path, e);
    *whose = ANOTHERS;
    int read = read_owner(path, id, name, sizeof name);
    if (read < 0 && errno == ENOENT)
        *whose = is_empty(folder) ? NOBODYS : ANOTHERS;
    else if (read < 0 && errno != ENOTDIR)
        return err_errno(e, errno, "%s, which says whose weights these are, cannot be read", path);
    else if (read == 1 && !strcmp(id, d->id) &&
             (!strcmp(name, own_name(d)) || !is_other_file(d, name)))
        *whose = OURS;
    return 0;
}

/* Its own folder, or the first that it may have. */
static int find_folder(const struct db *d, char *to, size_t room, struct err *e)
{
    int may = 0;
    for (int number = 1; number <= MOST_FOLDERS; number++) {
        enum whose whose;
        if (name_folder(d, number, to, room, e) || whose_folder(d, to, &whose, e))
            return -1;
        if (whose == OURS)
            return 0;
        if (whose == NOBODYS && !may)
            may = number;
    }
    if (may)
        return name_folder(d, may, to, room, e);
    return err_set(e, ERR_STATE,
                   "%s and %d more like it belong to other databases: give this one another name",
                   to, MOST_FOLDERS - 1);
}

int db_weights_dir(const struct db *d, int64_t run, char *to, size_t room, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    if (find_folder(d, folder, sizeof folder, e))
        return -1;
    int n = snprintf(to, room, "%s/%" PRId64, folder, run);
    return n < 0 || (size_t)n >= room ? too_long(room, e) : 0;
}

int db_weights_own(const struct db *d, char *to, size_t room, struct err *e)
{
    enum whose whose;
    if (find_folder(d, to, room, e) || whose_folder(d, to, &whose, e))
        return -1;
    return whose == OURS;
}

int identity_file(const struct db *d, char *to, size_t room, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    if (find_folder(d, folder, sizeof folder, e))
        return -1;
    return str_path(to, room, folder, ID_FILE) ? too_long(room, e) : 0;
}

int64_t identity_highest(const struct db *d)
{
    char folder[FILE_PATH_BYTES];
    int64_t highest = 0, number;
    DIR *dir = find_folder(d, folder, sizeof folder, NULL) ? NULL : opendir(folder);
    for (const struct dirent *at; dir && (at = readdir(dir));)
        if (!str_to_int(at->d_name, &number) && number > highest && number < INT32_MAX)
            highest = number;
    if (dir)
        closedir(dir);
    return highest;
}

/* --- making it known --- */

/* The file is there whole or not at all, and never in the place of another: returns 0, EEXIST or
 * another errno value. */
static int create_file(const char *path, const char *text)
{
    struct file_new file;
    int number = file_new_open(&file, path, ".tmp");
    if (!number)
        number = file_write_at(file.fd, text, strlen(text), 0);
    if (!number && (fsync(file.fd) || link(file.temporary, path)))
        number = errno;
    /* File systems without links, as on memory cards, have few users at once. */
    if (number == EPERM || number == EOPNOTSUPP)
        number = access(path, F_OK) ? file_new_commit(&file, true) : EEXIST;
    file_new_fini(&file);
    return number;
}

/* Locks are held on the file, so it stays the same one. */
static int rewrite_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int number = file_write_at(fd, text, strlen(text), 0);
    if (!number && ftruncate(fd, (off_t)strlen(text)))
        number = errno;
    close(fd);
    return number;
}

/* 0, or an errno value: EEXIST when another database was quicker. */
static int claim_folder(const struct db *d, const char *folder, struct err *e)
{
    char path[FILE_PATH_BYTES], id[IDENTITY_BYTES], name[256], text[400];
    if (file_make_folders(folder, e))
        return -1;
    if (str_path(path, sizeof path, folder, ID_FILE))
        return too_long(sizeof path, e);
    if (strlen(own_name(d)) >= sizeof name)
        return err_set(e, ERR_USAGE, "%s: its name is longer than %zu bytes", d->path,
                       sizeof name - 1);
    snprintf(text, sizeof text, "%s\n%s\n", d->id, own_name(d));
    int number = 0;
    if (read_owner(path, id, name, sizeof name) < 1)
        number = create_file(path, text);
    else if (!strcmp(id, d->id) && strcmp(name, own_name(d)))
        number = rewrite_file(path, text);
    if (!number || number == EEXIST)
        return number;
    return err_errno(e, number, "%s cannot be made", path);
}

int identity_claim_folder(struct db *d, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    int result = EEXIST;
    for (int tries = 0; result == EEXIST && tries < MOST_FOLDERS; tries++) {
        if (find_folder(d, folder, sizeof folder, e))
            return -1;
        result = claim_folder(d, folder, e);
    }
    return result == EEXIST ? err_set(e, ERR_BUSY, "%s cannot be had", folder) : result;
}

/* --- paths --- */

int identity_shorten(const struct db *d, const char *path, char *to, size_t room, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    if (find_folder(d, folder, sizeof folder, e))
        return -1;
    size_t n = strlen(folder);
    bool within = !strncmp(path, folder, n) && path[n] == '/';
    str_copy(to, room, within ? path + n + 1 : path);
    return 0;
}

int identity_complete(const struct db *d, char *path, size_t room, struct err *e)
{
    char folder[FILE_PATH_BYTES], full[FILE_PATH_BYTES];
    if (path[0] == '/' || !path[0])
        return 0;
    if (find_folder(d, folder, sizeof folder, e))
        return -1;
    if (str_path(full, sizeof full, folder, path) || str_copy(path, room, full))
        return too_long(room, e);
    return 0;
}

/* --- the id --- */

int identity_read(struct db *d, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT id FROM identity");
    int row = query_step(&q, e);
    if (row == 1)
        query_text(&q, d->id, sizeof d->id);
    query_close(&q);
    if (row < 0)
        return -1;
    if (strlen(d->id) == ID_LENGTH && strspn(d->id, "0123456789abcdef") == ID_LENGTH)
        return 0;
    return err_set(e, ERR_FORMAT, "%s has no id, so it is damaged: restore it from a copy",
                   d->path);
}

static int draw_id(char id[IDENTITY_BYTES], struct err *e)
{
    uint8_t bits[ID_LENGTH / 2];
    if (getentropy(bits, sizeof bits))
        return err_errno(e, errno, "an id cannot be drawn");
    for (size_t i = 0; i < sizeof bits; i++)
        snprintf(id + 2 * i, 3, "%02x", bits[i]);
    return 0;
}

static int store_id(struct db *d, struct err *e)
{
    struct query q;
    query_open(&q, d, "INSERT INTO identity(one, id) VALUES (1, ?)");
    query_bind_text(&q, d->id);
    return query_finish(&q, e);
}

/* The id that a migration left in the folder which did not come to its end, or which was undone by
 * bringing back an older copy of the file. */
static bool find_id_again(struct db *d, const char *file)
{
    char name[256];
    return read_owner(file, d->id, name, sizeof name) == 1 && !strcmp(name, own_name(d));
}

/* Before schema 3 the folder of this name belonged to whoever had runs to go with it. */
static int adopt_folder(struct db *d, struct err *e)
{
    char folder[FILE_PATH_BYTES], file[FILE_PATH_BYTES];
    if (name_folder(d, 1, folder, sizeof folder, e))
        return -1;
    if (str_path(file, sizeof file, folder, ID_FILE))
        return too_long(sizeof file, e);
    if (access(folder, F_OK) || find_id_again(d, file))
        return 0;
    if (draw_id(d->id, e))
        return -1;
    return claim_folder(d, folder, e) < 0 ? -1 : 0; /* it may be another's already */
}

struct stored_path {
    int64_t run;
    char kind[8], path[1024];
};

static const struct row_column stored_path_columns[] = {
    COLUMN_READ(struct stored_path, "run", run),
    COLUMN_READ(struct stored_path, "kind", kind),
    COLUMN_READ(struct stored_path, "path", path),
    ROW_END,
};

/* RUN/NAME, when that file of the own folder is what the path means: the same file, or the one that
 * the path led to before the folder was moved. NULL otherwise. */
static const char *within_folder(const char *folder, const struct stored_path *p)
{
    char begins[32], ours[FILE_PATH_BYTES];
    struct stat own, there;
    int n = snprintf(begins, sizeof begins, "/%" PRId64 "/", p->run);
    const char *name = strrchr(p->path, '/');
    if (!name || name - p->path + 1 < n || strncmp(name + 1 - n, begins, (size_t)n))
        return NULL;
    const char *tail = name + 2 - n;
    if (str_path(ours, sizeof ours, folder, tail) || stat(ours, &own))
        return NULL;
    bool same = stat(p->path, &there) || (there.st_ino == own.st_ino && there.st_dev == own.st_dev);
    return same ? tail : NULL;
}

static int shorten_stored(struct db *d, const struct stored_path *p, const char *path,
                          struct err *e)
{
    struct query q;
    query_open(&q, d, "UPDATE checkpoint SET path = ? WHERE run = ? AND kind = ?");
    query_bind_text(&q, path);
    query_bind_int(&q, p->run);
    query_bind_text(&q, p->kind);
    return query_finish(&q, e);
}

static int shorten_all(struct db *d, struct err *e)
{
    struct stored_path *paths;
    struct query q;
    size_t n;
    char folder[FILE_PATH_BYTES];
    query_open_select(&q, d, stored_path_columns, "", "FROM checkpoint");
    if (query_rows(&q, stored_path_columns, sizeof *paths, &paths, &n, e))
        return -1;
    int status = find_folder(d, folder, sizeof folder, e);
    for (size_t i = 0; !status && i < n; i++) {
        const char *tail = within_folder(folder, &paths[i]);
        if (tail)
            status = shorten_stored(d, &paths[i], tail, e);
    }
    mem_free(paths);
    return status;
}

int identity_migrate(struct db *d, struct err *e)
{
    struct query q;
    query_open(&q, d, "SELECT count(*) FROM run");
    int row = query_step(&q, e);
    bool has_runs = row == 1 && query_int(&q) > 0;
    query_close(&q);
    d->id[0] = '\0';
    if (row < 0 || (has_runs && adopt_folder(d, e)))
        return -1;
    if (!d->id[0] && draw_id(d->id, e))
        return -1;
    return store_id(d, e) || shorten_all(d, e) ? -1 : 0;
}
