/* pickle.c - see pickle.h. A pickle is a program for a machine with a stack and a memo: each byte
 * of it is looked up in a table of operations. What stands in no line there is refused.
 *
 * Format: Python's pickletools.py, which has all operations of protocols 0 to 5.
 */
#include "engine/weights/pickle_priv.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_BYTES 16384u
#define STACK_MOST ((size_t)1 << 20) /* nodes; the memo too */
#define LINE_MOST 4096u              /* bytes of a number or name that ends with its line */
#define LONG_BYTES 16                /* of a number written in digits */

struct nodes {
    struct pickle_node **at;
    size_t n, room;
};

struct pickle {
    struct pickle_input in;
    uint64_t read; /* bytes that were read into the buffer since the beginning */
    size_t have, used;
    struct pickle_room room;
    struct nodes stack; /* a NULL is a mark */
    struct nodes memo;  /* NULL where nothing was put */
    struct nodes stored;
    unsigned char buffer[BUFFER_BYTES];
};

/* --- bytes --- */

uint64_t pickle_at(const struct pickle *p)
{
    return p->read - (p->have - p->used);
}

static int cut_short(struct err *e)
{
    return err_set(e, ERR_FORMAT, "it is cut short");
}

static int fill(struct pickle *p, struct err *e)
{
    uint64_t left = p->in.size - p->read;
    size_t n = left < BUFFER_BYTES ? (size_t)left : BUFFER_BYTES;
    if (!n)
        return cut_short(e);
    if (p->in.read(p->in.context, p->buffer, n, p->read, e))
        return -1;
    p->read += n;
    p->have = n;
    p->used = 0;
    return 0;
}

static int take(struct pickle *p, void *to, size_t n, struct err *e)
{
    for (size_t k; n; n -= k, to = (char *)to + k) {
        if (p->used == p->have && fill(p, e))
            return -1;
        k = n < p->have - p->used ? n : p->have - p->used;
        memcpy(to, p->buffer + p->used, k);
        p->used += k;
    }
    return 0;
}

/* A number of 1 to 8 bytes, the smallest first. */
static int take_number(struct pickle *p, int bytes, uint64_t *number, struct err *e)
{
    unsigned char raw[8];
    if (take(p, raw, (size_t)bytes, e))
        return -1;
    *number = 0;
    for (int i = bytes; i--;)
        *number = *number << 8 | raw[i];
    return 0;
}

/* What ends with its line, without that; kept. */
static const char *take_line(struct pickle *p, size_t *length, struct err *e)
{
    char line[LINE_MOST + 1];
    size_t n = 0;
    for (; n <= LINE_MOST; n++) {
        if (take(p, &line[n], 1, e))
            return NULL;
        if (line[n] == '\n')
            break;
    }
    if (n > LINE_MOST) {
        err_set(e, ERR_FORMAT, "a line of it is longer than %u bytes", LINE_MOST);
        return NULL;
    }
    char *kept = pickle_room_take(&p->room, n + 1, e);
    if (kept)
        memcpy(kept, line, n);
    *length = n;
    return kept;
}

/* --- the stack --- */

static int add(struct nodes *list, struct pickle_node *node, struct err *e)
{
    if (list->n == list->room) {
        size_t wanted = list->room ? 2 * list->room : 64;
        struct pickle_node **grown =
            wanted > STACK_MOST ? NULL : mem_resize(list->at, wanted, sizeof *grown);
        if (!grown)
            return wanted > STACK_MOST
                       ? err_set(e, ERR_FORMAT, "it has more than %zu objects open", STACK_MOST)
                       : mem_error(e, "a pickle's stack", wanted * sizeof *grown);
        list->at = grown;
        list->room = wanted;
    }
    list->at[list->n++] = node;
    return 0;
}

static int push(struct pickle *p, struct pickle_node *node, struct err *e)
{
    return node ? add(&p->stack, node, e) : -1;
}

