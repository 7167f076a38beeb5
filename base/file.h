/* file.h - whole small files in and out, for the rooms of engine/data. Thread-safe: no shared
 * state. */
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

/* Writes a file under a temporary name beside it and renames it: others see all of it or nothing.
 * With `sync` the content is on disk before the new name is. */
int file_replace(const char *path, const void *bytes, size_t count, int sync, struct err *e);

#endif
