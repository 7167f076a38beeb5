/* store.c - opening a store: the key, the folder, the checks before mapping. Building one is
 * store_build.c. A store belongs to its opener; the set it gives is read-only and for any thread.
 *
 * A file in the cache is believed only when its header, sizes and checksum agree; anything else is
 * decoded again. Removing files from the cache folder is always safe.
 */
#include "engine/image/store_priv.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

uint64_t store_pixels_at(uint64_t n)
{
    uint64_t tables =
        sizeof(struct store_header) + n * (sizeof(struct image_place) + 2 * sizeof(uint64_t));
    return (tables + STORE_PIXEL_ALIGN - 1) / STORE_PIXEL_ALIGN * STORE_PIXEL_ALIGN;
}

uint64_t store_checksum(const struct store_header *header, const struct image_place *places,
                        const uint64_t *digests, const struct store_bad *bad)
{
    struct store_header plain = *header;
    plain.checksum = 0;
    uint64_t hash = hash_bytes(HASH_START, &plain, sizeof plain);
    hash = hash_bytes(hash, places, (size_t)header->n * sizeof *places);
    hash = hash_bytes(hash, digests, (size_t)header->n * 2 * sizeof *digests);
    return hash_bytes(hash, bad, (size_t)header->bad * sizeof *bad);
}

/* --- finding the file --- */

static void key_add(struct store_key *key, const void *bytes, size_t count)
{
    key->first = hash_bytes(key->first, bytes, count);
    key->second = hash_bytes(key->second * UINT64_C(0x9e3779b97f4a7c15), bytes, count);
}

static void key_number(struct store_key *key, uint64_t number)
{
    key_add(key, &number, sizeof number);
}

static int key_make(struct store_key *key, const struct store_request *r, struct err *e)
{
    char root[PATH_MAX], path[FILE_PATH_BYTES];
    const struct dataset *d = r->data;
    key->first = HASH_START;
    key->second = ~HASH_START;
    if (!realpath(d->root, root))
        return err_errno(e, errno, "folder of images %s", d->root);
    key_add(key, root, strlen(root) + 1);
    key_number(key, STORE_VERSION);
    key_number(key, (uint64_t)r->shorter_side);
    key_number(key, d->n);
    for (size_t i = 0; i < d->n; i++) {
        struct stat st;
        const char *name = d->items[i].name;
        if (str_path(path, sizeof path, d->root, name))
            return err_set(e, ERR_FORMAT, "the path of image '%.80s...' is too long", name);
        if (stat(path, &st))
            return err_errno(e, errno, "image %s", path);
        key_add(key, name, strlen(name) + 1);
        key_number(key, (uint64_t)st.st_size);
        key_number(key, (uint64_t)st.st_mtim.tv_sec);
        key_number(key, (uint64_t)st.st_mtim.tv_nsec);
        key_number(key, (uint64_t)st.st_ctim.tv_sec);
        key_number(key, (uint64_t)st.st_ctim.tv_nsec);
    }
    return 0;
}

int store_folder_name(const char *asked, char to[FILE_PATH_BYTES], struct err *e)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int cut;
    if (asked && asked[0])
        cut = str_copy(to, FILE_PATH_BYTES, asked);
    else if (base && base[0] == '/')
        cut = str_path(to, FILE_PATH_BYTES, base, "combolab");
    else if (home && home[0])
        cut = str_path(to, FILE_PATH_BYTES, home, ".cache/combolab");
    else
        return err_set(e, ERR_USAGE,
                       "neither XDG_CACHE_HOME nor HOME is set: name a folder for "
                       "decoded images with --cache");
    return cut ? err_set(e, ERR_USAGE, "option 'cache': path too long") : 0;
}

int store_folder(const char *asked, char to[FILE_PATH_BYTES], struct err *e)
{
    if (store_folder_name(asked, to, e))
        return -1;
    if (!file_make_folders(to, e))
        return 0;
    return err_prefix(e, "folder for decoded images (choose another with --cache)");
}

/* --- believing a file --- */

static bool header_is_good(const struct store_header *h, const struct store_key *key, size_t n,
                           int shorter_side, uint64_t file_bytes)
{
    return !memcmp(h->magic, STORE_MAGIC, sizeof h->magic) && h->version == STORE_VERSION &&
           h->order == STORE_ORDER && h->key.first == key->first && h->key.second == key->second &&
           h->n == n && h->bad <= n && h->shorter_side == (uint32_t)shorter_side &&
           h->file_bytes == file_bytes && h->pixels_at == store_pixels_at(n) &&
           h->pixels_at < file_bytes && h->pixels_bytes < file_bytes &&
           h->bad_at == h->pixels_at + h->pixels_bytes &&
           h->bad_at + h->bad * sizeof(struct store_bad) == file_bytes;
}