static int push_new(struct pickle *p, struct pickle_node **out, enum pickle_kind kind,
                    struct err *e)
{
    *out = pickle_node_new(&p->room, kind, e);
    return push(p, *out, e);
}

static struct pickle_node *top(struct pickle *p, struct err *e)
{
    struct pickle_node *node = p->stack.n ? p->stack.at[p->stack.n - 1] : NULL;
    if (!node)
        err_set(e, ERR_FORMAT, "it takes an object where there is none");
    return node;
}

static struct pickle_node *pop(struct pickle *p, struct err *e)
{
    struct pickle_node *node = top(p, e);
    p->stack.n -= node != NULL;
    return node;
}

/* Where what follows the last mark begins; the mark is taken from the stack once that is used. */
static int after_mark(struct pickle *p, size_t *first, struct err *e)
{
    size_t at = p->stack.n;
    while (at && p->stack.at[at - 1])
        at--;
    *first = at;
    return at ? 0 : err_set(e, ERR_FORMAT, "it goes back to a mark where there is none");
}

/* --- operations: numbers and texts. `how` is the table's --- */

static int push_bool(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    if (push_new(p, &node, PICKLE_BOOL, e))
        return -1;
    node->number = how;
    return 0;
}

static int push_int(struct pickle *p, int64_t number, struct err *e)
{
    struct pickle_node *node;
    if (push_new(p, &node, PICKLE_INT, e))
        return -1;
    node->number = number;
    return 0;
}

/* Of so many bytes; 4 are signed. */
static int op_int(struct pickle *p, int how, struct err *e)
{
    uint64_t number;
    if (take_number(p, how, &number, e))
        return -1;
    return push_int(p, how == 4 ? (int32_t)(uint32_t)number : (int64_t)number, e);
}

/* "123", or "00" and "01" for false and true. */
static int op_int_line(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t n;
    int64_t number;
    const char *line = take_line(p, &n, e);
    if (!line)
        return -1;
    if (!strcmp(line, "00") || !strcmp(line, "01"))
        return push_bool(p, line[1] == '1', e);
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
    if (!kept || push_new(p, &node, PICKLE_LONG, e))
        return -1;
    memcpy(kept, bytes, n);
    node->text = kept;
    node->length = n;
    return 0;
}

