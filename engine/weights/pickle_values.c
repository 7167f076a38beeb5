/* pickle_values.c - see pickle_priv.h: operations that put numbers and texts on the stack. */
#include "engine/weights/pickle_priv.h"

#include "base/err.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LONG_BYTES 16 /* of a number written in digits */

int pickle_op_bool(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    if (pickle_push_new(p, &node, PICKLE_BOOL, e))
        return -1;
    node->number = how;
    return 0;
}

static int push_int(struct pickle *p, int64_t number, struct err *e)
{
    struct pickle_node *node;
    if (pickle_push_new(p, &node, PICKLE_INT, e))
        return -1;
    node->number = number;
    return 0;
}

/* Of so many bytes; 4 are signed. */
int pickle_op_int(struct pickle *p, int how, struct err *e)
{
    uint64_t number;
    if (pickle_take_number(p, how, &number, e))
        return -1;
    return push_int(p, how == 4 ? (int32_t)(uint32_t)number : (int64_t)number, e);
}

/* "123", or "00" and "01" for false and true. */
int pickle_op_int_line(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t n;
    int64_t number;
    const char *line = pickle_take_line(p, &n, e);
    if (!line)
        return -1;
    if (!strcmp(line, "00") || !strcmp(line, "01"))
        return pickle_op_bool(p, line[1] == '1', e);
    if (str_to_int(line, &number))
        return err_set(e, ERR_FORMAT, "'%.40s' is not a number", line);
    return push_int(p, number, e);
}

static int push_long(struct pickle *p, const unsigned char *bytes, size_t n, struct err *e)
{
    struct pickle_node *node;
    if (n <= sizeof(int64_t)) {
        uint64_t number = n && bytes[n - 1] & 0x80 ? UINT64_MAX : 0;
        for (size_t i = n; i--;)
            number = number << 8 | bytes[i];
        return push_int(p, (int64_t)number, e);
    }
    char *kept = pickle_room_take(&p->room, n + 1, e);
    if (!kept || pickle_push_new(p, &node, PICKLE_LONG, e))
        return -1;
    memcpy(kept, bytes, n);
    node->text = kept;
    node->length = n;
    return 0;
}

/* In so many bytes stands of how many bytes it is. */
int pickle_op_long(struct pickle *p, int how, struct err *e)
{
    unsigned char bytes[256];
    uint64_t n;
    if (pickle_take_number(p, how, &n, e))
        return -1;
    if (n > sizeof bytes)
        return err_set(e, ERR_FORMAT, "it has a number of %" PRIu64 " bytes", n);
    return pickle_take(p, bytes, (size_t)n, e) ? -1 : push_long(p, bytes, (size_t)n, e);
}

/* Makes it 10 times what it is, and `digit`. -1 where it has no room for that. */
static int add_digit(unsigned char bytes[LONG_BYTES], char digit)
{
    unsigned carry = (unsigned)(digit - '0');
    if (digit < '0' || digit > '9')
        return -1;
    for (size_t i = 0; i < LONG_BYTES; i++) {
        carry += bytes[i] * 10u;
        bytes[i] = (unsigned char)carry;
        carry >>= 8;
    }
    return carry ? -1 : 0;
}

/* "119547037146038801333356L"; what needs that is not below zero. */
int pickle_op_long_line(struct pickle *p, int how, struct err *e)
{
    (void)how;
    unsigned char bytes[LONG_BYTES + 1] = {0};
    size_t n, used = LONG_BYTES;
    const char *line = pickle_take_line(p, &n, e);
    if (!line)
        return -1;
    bool negative = line[0] == '-';
    n -= n && line[n - 1] == 'L';
    for (size_t i = negative; i < n; i++)
        if (add_digit(bytes, line[i]))
            return err_set(e, ERR_FORMAT, "'%.40s' is not a number, or too large", line);
    while (used && !bytes[used - 1])
        used--;
    if (!negative)
        return push_long(p, bytes, used + 1, e);
    return push_int(p, strtoll(line, NULL, 10), e);
}

static int push_real(struct pickle *p, double value, struct err *e)
{
    struct pickle_node *node;
    if (pickle_push_new(p, &node, PICKLE_REAL, e))
        return -1;
    node->real = value;
    return 0;
}

/* 8 bytes, the largest first. */
int pickle_op_real(struct pickle *p, int how, struct err *e)
{
    (void)how;
    unsigned char raw[8];
    uint64_t bits = 0;
    double value;
    if (pickle_take(p, raw, sizeof raw, e))
        return -1;
    for (size_t i = 0; i < sizeof raw; i++)
        bits = bits << 8 | raw[i];
    memcpy(&value, &bits, sizeof value);
    return push_real(p, value, e);
}

/* "0.1"; nobody needs what else Python writes there, such as "nan". */
int pickle_op_real_line(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t n;
    double value = 0;
    const char *line = pickle_take_line(p, &n, e);
    if (!line)
        return -1;
    str_to_real(line, &value);
    return push_real(p, value, e);
}

static int take_text(struct pickle *p, enum pickle_kind kind, uint64_t n, struct err *e)
{
    struct pickle_node *node;
    if (n > p->in.size - pickle_at(p))
        return pickle_cut_short(e);
    char *kept = pickle_room_take(&p->room, (size_t)n + 1, e);
    if (!kept || pickle_take(p, kept, (size_t)n, e) || pickle_push_new(p, &node, kind, e))
        return -1;
    node->text = kept;
    node->length = (size_t)n;
    return 0;
}

/* In so many bytes stands how long it is. */
int pickle_op_text(struct pickle *p, int how, struct err *e)
{
    uint64_t n;
    return pickle_take_number(p, how, &n, e) ? -1 : take_text(p, PICKLE_TEXT, n, e);
}

int pickle_op_bytes(struct pickle *p, int how, struct err *e)
{
    uint64_t n;
    return pickle_take_number(p, how, &n, e) ? -1 : take_text(p, PICKLE_BYTES, n, e);
}

/* A line; in quotes or not. */
int pickle_op_text_line(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    size_t n, quotes = how ? 1 : 0;
    const char *line = pickle_take_line(p, &n, e);
    if (!line || pickle_push_new(p, &node, PICKLE_TEXT, e))
        return -1;
    if (n < 2 * quotes)
        return err_set(e, ERR_FORMAT, "it has a text without quotes");
    char *kept = pickle_room_take(&p->room, n + 1, e);
    if (!kept)
        return -1;
    node->length = n - 2 * quotes;
    memcpy(kept, line + quotes, node->length);
    node->text = kept;
    return 0;
}
