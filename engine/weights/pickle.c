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

/* --- operations: the memo and the stack --- */

static int put(struct pickle *p, uint64_t index, struct err *e)
{
    struct pickle_node *node = pickle_top(p, e);
    if (!node)
        return -1;
    if (index >= PICKLE_STACK_MOST)
        return err_set(e, ERR_FORMAT, "it remembers more than %zu objects", PICKLE_STACK_MOST);
    while (p->memo.n <= index)
        if (pickle_nodes_add(&p->memo, NULL, e))
            return -1;
    p->memo.at[index] = node;
    return 0;
}

static int get(struct pickle *p, uint64_t index, struct err *e)
{
    if (index >= p->memo.n || !p->memo.at[index])
        return err_set(e, ERR_FORMAT, "it remembers nothing as number %" PRIu64, index);
    return pickle_push(p, p->memo.at[index], e);
}

/* The number is in so many bytes, or in a line. */
static int take_index(struct pickle *p, int how, uint64_t *index, struct err *e)
{
    size_t n;
    int64_t number = 0;
    if (how)
        return pickle_take_number(p, how, index, e);
    const char *line = pickle_take_line(p, &n, e);
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
    return pickle_nodes_add(&p->stack, NULL, e);
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
    if (pickle_after_mark(p, &first, e))
        return -1;
    p->stack.n = first - 1;
    return 0;
}

static int op_dup(struct pickle *p, int how, struct err *e)
{
    (void)how;
    return pickle_push(p, pickle_top(p, e), e);
}

static int op_protocol(struct pickle *p, int how, struct err *e)
{
    (void)how;
    uint64_t protocol;
    if (pickle_take_number(p, 1, &protocol, e))
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
    return pickle_take_number(p, 8, &length, e);
}

/* --- the machine --- */

static const struct operation {
    pickle_operation *run;
    int how;
} operations[256] = {
    ['('] = {op_mark, 0},
    ['0'] = {op_pop, 0},
    ['1'] = {op_pop_mark, 0},
    ['2'] = {op_dup, 0},
    ['N'] = {pickle_op_none, PICKLE_NONE},
    [0x88] = {pickle_op_bool, 1},
    [0x89] = {pickle_op_bool, 0},
    ['I'] = {pickle_op_int_line, 0},
    ['J'] = {pickle_op_int, 4},
    ['K'] = {pickle_op_int, 1},
    ['M'] = {pickle_op_int, 2},
    ['L'] = {pickle_op_long_line, 0},
    [0x8a] = {pickle_op_long, 1},
    [0x8b] = {pickle_op_long, 4},
    ['F'] = {pickle_op_real_line, 0},
    ['G'] = {pickle_op_real, 0},
    ['S'] = {pickle_op_text_line, 1},
    ['V'] = {pickle_op_text_line, 0},
    ['X'] = {pickle_op_text, 4},
    [0x8c] = {pickle_op_text, 1},
    [0x8d] = {pickle_op_text, 8},
    ['T'] = {pickle_op_text, 4}, /* Python 2's strings, which are its keys */
    ['U'] = {pickle_op_text, 1},
    ['B'] = {pickle_op_bytes, 4},
    ['C'] = {pickle_op_bytes, 1},
    [0x8e] = {pickle_op_bytes, 8},
    [0x96] = {pickle_op_bytes, 8},
    ['}'] = {pickle_op_none, PICKLE_DICT},
    [']'] = {pickle_op_none, PICKLE_LIST},
    [')'] = {pickle_op_none, PICKLE_TUPLE},
    [0x8f] = {pickle_op_none, PICKLE_SET},
    ['d'] = {pickle_op_gather, PICKLE_DICT},
    ['l'] = {pickle_op_gather, PICKLE_LIST},
    ['t'] = {pickle_op_gather, PICKLE_TUPLE},
    [0x91] = {pickle_op_gather, PICKLE_SET},
    [0x85] = {pickle_op_tuple, 1},
    [0x86] = {pickle_op_tuple, 2},
    [0x87] = {pickle_op_tuple, 3},
    ['a'] = {pickle_op_add, 0},
    ['s'] = {pickle_op_add, 1},
    ['e'] = {pickle_op_add_all, 0},
    ['u'] = {pickle_op_add_all, 1},
    [0x90] = {pickle_op_add_all, 0},
    ['c'] = {pickle_op_global, 0},
    [0x93] = {pickle_op_global_on_stack, 0},
    ['R'] = {pickle_op_call, 1},
    [0x81] = {pickle_op_call, 1},
    [0x92] = {pickle_op_call, 2},
    ['o'] = {pickle_op_call_marked, 0},
    ['i'] = {pickle_op_call_named, 0},
    ['b'] = {pickle_op_state, 0},
    ['P'] = {pickle_op_stored, 1},
    ['Q'] = {pickle_op_stored, 0},
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
        if (pickle_take(p, &code, 1, e))
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
    if (!result && !(*root = pickle_pop(p, e)))
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