/* In so many bytes stands of how many bytes it is. */
static int op_long(struct pickle *p, int how, struct err *e)
{
    unsigned char bytes[256];
    uint64_t n;
    if (take_number(p, how, &n, e))
        return -1;
    if (n > sizeof bytes)
        return err_set(e, ERR_FORMAT, "it has a number of %" PRIu64 " bytes", n);
    return take(p, bytes, (size_t)n, e) ? -1 : push_long(p, bytes, (size_t)n, e);
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
static int op_long_line(struct pickle *p, int how, struct err *e)
{
    (void)how;
    unsigned char bytes[LONG_BYTES + 1] = {0};
    size_t n, used = LONG_BYTES;
    const char *line = take_line(p, &n, e);
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
    if (push_new(p, &node, PICKLE_REAL, e))
        return -1;
    node->real = value;
    return 0;
}

/* 8 bytes, the largest first. */
static int op_real(struct pickle *p, int how, struct err *e)
{
    (void)how;
    unsigned char raw[8];
    uint64_t bits = 0;
    double value;
    if (take(p, raw, sizeof raw, e))
        return -1;
    for (size_t i = 0; i < sizeof raw; i++)
        bits = bits << 8 | raw[i];
    memcpy(&value, &bits, sizeof value);
    return push_real(p, value, e);
}

/* "0.1"; nobody needs what else Python writes there, such as "nan". */
static int op_real_line(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t n;
    double value = 0;
    const char *line = take_line(p, &n, e);
    if (!line)
        return -1;
    str_to_real(line, &value);
    return push_real(p, value, e);
}

static int take_text(struct pickle *p, enum pickle_kind kind, uint64_t n, struct err *e)
{
    struct pickle_node *node;
    if (n > p->in.size - pickle_at(p))
        return cut_short(e);
    char *kept = pickle_room_take(&p->room, (size_t)n + 1, e);
    if (!kept || take(p, kept, (size_t)n, e) || push_new(p, &node, kind, e))
        return -1;
    node->text = kept;
    node->length = (size_t)n;
    return 0;
}

/* In so many bytes stands how long it is. */
static int op_text(struct pickle *p, int how, struct err *e)
{
    uint64_t n;
    return take_number(p, how, &n, e) ? -1 : take_text(p, PICKLE_TEXT, n, e);
}

static int op_bytes(struct pickle *p, int how, struct err *e)
{
    uint64_t n;
    return take_number(p, how, &n, e) ? -1 : take_text(p, PICKLE_BYTES, n, e);
}

/* A line; in quotes or not. */
static int op_text_line(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    size_t n, quotes = how ? 1 : 0;
    const char *line = take_line(p, &n, e);
    if (!line || push_new(p, &node, PICKLE_TEXT, e))
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

/* --- operations: what holds others --- */

static int op_none(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    return push_new(p, &node, (enum pickle_kind)how, e);
}

/* Makes the objects from `first` on one of that kind. */
static int gather(struct pickle *p, enum pickle_kind kind, size_t first, size_t below,
                  struct err *e)
{
    struct pickle_node *node = pickle_node_new(&p->room, kind, e);
    if (!node)
        return -1;
    if (kind == PICKLE_DICT && (p->stack.n - first) % 2)
        return err_set(e, ERR_FORMAT, "it has a key without a value");
    for (size_t i = first; i < p->stack.n; i++)
        if (pickle_node_add(&p->room, node, p->stack.at[i], e))
            return -1;
    p->stack.n = below;
    return push(p, node, e);
}

static int op_gather(struct pickle *p, int how, struct err *e)
{
    size_t first;
    return after_mark(p, &first, e) ? -1 : gather(p, (enum pickle_kind)how, first, first - 1, e);
}

static int op_tuple(struct pickle *p, int how, struct err *e)
{
    size_t n = (size_t)how, first = p->stack.n - n;
    for (size_t i = 0; i < n; i++)
        if (p->stack.n <= i || !p->stack.at[p->stack.n - 1 - i])
            return err_set(e, ERR_FORMAT, "it takes an object where there is none");
    return gather(p, PICKLE_TUPLE, first, first, e);
}

/* Adds what stands from `first` on to the object before `below`. */
static int add_to(struct pickle *p, size_t first, size_t below, bool keyed, struct err *e)
{
    struct pickle_node *to = below ? p->stack.at[below - 1] : NULL;
    if (!to || (keyed && (p->stack.n - first) % 2))
        return err_set(e, ERR_FORMAT, "it adds to an object where there is none");
    bool object = to->kind == PICKLE_OBJECT && (!to->n || to->keyed == keyed);
    if (!object && to->kind != (keyed ? PICKLE_DICT : PICKLE_LIST) &&
        !(to->kind == PICKLE_SET && !keyed))
        return err_set(e, ERR_FORMAT, "it adds to what is no %s", keyed ? "dict" : "list");
    to->keyed |= object && keyed;
    for (size_t i = first; i < p->stack.n; i++) {
        if (!p->stack.at[i])
            return err_set(e, ERR_FORMAT, "it takes an object where there is none");
        if (pickle_node_add(&p->room, to, p->stack.at[i], e))
            return -1;
    }
    p->stack.n = below;
    return 0;
}

static int op_add(struct pickle *p, int how, struct err *e)
{
    size_t n = how ? 2 : 1;
    if (p->stack.n < n)
        return err_set(e, ERR_FORMAT, "it takes an object where there is none");
    return add_to(p, p->stack.n - n, p->stack.n - n, how, e);
}

static int op_add_all(struct pickle *p, int how, struct err *e)
{
    size_t first;
    return after_mark(p, &first, e) ? -1 : add_to(p, first, first - 1, how, e);
}

/* --- operations: names, and what would be called --- */

static int push_global(struct pickle *p, const char *module, const char *name, struct err *e)
{
    struct pickle_node *node;
    size_t room = strlen(module) + strlen(name) + 2;
    char *whole = pickle_room_take(&p->room, room, e);
    if (!whole || push_new(p, &node, PICKLE_GLOBAL, e))
        return -1;
    node->length = room - 1;
    memcpy(whole, module, strlen(module));
    whole[strlen(module)] = '.';
    memcpy(whole + strlen(module) + 1, name, strlen(name));
    node->text = whole;
    if (!pickle_name_harms(whole))
        return 0;
    char shown[4 * 80];
    str_visible(shown, 80, whole);
    return err_set(e, ERR_FORMAT,
                   "it names %s, which weights never do: whoever loads it in Python runs that; "
                   "do not, and get the weights from elsewhere (nothing of it was run here)",
                   shown);
}

/* Module and name, a line each. */
static int op_global(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t n;
    const char *module = take_line(p, &n, e), *name = module ? take_line(p, &n, e) : NULL;
    return name ? push_global(p, module, name, e) : -1;
}

static int op_global_on_stack(struct pickle *p, int how, struct err *e)
{
    (void)how;
    struct pickle_node *name = pop(p, e), *module = name ? pop(p, e) : NULL;
    if (!module)
        return -1;
    if (name->kind != PICKLE_TEXT || module->kind != PICKLE_TEXT)
        return err_set(e, ERR_FORMAT, "it has a name that is no text");
    return push_global(p, module->text, name->text, e);
}

/* An ordered dict may be made with what is in it: ([[key, value], ...],) */
static int take_pairs(struct pickle *p, struct pickle_node *object, struct err *e)
{
    const struct pickle_node *pairs = pickle_item(object->args, 0);
    object->keyed = true;
    for (size_t i = 0; pickle_item(pairs, i); i++) {
        const struct pickle_node *pair = pickle_item(pairs, i);
        if (!pickle_item(pair, 1))
            return err_set(e, ERR_FORMAT, "it has a key without a value");
        if (pickle_node_add(&p->room, object, pair->items[0], e) ||
            pickle_node_add(&p->room, object, pair->items[1], e))
            return -1;
    }
    return 0;
}

static int push_object(struct pickle *p, const struct pickle_node *made_by,
                       const struct pickle_node *args, struct err *e)
{
    struct pickle_node *node;
    if (push_new(p, &node, PICKLE_OBJECT, e))
        return -1;
    node->made_by = made_by;
    node->args = args;
    node->keyed = pickle_is(made_by, PICKLE_GLOBAL, "collections.defaultdict");
    return pickle_is(made_by, PICKLE_GLOBAL, "collections.OrderedDict") ? take_pairs(p, node, e)
                                                                        : 0;
}

/* On top of it stand `how` arguments, the first of which is used. */
static int op_call(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *args = NULL;
    for (int i = 0; i < how; i++)
        if (!(args = pop(p, e)))
            return -1;
    struct pickle_node *made_by = pop(p, e);
    return made_by ? push_object(p, made_by, args, e) : -1;
}

/* Class and arguments after a mark. */
static int op_call_marked(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t first;
    if (after_mark(p, &first, e))
        return -1;
    if (first == p->stack.n)
        return err_set(e, ERR_FORMAT, "it takes an object where there is none");
    struct pickle_node *made_by = p->stack.at[first];
    if (gather(p, PICKLE_TUPLE, first + 1, first - 1, e))
        return -1;
    return push_object(p, made_by, pop(p, e), e);
}

/* The same with the class in two lines. */
static int op_call_named(struct pickle *p, int how, struct err *e)
{
    (void)how;
    if (op_gather(p, PICKLE_TUPLE, e))
        return -1;
    struct pickle_node *args = pop(p, e);
    if (op_global(p, 0, e))
        return -1;
    return push_object(p, pop(p, e), args, e);
}

static int op_state(struct pickle *p, int how, struct err *e)
{
    (void)how;
    struct pickle_node *state = pop(p, e), *object = state ? top(p, e) : NULL;
    if (!object)
        return -1;
    if (object->kind != PICKLE_OBJECT)
        return err_set(e, ERR_FORMAT, "it gives a state to what is no object");
    object->state = state;
    return 0;
}

static int op_stored(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    if (how && op_text_line(p, 0, e))
        return -1;
    struct pickle_node *id = pop(p, e);
    if (!id || push_new(p, &node, PICKLE_STORED, e))
        return -1;
    node->args = id;
    return add(&p->stored, node, e);
}

/* --- operations: the memo and the stack --- */

static int put(struct pickle *p, uint64_t index, struct err *e)
{
    struct pickle_node *node = top(p, e);
    if (!node)
        return -1;
    if (index >= STACK_MOST)
        return err_set(e, ERR_FORMAT, "it remembers more than %zu objects", STACK_MOST);
    while (p->memo.n <= index)
        if (add(&p->memo, NULL, e))
            return -1;
    p->memo.at[index] = node;
    return 0;
}

static int get(struct pickle *p, uint64_t index, struct err *e)
{
    if (index >= p->memo.n || !p->memo.at[index])
        return err_set(e, ERR_FORMAT, "it remembers nothing as number %" PRIu64, index);
    return push(p, p->memo.at[index], e);
}

/* The number is in so many bytes, or in a line. */
static int take_index(struct pickle *p, int how, uint64_t *index, struct err *e)
{
    size_t n;
    int64_t number = 0;
    if (how)
        return take_number(p, how, index, e);
    const char *line = take_line(p, &n, e);
    if (!line)
        return -1;
    if (str_to_int(line, &number) || number < 0)
        return err_set(e, ERR_FORMAT, "'%.40s' is not a number", line);
    *index = (uint64_t)number;
    return 0;
}

static int op_put(struct pickle *p, int how, struct err *e)
{
    uint64_t index;
    return take_index(p, how, &index, e) ? -1 : put(p, index, e);
}

static int op_get(struct pickle *p, int how, struct err *e)
{
    uint64_t index;
    return take_index(p, how, &index, e) ? -1 : get(p, index, e);
}

static int op_memoize(struct pickle *p, int how, struct err *e)
{
    (void)how;
    return put(p, p->memo.n, e);
}

static int op_mark(struct pickle *p, int how, struct err *e)
{
    (void)how;
    return add(&p->stack, NULL, e);
}

static int op_pop(struct pickle *p, int how, struct err *e)
{
    (void)how;
    if (!p->stack.n)
        return err_set(e, ERR_FORMAT, "it takes an object where there is none");
    p->stack.n--;
    return 0;
}

static int op_pop_mark(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t first;
    if (after_mark(p, &first, e))
        return -1;
    p->stack.n = first - 1;
    return 0;
}

static int op_dup(struct pickle *p, int how, struct err *e)
{
    (void)how;
    return push(p, top(p, e), e);
}

static int op_protocol(struct pickle *p, int how, struct err *e)
{
    (void)how;
    uint64_t protocol;
    if (take_number(p, 1, &protocol, e))
        return -1;
    return protocol <= 5 ? 0
                         : err_set(e, ERR_FORMAT, "it is of protocol %" PRIu64 "; known are 1 to 5",
                                   protocol);
}

/* How much belongs together; nothing here depends on it. */
static int op_frame(struct pickle *p, int how, struct err *e)
{
    (void)how;
    uint64_t length;
    return take_number(p, 8, &length, e);
}

/* --- the machine --- */

static const struct operation {
    int (*run)(struct pickle *p, int how, struct err *e);
    int how;
} operations[256] = {
    ['('] = {op_mark, 0},
    ['0'] = {op_pop, 0},
    ['1'] = {op_pop_mark, 0},
    ['2'] = {op_dup, 0},
    ['N'] = {op_none, PICKLE_NONE},
    [0x88] = {push_bool, 1},
    [0x89] = {push_bool, 0},
    ['I'] = {op_int_line, 0},
    ['J'] = {op_int, 4},
    ['K'] = {op_int, 1},
    ['M'] = {op_int, 2},
    ['L'] = {op_long_line, 0},
    [0x8a] = {op_long, 1},
    [0x8b] = {op_long, 4},
    ['F'] = {op_real_line, 0},
    ['G'] = {op_real, 0},
    ['S'] = {op_text_line, 1},
    ['V'] = {op_text_line, 0},
    ['X'] = {op_text, 4},
    [0x8c] = {op_text, 1},
    [0x8d] = {op_text, 8},
    ['T'] = {op_text, 4}, /* Python 2's strings, which are its keys */
    ['U'] = {op_text, 1},
    ['B'] = {op_bytes, 4},
    ['C'] = {op_bytes, 1},
    [0x8e] = {op_bytes, 8},
    [0x96] = {op_bytes, 8},
    ['}'] = {op_none, PICKLE_DICT},
    [']'] = {op_none, PICKLE_LIST},
    [')'] = {op_none, PICKLE_TUPLE},
    [0x8f] = {op_none, PICKLE_SET},
    ['d'] = {op_gather, PICKLE_DICT},
    ['l'] = {op_gather, PICKLE_LIST},
    ['t'] = {op_gather, PICKLE_TUPLE},
    [0x91] = {op_gather, PICKLE_SET},
    [0x85] = {op_tuple, 1},
    [0x86] = {op_tuple, 2},
    [0x87] = {op_tuple, 3},
    ['a'] = {op_add, 0},
    ['s'] = {op_add, 1},
    ['e'] = {op_add_all, 0},
    ['u'] = {op_add_all, 1},
    [0x90] = {op_add_all, 0},
    ['c'] = {op_global, 0},
    [0x93] = {op_global_on_stack, 0},
    ['R'] = {op_call, 1},
    [0x81] = {op_call, 1},
    [0x92] = {op_call, 2},
    ['o'] = {op_call_marked, 0},
    ['i'] = {op_call_named, 0},
    ['b'] = {op_state, 0},
    ['P'] = {op_stored, 1},
    ['Q'] = {op_stored, 0},
    ['p'] = {op_put, 0},
    ['q'] = {op_put, 1},
    ['r'] = {op_put, 4},
    [0x94] = {op_memoize, 0},
    ['g'] = {op_get, 0},
    ['h'] = {op_get, 1},
    ['j'] = {op_get, 4},
    [0x80] = {op_protocol, 0},
    [0x95] = {op_frame, 0},
};

static int run(struct pickle *p, struct err *e)
{
    for (;;) {
        unsigned char code;
        if (take(p, &code, 1, e))
            return -1;
        if (code == '.')
            return 0;
        if (!operations[code].run)
            return err_set(e, ERR_FORMAT, "it has operation 0x%02x, which no weights need", code);
        if (operations[code].run(p, operations[code].how, e))
            return -1;
    }
}

int pickle_load(struct pickle *p, const struct pickle_node **root, struct err *e)
{
    uint64_t begin = pickle_at(p);
    p->stack.n = p->memo.n = 0;
    int result = run(p, e);
    if (!result && !(*root = pop(p, e)))
        result = -1;
    return result ? err_prefix(e, "at byte %" PRIu64 " of the pickle", pickle_at(p) - begin) : 0;
}

const struct pickle_node *const *pickle_stored(const struct pickle *p, size_t *n)
{
    *n = p->stored.n;
    return (const struct pickle_node *const *)p->stored.at;
}

int pickle_open(struct pickle **out, const struct pickle_input *input, struct err *e)
{
    struct pickle *p = mem_alloc(1, sizeof *p);
    *out = p;
    if (!p)
        return mem_error(e, "a reader of pickles", sizeof *p);
    p->in = *input;
    return 0;
}

void pickle_close(struct pickle *p)
{
    if (!p)
        return;
    mem_free(p->stack.at);
    mem_free(p->memo.at);
    mem_free(p->stored.at);
    pickle_room_free(&p->room);
    mem_free(p);
}