static bool tables_are_good(const struct store *s)
{
    const struct store_header *h = &s->header;
    for (size_t i = 0; i < h->n; i++) {
        const struct image_place *p = &s->places[i];
        uint64_t bytes = (uint64_t)p->height * p->width * 3;
        uint32_t shorter = p->height < p->width ? p->height : p->width;
        if (shorter != h->shorter_side || bytes > h->pixels_bytes ||
            p->offset > h->pixels_bytes - bytes)
            return false;
    }
    for (size_t i = 0; i < h->bad; i++)
        if (s->bad[i].place >= h->n || (i && s->bad[i].place <= s->bad[i - 1].place) ||
            !memchr(s->bad[i].reason, '\0', sizeof s->bad[i].reason))
            return false;
    return store_checksum(h, s->places, s->digests, s->bad) == h->checksum;
}

void store_unmap(struct store *s)
{
    store_window_free(s->window);
    if (s->map)
        munmap(s->map, s->map_bytes);
    if (s->fd >= 0)
        close(s->fd);
    mem_free(s->places);
    mem_free(s->digests);
    mem_free(s->checked);
    mem_free(s->bad);
    mem_free(s->bad_places);
    s->window = NULL;
    s->map = NULL;
    s->fd = -1;
    s->places = NULL;
    s->digests = NULL;
    s->checked = NULL;
    s->bad = NULL;
    s->bad_places = NULL;
}

static int read_tables(struct store *s, int fd, struct err *e)
{
    const struct store_header *h = &s->header;
    size_t n = (size_t)h->n, bad = (size_t)h->bad;
    s->places = mem_alloc(n, sizeof *s->places);
    s->digests = mem_alloc(n, 2 * sizeof *s->digests);
    s->checked = mem_alloc(n, sizeof *s->checked);
    s->bad = mem_alloc(bad, sizeof *s->bad);
    s->bad_places = mem_alloc(bad, sizeof *s->bad_places);
    if (!s->places || !s->digests || !s->checked || !s->bad || !s->bad_places)
        return mem_error(e, "the tables of decoded images", n * sizeof *s->places);
    if (file_read_at(fd, s->places, n * sizeof *s->places, sizeof *h) ||
        file_read_at(fd, s->digests, n * 2 * sizeof *s->digests,
                     sizeof *h + n * sizeof *s->places) ||
        file_read_at(fd, s->bad, bad * sizeof *s->bad, h->bad_at) || !tables_are_good(s))
        return 1;
    for (size_t i = 0; i < bad; i++)
        s->bad_places[i] = s->bad[i].place;
    return 0;
}

static int map_open(struct store *s, const struct store_key *key, size_t n, int shorter_side,
                    struct err *e)
{
    int fd = s->fd;
    struct stat st;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size < sizeof s->header ||
        file_read_at(fd, &s->header, sizeof s->header, 0) ||
        !header_is_good(&s->header, key, n, shorter_side, (uint64_t)st.st_size))
        return 1;
    int result = read_tables(s, fd, e);
    if (result)
        return result;
    s->map_bytes = (size_t)st.st_size;
    s->map = mmap(NULL, s->map_bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (s->map == MAP_FAILED) {
        s->map = NULL;
        return err_errno(e, errno, "mapping %s (%zu bytes)", s->path, s->map_bytes);
    }
    s->set.n = n;
    s->set.place = s->places;
    s->set.pixels = (const uint8_t *)s->map + s->header.pixels_at;
    return 0;
}

int store_map(struct store *s, const struct store_key *key, size_t n, int shorter_side,
              struct err *e)
{
    if (s->fd < 0)
        s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->fd < 0)
        return 1;
    flock(s->fd, LOCK_SH | LOCK_NB); /* store_clean.c leaves it alone now */
    int result = map_open(s, key, n, shorter_side, e);
    if (!result)
        futimens(s->fd, NULL); /* and knows when it was used */
    if (result > 0)
        snprintf(s->warning, sizeof s->warning,
                 "decoded again: the decoded images kept in %s were damaged", s->path);
    if (result)
        store_unmap(s);
    return result;
}

/* --- a part of it in memory --- */

static size_t bytes_of(const struct image_place *p)
{
    return (size_t)p->height * p->width * 3;
}

static void soon(void *context, const uint32_t *images, size_t n)
{
    struct store *s = context;
    for (size_t i = 0; i < n; i++) {
        const struct image_place *p = &s->places[images[i]];
        store_window_soon(s->window, (size_t)(s->header.pixels_at + p->offset), bytes_of(p));
    }
}

static void done(void *context, const uint32_t *images, size_t n)
{
    struct store *s = context;
    for (size_t i = 0; i < n; i++) {
        const struct image_place *p = &s->places[images[i]];
        store_window_done(s->window, (size_t)(s->header.pixels_at + p->offset), bytes_of(p));
    }
}

static int bound_memory(struct store *s, uint64_t limit_bytes, struct err *e)
{
    uint64_t limit = limit_bytes ? limit_bytes : store_memory();
    if (s->map_bytes <= limit || s->in_memory) {
        s->kept_bytes = s->map_bytes;
        return 0;
    }
    s->kept_bytes = limit;
    /* What was looked at when it was opened is not counted. */
    madvise(s->map, s->map_bytes, MADV_DONTNEED);
    if (store_window_new(&s->window, s->map, s->map_bytes, s->fd, limit, e))
        return -1;
    s->set.streamed = true;
    s->set.soon = soon;
    s->set.done = done;
    s->set.context = s;
    return 0;
}

