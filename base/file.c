/* file.c - whole files in and out: short reads, interrupted calls and full disks handled in one
 * place. */
#include "base/file.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_read_at(int fd, void *bytes, size_t count, uint64_t offset)
{
    uint8_t *to = bytes;
    while (count) {
        ssize_t n = pread(fd, to, count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return EIO;
        to += n;
        count -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

int file_write_at(int fd, const void *bytes, size_t count, uint64_t offset)
{
    const uint8_t *from = bytes;
    while (count) {
        ssize_t n = pwrite(fd, from, count, (off_t)offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        if (n == 0)
            return EIO;
        from += n;
        count -= (size_t)n;
        offset += (uint64_t)n;
    }
    return 0;
}

static int read_open(uint8_t **bytes, size_t *count, uint64_t *whole_bytes, int fd,
                     const char *path, size_t most, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st))
        return err_errno(e, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_FORMAT, "%s: is %s, not a file", path,
                       S_ISDIR(st.st_mode) ? "a folder" : "a device or pipe");
    size_t n = (uint64_t)st.st_size < most ? (size_t)st.st_size : most;
    uint8_t *block = mem_alloc(n + 1, 1);
    if (!block)
        return mem_error(e, path, n + 1);
    int failed = file_read_at(fd, block, n, 0);
    if (failed) {
        mem_free(block);
        return err_errno(e, failed, "%s: reading %zu bytes", path, n);
    }
    *bytes = block;
    *count = n;
    if (whole_bytes)
        *whole_bytes = (uint64_t)st.st_size;
    return 0;
}

int file_read(uint8_t **bytes, size_t *count, uint64_t *whole_bytes, const char *path, size_t most,
              struct err *e)
{
    /* Without O_NONBLOCK, opening a pipe would wait for a writer. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_errno(e, errno, "%s", path);
    int result = read_open(bytes, count, whole_bytes, fd, path, most, e);
    close(fd);
    return result;
}

int file_make_folders(const char *path, struct err *e)
{
    char part[FILE_PATH_BYTES];
    if (!path[0] || str_copy(part, sizeof part, path))
        return err_set(e, ERR_USAGE, "folder '%s': %s", path, path[0] ? "too long" : "no name");
    for (char *p = part + 1;; p++) {
        if (*p && *p != '/')
            continue;
        char end = *p;
        *p = '\0';
        if (mkdir(part, 0777) && errno != EEXIST)
            return err_errno(e, errno, "cannot make folder %s", part);
        if (!end)
            break;
        *p = end;
    }
    struct stat st;
    if (stat(path, &st))
        return err_errno(e, errno, "%s", path);
    if (!S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "%s: it is a file, not a folder", path);
    return 0;
}

void file_folder(const char *path, char *to, size_t room)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 1;
    if (!slash)
        path = ".";
    else if (length == 0)
        length = 1;
    if (length >= room)
        length = room - 1;
    memcpy(to, path, length);
    to[length] = '\0';
}

int file_new_open(struct file_new *f, const char *path, const char *end)
{
    char folder[FILE_PATH_BYTES];
    *f = (struct file_new){.fd = -1, .folder = -1, .path = path};
    for (int i = 0; i < 1000 && f->fd < 0; i++) {
        int n = snprintf(f->temporary, sizeof f->temporary, "%s.%ld-%d%s", path, (long)getpid(), i,
                         end);
        if (n < 0 || (size_t)n >= sizeof f->temporary)
            errno = ENAMETOOLONG;
        else
            f->fd = open(f->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (f->fd < 0 && errno != EEXIST)
            break;
    }
    int failed = f->fd < 0 ? errno : 0;
    if (failed)
        f->temporary[0] = '\0';
    file_folder(path, folder, sizeof folder);
    if (!failed)
        f->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return failed ? failed : f->folder < 0 ? errno : 0;
}

/* File systems that cannot refuse by themselves are asked before. */
static int put_in_place(const struct file_new *f)
{
    struct stat s;
    if (!f->first)
        return rename(f->temporary, f->path) ? errno : 0;
    if (!renameat2(AT_FDCWD, f->temporary, AT_FDCWD, f->path, RENAME_NOREPLACE))
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    if (!lstat(f->path, &s))
        return EEXIST;
    return rename(f->temporary, f->path) ? errno : 0;
}

int file_new_commit(struct file_new *f, int sync)
{
    int failed = sync && fsync(f->fd) ? errno : 0;
    if (close(f->fd) && !failed)
        failed = errno;
    f->fd = -1;
    if (!failed)
        failed = put_in_place(f);
    if (failed)
        return failed;
    f->temporary[0] = '\0';
    /* Some file systems know no sync of folders; there the rename is as safe as it gets. */
    return sync && fsync(f->folder) && errno != EINVAL && errno != ENOTSUP ? errno : 0;
}

void file_new_fini(struct file_new *f)
{
    if (f->temporary[0])
        unlink(f->temporary);
    if (f->fd >= 0)
        close(f->fd);
    if (f->folder >= 0)
        close(f->folder);
}

int file_replace(const char *path, const void *bytes, size_t count, int sync, struct err *e)
{
    struct file_new f;
    int failed = file_new_open(&f, path, ".tmp");
    if (!failed)
        failed = file_write_at(f.fd, bytes, count, 0);
    if (!failed)
        failed = file_new_commit(&f, sync);
    file_new_fini(&f);
    return failed ? err_errno(e, failed, "writing %s (%zu bytes)", path, count) : 0;
}
