/* file.h - files and folders: whole ones in and out, new ones in the place of old ones.
 * Thread-safe: no shared state. */
#ifndef COMBOLAB_BASE_FILE_H
#define COMBOLAB_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

struct err;

#define FILE_PATH_BYTES 4096

/* Reads a regular file, at most its first `most` bytes. *bytes is owned (mem_free) and followed by
 * one NUL that *count does not include. *whole_bytes (may be NULL) is the file's size. */
int file_read(uint8_t **bytes, size_t *count, uint64_t *whole_bytes, const char *path, size_t most,
              struct err *e);

/* Writes `count` bytes at `offset`, all of them. Returns 0, or the errno value. */
int file_write_at(int fd, const void *bytes, size_t count, uint64_t offset);

/* Reads `count` bytes at `offset`. Returns 0, or the errno value (EIO when the file ends before).
 */
int file_read_at(int fd, void *bytes, size_t count, uint64_t offset);

/* Makes a folder and those above it. */
int file_make_folders(const char *path, struct err *e);

/* The folder of `path`: "." when it names none. */
void file_folder(const char *path, char *to, size_t room);

/* A file that is being made beside the one that it will replace: a reader, or a crash, sees the
 * former or the whole new one. Order: file_new_open, write to fd, file_new_commit; file_new_fini in
 * every case. */
struct file_new {
    int fd, folder;                  /* -1 while they are not open */
    const char *path;                /* borrowed */
    char temporary[FILE_PATH_BYTES]; /* PATH.PID-N and `end`; "" once it is gone */
    int first;                       /* the caller's: replace no file; commit gives EEXIST */
};

/* Opens it to read and write; a name that a crash left behind is passed over. The folder is opened
 * too, so that what can fail fails before the rename. Returns 0, or the errno value. */
int file_new_open(struct file_new *f, const char *path, const char *end);

/* Renames it over the former one. With `sync` the content is on disk before the new name is, and
 * that too before this returns. Returns 0, or the errno value. */
int file_new_commit(struct file_new *f, int sync);

/* Closes; removes what was not committed. */
void file_new_fini(struct file_new *f);

/* All of that with bytes that are there already. */
int file_replace(const char *path, const void *bytes, size_t count, int sync, struct err *e);

#endif