/* --- the store --- */

static int refuse_bad(const struct store *s, struct err *e)
{
    uint64_t more = s->header.bad - 1;
    char others[48] = "";
    if (more)
        snprintf(others, sizeof others, " (and %" PRIu64 " more of %" PRIu64 " images)", more,
                 s->header.n);
    return err_set(e, ERR_FORMAT,
                   "%s%s; mend or remove it, or leave damaged images out with "
                   "--skip-bad-images",
                   s->bad[0].reason, others);
}

int store_find(struct store *s, struct store_key *key, char folder[FILE_PATH_BYTES],
               const struct store_request *r, bool *refused, struct err *e)
{
    *refused = false;
    if (key_make(key, r, e))
        return -1;
    *refused = store_folder(r->cache, folder, e);
    if (*refused)
        return -1;
    int length =
        snprintf(s->path, sizeof s->path, "%s/%016" PRIx64 STORE_ENDING, folder, key->first);
    if (length < 0 || (size_t)length >= sizeof s->path)
        return err_set(e, ERR_USAGE, "option 'cache': path too long");
    return 0;
}

/* Decodes into memory, for this run alone, since no file could be written: `e` says why. */
static int build_in_memory(struct store *s, const struct store_request *r,
                           const struct store_key *key, struct err *e)
{
    struct err why = *e;
    bool refused;
    int fd, result = store_build(NULL, "", r, key, &fd, &refused, e);
    if (result < 0 && refused) {
        struct err second = *e;
        return err_set(e, why.code, "%s; nor can they be kept in memory: %s", why.text,
                       second.text);
    }
    if (result)
        return result;
    s->fd = fd;
    s->in_memory = s->decoded = true;
    str_copy(s->path, sizeof s->path, "memory");
    result = store_map(s, key, r->data->n, r->shorter_side, e);
    if (result > 0)
        return err_set(e, ERR_INTERNAL, "images that were decoded into memory are not as written");
    if (!result)
        snprintf(s->warning, sizeof s->warning,
                 "decoded into memory, for this run alone, since there is no cache: %s", why.text);
    return result;
}

static int open_or_build(struct store *s, const struct store_request *r, struct err *e)
{
    char folder[FILE_PATH_BYTES];
    struct store_key key;
    bool refused;
    int unused;
    if (store_find(s, &key, folder, r, &refused, e))
        return refused ? build_in_memory(s, r, &key, e) : -1;
    int result = store_map(s, &key, r->data->n, r->shorter_side, e);
    if (!result)
        result = store_check_some(s);
    if (result <= 0)
        return result;
    store_unmap(s);
    result = store_build(s->path, folder, r, &key, &unused, &refused, e);
    if (result < 0 && refused)
        return build_in_memory(s, r, &key, e);
    if (result)
        return result;
    s->decoded = true;
    result = store_map(s, &key, r->data->n, r->shorter_side, e);
    if (result > 0)
        return err_set(e, ERR_IO,
                       "%s: the decoded images were changed or removed at once by "
                       "somebody else; try again",
                       s->path);
    return result;
}

int store_open(struct store **out, const struct store_request *request, struct err *e)
{
    *out = NULL;
    if (request->shorter_side < 1 || request->shorter_side > UINT16_MAX || !request->data->n)
        return err_set(e, ERR_INTERNAL, "a store of %zu images with a shorter side of %d",
                       request->data->n, request->shorter_side);
    struct store *s = mem_alloc(1, sizeof *s);
    if (!s)
        return mem_error(e, "a store", sizeof *s);
    s->fd = -1;
    int result = open_or_build(s, request, e);
    if (!result && s->header.bad && !request->skip_bad)
        result = refuse_bad(s, e);
    if (!result && s->header.bad == s->header.n)
        result = err_set(e, ERR_FORMAT, "all %" PRIu64 " images are damaged, the first: %s",
                         s->header.n, s->bad[0].reason);
    if (!result)
        result = bound_memory(s, request->memory_bytes, e);
    if (result)
        store_close(s);
    else
        *out = s;
    return result;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    store_unmap(s);
    mem_free(s);
}

const struct image_set *store_images(const struct store *s)
{
    return &s->set;
}

size_t store_bad(const struct store *s, const uint32_t **places)
{
    if (places)
        *places = s->bad_places;
    return (size_t)s->header.bad;
}

const char *store_bad_reason(const struct store *s, size_t i)
{
    return i < s->header.bad ? s->bad[i].reason : "";
}

bool store_was_decoded(const struct store *s)
{
    return s->decoded;
}

const char *store_warning(const struct store *s)
{
    return s->warning;
}

const uint64_t *store_pictures(const struct store *s)
{
    return s->digests;
}

uint64_t store_bytes(const struct store *s)
{
    return s->map_bytes;
}

uint64_t store_kept_bytes(const struct store *s)
{
    return s->kept_bytes;
}

const char *store_path(const struct store *s)
{
    return s->path;
}
