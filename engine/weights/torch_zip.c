/* torch_zip.c - what torch.save writes since PyTorch 1.6: a zip archive of NAME/data.pkl, which
 * says what there is, and NAME/data/KEY, a storage each. Members that are stored as they are, as
 * PyTorch has them, are read from their place in the file. */
#include "engine/weights/torch_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#define PICKLE "data.pkl"
#define NAME_BYTES 512
#define SKIP_BYTES 16384u

struct archive {
    zip_t *zip;
    char folder[NAME_BYTES]; /* before "data.pkl": "archive/", "" */
    uint64_t pickle, pickle_bytes;
    /* The member that is open: reading on in it costs nothing. */
    zip_file_t *open;
    uint64_t open_is, at;
    bool packed; /* it is deflated */
};

/* --- members --- */

static int member_error(struct torch_file *f, uint64_t i, const char *why, struct err *e)
{
    struct archive *a = f->own;
    const char *name = zip_get_name(a->zip, i, 0);
    return err_set(e, ERR_FORMAT, "member '%.100s' of the archive cannot be read: %s",
                   name ? name : "?", why);
}

static int open_member(struct torch_file *f, uint64_t i, struct err *e)
{
    struct archive *a = f->own;
    struct zip_stat s;
    if (a->open)
        zip_fclose(a->open);
    a->open = NULL;
    if (zip_stat_index(a->zip, i, 0, &s))
        return member_error(f, i, zip_strerror(a->zip), e);
    a->packed = s.comp_method != ZIP_CM_STORE;
    /* What is stored is taken as it is: PyTorch can leave sums of it out, and looks at none. */
    a->open = zip_fopen_index(a->zip, i, a->packed ? 0 : ZIP_FL_COMPRESSED);
    if (!a->open)
        return member_error(f, i, zip_strerror(a->zip), e);
    a->open_is = i;
    a->at = 0;
    return 0;
}

static int read_on(struct torch_file *f, void *to, uint64_t n, struct err *e)
{
    struct archive *a = f->own;
    for (zip_int64_t got; n; n -= (uint64_t)got, to = (char *)to + got) {
        got = zip_fread(a->open, to, n);
        if (got <= 0)
            return member_error(f, a->open_is, got ? zip_file_strerror(a->open) : "it is cut short",
                                e);
        a->at += (uint64_t)got;
    }
    return 0;
}

/* Goes on to byte `from`, in what is deflated by reading what is before it. */
static int go_to(struct torch_file *f, uint64_t from, struct err *e)
{
    struct archive *a = f->own;
    char skipped[SKIP_BYTES];
    if (!a->packed && zip_fseek(a->open, (zip_int64_t)from, SEEK_SET))
        return member_error(f, a->open_is, zip_file_strerror(a->open), e);
    if (!a->packed)
        a->at = from;
    while (a->at < from) {
        uint64_t n = from - a->at < SKIP_BYTES ? from - a->at : SKIP_BYTES;
        if (read_on(f, skipped, n, e))
            return -1;
    }
    return 0;
}

static int read_member(struct torch_file *f, uint64_t i, uint64_t from, void *to, size_t n,
                       struct err *e)
{
    struct archive *a = f->own;
    bool there = a->open && a->open_is == i && (!a->packed || a->at <= from);
    if (!there && open_member(f, i, e))
        return -1;
    if (a->at != from && go_to(f, from, e))
        return -1;
    return read_on(f, to, n, e);
}

static int read_storage(struct torch_file *f, const struct torch_storage *s, uint64_t from,
                        void *to, size_t n, struct err *e)
{
    return read_member(f, s->place, from, to, n, e) ? err_prefix(e, "%s", f->path) : 0;
}

static int find_storage(struct torch_file *f, const struct torch_stored *s,
                        struct torch_storage *out, struct err *e)
{
    struct archive *a = f->own;
    char name[2 * NAME_BYTES];
    struct zip_stat stat;
    snprintf(name, sizeof name, "%sdata/%.200s", a->folder, s->key);
    zip_int64_t i = zip_name_locate(a->zip, name, 0);
    if (i < 0 || zip_stat_index(a->zip, (zip_uint64_t)i, 0, &stat))
        return err_set(e, ERR_FORMAT, "has its values in '%.100s', which the archive has not",
                       name);
    *out = (struct torch_storage){(uint64_t)i, stat.size};
    return 0;
}

/* --- what kind of archive --- */

static int check_member(const struct zip_stat *s, struct err *e)
{
    if (s->encryption_method != ZIP_EM_NONE)
        return err_set(e, ERR_FORMAT,
                       "member '%.100s' is encrypted: save the weights without a password, as "
                       "torch.save does",
                       s->name);
    if (s->comp_method != ZIP_CM_STORE && s->comp_method != ZIP_CM_DEFLATE)
        return err_set(e, ERR_FORMAT,
                       "member '%.100s' is packed by method %d; only stored and deflated ones are "
                       "read: save the weights anew with torch.save",
                       s->name, (int)s->comp_method);
    return 0;
}

/* "archive/data.pkl" */
static bool is_pickle(const char *name)
{
    const char *slash = strchr(name, '/');
    return !strcmp(slash ? slash + 1 : name, PICKLE);
}

static int no_torch(bool script, bool arrays, bool pickle, struct err *e)
{
    if (script)
        return err_set(e, ERR_FORMAT,
                       "it is an archive of TorchScript (torch.jit.save), which holds a program; "
                       "save its weights alone in Python: "
                       "torch.save(torch.jit.load('FILE').state_dict(), 'FILE.pth')");
    if (arrays)
        return err_set(e, ERR_FORMAT,
                       "it holds arrays of NumPy's (numpy.savez); save them as tensors in Python: "
                       "torch.save({k: torch.from_numpy(v) for k, v in "
                       "numpy.load('FILE').items()}, 'FILE.pth')");
    return pickle ? 0
                  : err_set(e, ERR_FORMAT,
                            "it is a zip archive, but none of torch.save's: there is no data.pkl "
                            "in it");
}

