/* history.c - the statements that were run. A statement is a line: its line breaks and backslashes
 * are written \n and \\.
 *
 * Who adds holds a lock on the file, and looks again whether it still has that name: the file is
 * made shorter by a new one in its place. So none is lost, whoever else adds.
 */
#include "src/history.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "src/user_path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES (4 << 20) /* of the file that are read */
#define LONG_BYTES (1 << 20) /* a longer file is made shorter */

int history_path(char *to, size_t room, struct err *e)
{
    return user_path("XDG_STATE_HOME", ".local/state", "combolab/sql-history",
                     "the history of statements", to, room, e);
}

/* --- lines --- */

static void add_line(struct str *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            str_add(to, "\\n");
        else if (*text == '\\')
            str_add(to, "\\\\");
        else
            str_add_bytes(to, text, 1);
    }
    str_add(to, "\n");
}

/* In place. */
static void restore(char *line)
{
    char *to = line;
    for (; *line; line++) {
        if (*line == '\\' && line[1])
            *to++ = *++line == 'n' ? '\n' : *line;
        else
            *to++ = *line;
    }
    *to = '\0';
}

/* Where the last `most` lines of a text begin. */
static char *last_lines(char *text, size_t length, size_t most)
{
    char *at = text + length;
    if (at > text)
        at--; /* the last one's end */
    for (; at > text; at--)
        if (at[-1] == '\n' && !--most)
            break;
    return at;
}

/* --- the file --- */

/* Opens it to append, locked, and still of that name. The descriptor, or -1. */
static int open_locked(const char *path, struct err *e)
{
    struct stat by_name, by_file;
    for (;;) {
        int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            return err_errno(e, errno, "the history of statements %s cannot be opened", path);
        errno = 0;
        if (!flock(fd, LOCK_EX) && !fstat(fd, &by_file) && !stat(path, &by_name) &&
            by_name.st_ino == by_file.st_ino && by_name.st_dev == by_file.st_dev)
            return fd;
        int number = errno;
        close(fd);
        if (number != EINTR && number != ENOENT && number != 0)
            return err_errno(e, number, "the history of statements %s cannot be locked", path);
    }
}

/* The last line is that one already. */
static bool ends_so(int fd, off_t size, const struct str *line)
{
    size_t length = line->length;
    char *end = mem_alloc(length + 1, 1);
    bool same = end && size >= (off_t)length &&
                !file_read_at(fd, end, length, (uint64_t)(size - (off_t)length)) &&
                !memcmp(end, line->text, length);
    if (same && size > (off_t)length)
        same = !file_read_at(fd, end, 1, (uint64_t)(size - (off_t)length - 1)) && end[0] == '\n';
    mem_free(end);
    return same;
}

static int shorten(const char *path, struct err *e)
{
    uint8_t *bytes;
    size_t n;
    if (file_read(&bytes, &n, NULL, path, MOST_BYTES, e))
        return -1;
    char *from = last_lines((char *)bytes, n, HISTORY_MOST / 2);
    int status = file_replace(path, from, n - (size_t)(from - (char *)bytes), 0, e);
    mem_free(bytes);
    return status;
}

int history_add(const char *path, const char *text, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    struct stat file;
    struct str line;
    file_folder(path, folder, sizeof folder);
    if (file_make_folders(folder, e))
        return -1;
    int fd = open_locked(path, e);
    if (fd < 0)
        return -1;
    str_init(&line);
    add_line(&line, text);
    int status = 0;
    off_t size = fstat(fd, &file) ? 0 : file.st_size;
    if (line.failed)
        status = mem_error(e, "a statement", strlen(text));
    else if (!ends_so(fd, size, &line) && write(fd, line.text, line.length) != (ssize_t)line.length)
        status = err_errno(e, errno, "the history of statements %s cannot be written", path);
    if (!status && size > LONG_BYTES)
        status = shorten(path, e);
    str_fini(&line);
    close(fd); /* which unlocks it */
    return status;
}

int history_read(const char *path, char ***texts, size_t *n, struct err *e)
{
    uint8_t *bytes;
    size_t count;
    struct err missing;
    *n = 0;
    *texts = mem_alloc(HISTORY_MOST, sizeof **texts);
    if (!*texts)
        return mem_error(e, "the history of statements", HISTORY_MOST * sizeof **texts);
    if (file_read(&bytes, &count, NULL, path, MOST_BYTES, &missing)) {
        if (missing.code == ERR_NOT_FOUND)
            return 0;
        *e = missing;
        history_free(*texts, 0);
        *texts = NULL;
        return -1;
    }
    char *line = last_lines((char *)bytes, count, HISTORY_MOST), *end;
    for (; *n < HISTORY_MOST && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        restore(line);
        (*texts)[*n] = mem_string(line);
        if (!(*texts)[*n])
            break;
        ++*n;
    }
    mem_free(bytes);
    return 0;
}

void history_free(char **texts, size_t n)
{
    for (size_t i = 0; texts && i < n; i++)
        mem_free(texts[i]);
    mem_free(texts);
}
