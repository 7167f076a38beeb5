/* import_events.c - TensorBoard's event files.
 *
 * A file is a chain of records: the length (64 bit), its checksum, the bytes, theirs;
 * little-endian, CRC-32C masked as TensorFlow does it (tensorflow/core/lib/hash/crc32c.h). The
 * bytes are a protocol buffer, Event, of which the scalars of its Summary are taken: simple_value,
 * or a tensor of one number. Fields that are not known are passed over, as the format wants it. A
 * record that the end of the file cuts is no damage: files are read while they are written.
 */
#include "src/import.h"

#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_RECORD (4u << 20) /* larger ones are images and graphs: checked, not looked into */
#define CHUNK_BYTES (1u << 18)

/* --- checksums --- */

static void make_table(uint32_t table[256])
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
        table[i] = c;
    }
}

static uint32_t crc_go_on(const uint32_t table[256], uint32_t crc, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        crc = crc >> 8 ^ table[(crc ^ p[i]) & 0xff];
    return crc;
}

static uint32_t masked(uint32_t crc)
{
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static uint64_t little(const uint8_t *p, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)p[i] << 8 * i;
    return value;
}

/* --- protocol buffers --- */

/* What is left of a message. */
struct bytes {
    const uint8_t *at, *end;
};

enum wire { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct field {
    uint32_t number;
    int wire;
    uint64_t whole;  /* VARINT, 64, 32: its bits */
    struct bytes in; /* BYTES */
};

static bool take_varint(struct bytes *b, uint64_t *to)
{
    *to = 0;
    for (int shift = 0; shift < 64 && b->at < b->end; shift += 7) {
        uint8_t byte = *b->at++;
        *to |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

static bool take_fixed(struct bytes *b, int count, uint64_t *to)
{
    if (b->end - b->at < count)
        return false;
    *to = little(b->at, count);
    b->at += count;
    return true;
}

/* 1; 0 at the end; -1 for what is no field. */
static int take_field(struct bytes *b, struct field *f)
{
    uint64_t key, length;
    if (b->at == b->end)
        return 0;
    if (!take_varint(b, &key) || key >> 3 == 0 || key >> 3 > UINT32_MAX >> 3)
        return -1;
    *f = (struct field){.number = (uint32_t)(key >> 3), .wire = (int)(key & 7)};
    switch (f->wire) {
    case WIRE_VARINT:
        return take_varint(b, &f->whole) ? 1 : -1;
    case WIRE_64:
        return take_fixed(b, 8, &f->whole) ? 1 : -1;
    case WIRE_32:
        return take_fixed(b, 4, &f->whole) ? 1 : -1;
    case WIRE_BYTES:
        if (!take_varint(b, &length) || length > (uint64_t)(b->end - b->at))
            return -1;
        f->in = (struct bytes){b->at, b->at + length};
        b->at += length;
        return 1;
    default:
        return -1;
    }
}

static double real_32(uint64_t bits)
{
    uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return (double)value;
}

static double real_64(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* --- TensorProto --- */

enum { DT_FLOAT = 1, DT_DOUBLE = 2, DT_INT32 = 3, DT_INT64 = 9 };

struct tensor {
    int type, n; /* values */
    double value;
};

static int width_of(int type)
{
    return type == DT_FLOAT || type == DT_INT32 ? 4 : type == DT_DOUBLE || type == DT_INT64 ? 8 : 0;
}

static double value_of(int type, uint64_t bits)
{
    return type == DT_FLOAT    ? real_32(bits)
           : type == DT_DOUBLE ? real_64(bits)
           : type == DT_INT32  ? (double)(int32_t)(uint32_t)bits
                               : (double)(int64_t)bits;
}

static void take_number(struct tensor *t, int type, uint64_t bits)
{
    t->n++;
    t->value = value_of(type, bits);
}

/* Numbers of one kind one after another; `varint`: packed as such. */
static int take_packed(struct tensor *t, int type, bool varint, struct bytes in)
{
    uint64_t bits;
    while (in.at < in.end && t->n < 2) {
        if (varint ? !take_varint(&in, &bits) : !take_fixed(&in, width_of(type), &bits))
            return -1;
        take_number(t, type, bits);
    }
    return 0;
}

static int take_values(struct tensor *t, int type, const struct field *f)
{
    bool varint = type == DT_INT32 || type == DT_INT64;
    if (f->wire == WIRE_BYTES)
        return take_packed(t, type, varint, f->in);
    if (f->wire != (varint ? WIRE_VARINT : type == DT_FLOAT ? WIRE_32 : WIRE_64))
        return -1;
    take_number(t, type, f->whole);
    return 0;
}

static int take_tensor(struct tensor *t, struct bytes in)
{
    struct field f;
    struct bytes content = {NULL, NULL};
    int more, status = 0;
    while (!status && (more = take_field(&in, &f)) == 1) {
        if (f.number == 1 && f.wire == WIRE_VARINT)
            t->type = f.whole <= INT32_MAX ? (int)f.whole : 0;
        else if (f.number == 4 && f.wire == WIRE_BYTES)
            content = f.in;
        else if (f.number >= 5 && f.number <= 7)
            status = take_values(t, (int[]){DT_FLOAT, DT_DOUBLE, DT_INT32}[f.number - 5], &f);
        else if (f.number == 10)
            status = take_values(t, DT_INT64, &f);
    }
    if (status || more < 0)
        return -1;
    return content.at < content.end && width_of(t->type) ? take_packed(t, t->type, false, content)
                                                         : 0;
}

/* --- Event --- */

struct event {
    double time;
    int64_t step;
};

/* A Summary.Value; what is no scalar is passed over. */
static int take_value(struct import *m, const struct event *event, struct bytes in, struct err *e)
{
    char name[IMPORT_TAG_BYTES] = "";
    struct tensor t = {0, 0, 0};
    struct field f;
    int more;
    while ((more = take_field(&in, &f)) == 1) {
        size_t n = f.wire == WIRE_BYTES ? (size_t)(f.in.end - f.in.at) : 0;
        if (f.number == 1 && f.wire == WIRE_BYTES && n < sizeof name) {
            memcpy(name, f.in.at, n);
            name[n] = '\0';
        } else if (f.number == 2 && f.wire == WIRE_32) {
            take_number(&t, DT_FLOAT, f.whole);
        } else if (f.number == 8 && f.wire == WIRE_BYTES && take_tensor(&t, f.in)) {
            return 1;
        }
    }
    if (more < 0)
        return 1;
    if (!name[0] || t.n != 1)
        return 0;
    struct import_tag *tag = import_tag(m, name, e);
    return tag ? import_point(m, tag, event->step, t.value, event->time, e) : -1;
}

static int take_summary(struct import *m, const struct event *event, struct bytes in, struct err *e)
{
    struct field f;
    int more, status = 0;
    while (!status && (more = take_field(&in, &f)) == 1)
        if (f.number == 1 && f.wire == WIRE_BYTES)
            status = take_value(m, event, f.in, e);
    return status ? status : more < 0;
}

/* 0; 1 for what is no event; -1. Time and step may come after the summary. */
static int take_event(struct import *m, struct bytes in, struct err *e)
{
    struct event event = {(double)NAN, 0};
    struct bytes summary = {NULL, NULL};
    struct field f;
    int more;
    while ((more = take_field(&in, &f)) == 1) {
        if (f.number == 1 && f.wire == WIRE_64)
            event.time = real_64(f.whole);
        else if (f.number == 2 && f.wire == WIRE_VARINT)
            event.step = (int64_t)f.whole;
        else if (f.number == 5 && f.wire == WIRE_BYTES)
            summary = f.in;
    }
    if (more < 0)
        return 1;
    return summary.at ? take_summary(m, &event, summary, e) : 0;
}

/* --- records --- */

struct reader {
    const char *path;
    int fd;
    uint64_t at, bytes; /* of the file */
    uint32_t table[256];
    uint8_t *chunk; /* MOST_RECORD */
};

static int damaged(const struct reader *r, const char *what, struct err *e)
{
    return err_set(e, ERR_FORMAT,
                   "%s, byte %" PRIu64 ": %s; the file is damaged there, or is no event file of "
                   "TensorBoard: nothing of it is taken",
                   r->path, r->at, what);
}

static int read_bytes(const struct reader *r, void *to, size_t n, uint64_t at, struct err *e)
{
    int number = file_read_at(r->fd, to, n, at);
    return number ? err_errno(e, number, "%s, byte %" PRIu64 " cannot be read", r->path, at) : 0;
}

/* The content of a record; of a large one only the checksum. */
static int check_content(const struct reader *r, uint64_t length, struct err *e)
{
    uint8_t end[4];
    uint32_t crc = UINT32_MAX;
    size_t most = length <= MOST_RECORD ? MOST_RECORD : CHUNK_BYTES;
    for (uint64_t done = 0; done < length;) {
        size_t n = length - done < most ? (size_t)(length - done) : most;
        if (read_bytes(r, r->chunk, n, r->at + 12 + done, e))
            return -1;
        crc = crc_go_on(r->table, crc, r->chunk, n);
        done += n;
    }
    if (read_bytes(r, end, sizeof end, r->at + 12 + length, e))
        return -1;
    return masked(crc) == little(end, 4) ? 0 : damaged(r, "a record has a wrong checksum", e);
}

/* 1; 0 at the end; -1. */
static int take_record(struct import *m, struct reader *r, struct err *e)
{
    uint8_t head[12];
    uint64_t left = r->bytes - r->at;
    if (left < sizeof head) {
        m->cut += left > 0;
        return 0;
    }
    if (read_bytes(r, head, sizeof head, r->at, e))
        return -1;
    uint64_t length = little(head, 8);
    if (masked(crc_go_on(r->table, UINT32_MAX, head, 8)) != little(head + 8, 4))
        return damaged(r, "the length of a record has a wrong checksum", e);
    if (left - sizeof head < 4 || length > left - sizeof head - 4) {
        m->cut++;
        return 0;
    }
    if (check_content(r, length, e))
        return -1;
    int status = 0;
    if (length > MOST_RECORD)
        m->large++;
    else
        status = take_event(m, (struct bytes){r->chunk, r->chunk + length}, e);
    if (status > 0)
        return damaged(r, "a record is no event", e);
    r->at += sizeof head + length + 4;
    return status ? -1 : 1;
}

static int read_open(struct import *m, struct reader *r, struct err *e)
{
    struct stat st;
    int more;
    if (fstat(r->fd, &st))
        return err_errno(e, errno, "%s", r->path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_FORMAT, "%s is not a file", r->path);
    r->bytes = (uint64_t)st.st_size;
    r->chunk = mem_alloc(MOST_RECORD, 1);
    if (!r->chunk)
        return mem_error(e, "a record", MOST_RECORD);
    make_table(r->table);
    while ((more = take_record(m, r, e)) == 1)
        ;
    mem_free(r->chunk);
    return more;
}

int import_events(struct import *m, const char *path, struct err *e)
{
    struct reader r = {.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (r.fd < 0)
        return err_errno(e, errno, "%s cannot be read", path);
    int status = read_open(m, &r, e);
    close(r.fd);
    return status;
}
