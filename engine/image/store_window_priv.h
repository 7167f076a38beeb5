/* store_window_priv.h - which part of a mapped file stays in memory, when not all of it may.
 *
 * A file of images is read in another order every epoch, each image once: then nothing kept by how
 * lately it was used is of any use before it is pushed out again. So what was used last goes first,
 * and what has been kept longest stays: of a store four times the limit, nearly a quarter of all
 * reads still finds its image in memory.
 *
 * Call soon before reading images, done after. All from one thread at a time.
 */
#ifndef COMBOLAB_ENGINE_IMAGE_STORE_WINDOW_PRIV_H
#define COMBOLAB_ENGINE_IMAGE_STORE_WINDOW_PRIV_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct store_window;

/* Of a mapping of the whole file `fd`, both borrowed. At most limit_bytes of it, and what is
 * between soon and done, will stay in memory. */
int store_window_new(struct store_window **out, void *map, size_t bytes, int fd,
                     uint64_t limit_bytes, struct err *e);
void store_window_free(struct store_window *w);

/* `bytes` at `at` (of the mapping) will be read: holds them, pushing others out, and begins to read
 * them ahead. */
void store_window_soon(struct store_window *w, size_t at, size_t bytes);

/* The same bytes have been read. */
void store_window_done(struct store_window *w, size_t at, size_t bytes);

/* Bytes of memory that decoded images may take by themselves: half of what this process could still
 * get, within its control group too. UINT64_MAX if the system doesn't say. */
uint64_t store_memory(void);

/* Bytes that images being decoded may take, all threads together: half of that, 4 GiB at most. */
uint64_t store_decode_memory(void);

#endif