static int look_through(struct archive *a, struct err *e)
{
    zip_uint64_t n = (zip_uint64_t)zip_get_num_entries(a->zip, 0);
    bool script = false, arrays = false, pickle = false;
    for (zip_uint64_t i = 0; i < n; i++) {
        struct zip_stat s;
        if (zip_stat_index(a->zip, i, 0, &s) || !(s.valid & ZIP_STAT_SIZE))
            return err_set(e, ERR_FORMAT, "a member of the archive is damaged");
        if (check_member(&s, e))
            return -1;
        script |= strstr(s.name, "/code/") || str_ends_in(s.name, "constants.pkl");
        arrays |= str_ends_in(s.name, ".npy");
        if (!is_pickle(s.name))
            continue;
        if (pickle || strlen(s.name) >= sizeof a->folder)
            return err_set(e, ERR_FORMAT, "it has more than one data.pkl");
        pickle = true;
        a->pickle = i;
        a->pickle_bytes = s.size;
        snprintf(a->folder, sizeof a->folder, "%.*s", (int)(strlen(s.name) - strlen(PICKLE)),
                 s.name);
    }
    return no_torch(script, arrays, pickle, e);
}

/* --- opening --- */

static const char *why_not(int code)
{
    if (code == ZIP_ER_INCONS)
        return "its list of members does not say what the members themselves say (names or sizes), "
               "so that programs may differ about what is in it: save it anew with torch.save";
    if (code == ZIP_ER_EXISTS)
        return "it has a member twice, so that programs may differ about what is in it: save it "
               "anew with torch.save";
    return "it begins as a zip archive, but the list of its members, which is at its end, is "
           "missing or damaged: it is cut short, or was not downloaded whole";
}

/* The library has a file of its own, since both move in it; it must be the same. */
static int open_zip(struct torch_file *f, struct archive *a, struct err *e)
{
    struct stat ours, its;
    int code = 0, fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &its) || fstat(f->fd, &ours)) {
        err_errno(e, errno, "it cannot be read");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (ours.st_dev != its.st_dev || ours.st_ino != its.st_ino) {
        close(fd);
        return err_set(e, ERR_IO, "it was replaced while it was opened: try again");
    }
    a->zip = zip_fdopen(fd, ZIP_CHECKCONS, &code);
    if (a->zip)
        return 0;
    close(fd);
    return code == ZIP_ER_MEMORY ? mem_error(e, "a zip archive", 0)
                                 : err_set(e, ERR_FORMAT, "%s", why_not(code));
}

static int read_pickle(void *context, void *to, size_t n, uint64_t at, struct err *e)
{
    struct torch_file *f = context;
    return read_member(f, ((struct archive *)f->own)->pickle, at, to, n, e);
}

/* The host's order is taken for the file's where nothing is said. */
static int take_order(struct torch_file *f, struct err *e)
{
    struct archive *a = f->own;
    char name[NAME_BYTES + 16], order[8] = "";
    struct zip_stat s;
    snprintf(name, sizeof name, "%sbyteorder", a->folder);
    zip_int64_t i = zip_name_locate(a->zip, name, 0);
    if (i < 0)
        return 0;
    if (zip_stat_index(a->zip, (zip_uint64_t)i, 0, &s) || s.size >= sizeof order)
        return err_set(e, ERR_FORMAT, "its byteorder is neither little nor big");
    if (read_member(f, (uint64_t)i, 0, order, s.size, e))
        return -1;
    f->swapped = !strcmp(order, "big");
    return f->swapped || !strcmp(order, "little")
               ? 0
               : err_set(e, ERR_FORMAT, "its byteorder is neither little nor big");
}

static int list(struct torch_file *f, struct err *e)
{
    struct archive *a = f->own;
    const struct pickle_input input = {read_pickle, f, a->pickle_bytes};
    const struct pickle_node *root;
    struct pickle *p;
    int result = pickle_open(&p, &input, e);
    if (!result && pickle_load(p, &root, e))
        result = err_prefix(e, "data.pkl");
    if (!result)
        result = torch_list(f, root, e);
    pickle_close(p);
    return result;
}

static int open_archive(struct torch_file *f, struct err *e)
{
    struct archive *a = f->own;
    if (open_zip(f, a, e))
        return -1;
    return look_through(a, e) || take_order(f, e) || list(f, e) ? -1 : 0;
}

static void close_archive(struct torch_file *f)
{
    struct archive *a = f->own;
    if (a->open)
        zip_fclose(a->open);
    if (a->zip)
        zip_discard(a->zip);
}

/* --- as a source --- */

static bool is_zip(const unsigned char *first, size_t n)
{
    return n >= 4 && (!memcmp(first, "PK\3\4", 4) || !memcmp(first, "PK\5\6", 4));
}

static const struct torch_container container = {
    .own_bytes = sizeof(struct archive),
    .open = open_archive,
    .close = close_archive,
    .find = find_storage,
    .read = read_storage,
};

static int open_source(struct source *s, const char *path, struct err *e)
{
    return torch_open(s, path, &container, e);
}

const struct source_kind source_torch_zip = {
    .name = "PyTorch, zip",
    .is = is_zip,
    .open = open_source,
    .load_part = torch_load_part,
    .close = torch_close,
};
