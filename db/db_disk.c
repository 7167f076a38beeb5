/* db_disk.c - what the files of a run take of the disk: looked at whenever they may have changed.
 */
#include "db/db_priv.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

/* Of the files in a folder; 0 where there is none. */
static int64_t measure(const char *folder)
{
    int64_t bytes = 0;
    struct stat st;
    DIR *dir = opendir(folder);
    for (const struct dirent *at; dir && (at = readdir(dir));)
        if (!fstatat(dirfd(dir), at->d_name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode))
            bytes += st.st_size;
    if (dir)
        closedir(dir);
    return bytes;
}

int disk_store(struct db *d, int64_t run, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    if (db_weights_dir(d, run, folder, sizeof folder, NULL))
        return 0; /* nothing hangs on it */
    struct query q;
    query_open(&q, d, "UPDATE run SET disk_bytes = ?1 WHERE id = ?2 AND disk_bytes IS NOT ?1");
    query_bind_int(&q, measure(folder));
    query_bind_int(&q, run);
    return query_finish(&q, e);
}

int disk_store_all(struct db *d, struct err *e)
{
    int64_t *ids;
    size_t n;
    int status = runs_ids(d, "FROM run", &ids, &n, e);
    for (size_t i = 0; !status && i < n; i++)
        status = disk_store(d, ids[i], e);
    mem_free(ids);
    return status;
}

int db_runs_disk(struct db *d, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = disk_store_all(d, e);
    return db_end(d, status, e, "storing what runs take of the disk");
}

int db_run_disk(struct db *d, int64_t run, struct err *e)
{
    int status = db_begin(d, e);
    if (!status)
        status = disk_store(d, run, e);
    return db_end(d, status, e, "storing what run %lld takes of the disk", (long long)run);
}
