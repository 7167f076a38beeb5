/* pickle_stack.c - see pickle_priv.h: the bytes of a pickle, and the stack of its machine. */
#include "engine/weights/pickle_priv.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

#define LINE_MOST 4096u /* bytes of a number or name that ends with its line */

/* --- bytes --- */

uint64_t pickle_at(const struct pickle *p)
{
    return p->read - (p->have - p->used);
}

int pickle_cut_short(struct err *e)
{
    return err_set(e, ERR_FORMAT, "it is cut short");
}

static int fill(struct pickle *p, struct err *e)
{
    uint64_t left = p->in.size - p->read;
    size_t n = left < PICKLE_BUFFER_BYTES ? (size_t)left : PICKLE_BUFFER_BYTES;
    if (!n)
        return pickle_cut_short(e);
    if (p->in.read(p->in.context, p->buffer, n, p->read, e))
        return -1;
    p->read += n;
    p->have = n;
    p->used = 0;
    return 0;
}

int pickle_take(struct pickle *p, void *to, size_t n, struct err *e)
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
int pickle_take_number(struct pickle *p, int bytes, uint64_t *number, struct err *e)
{
    unsigned char raw[8];
    if (pickle_take(p, raw, (size_t)bytes, e))
        return -1;
    *number = 0;
    for (int i = bytes; i--;)
        *number = *number << 8 | raw[i];
    return 0;
}

/* What ends with its line, without that; kept. */
const char *pickle_take_line(struct pickle *p, size_t *length, struct err *e)
{
    char line[LINE_MOST + 1];
    size_t n = 0;
    for (; n <= LINE_MOST; n++) {
        if (pickle_take(p, &line[n], 1, e))
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

int pickle_nodes_add(struct pickle_nodes *list, struct pickle_node *node, struct err *e)
{
    if (list->n == list->room) {
        size_t wanted = list->room ? 2 * list->room : 64;
        struct pickle_node **grown =
            wanted > PICKLE_STACK_MOST ? NULL : mem_resize(list->at, wanted, sizeof *grown);
        if (!grown)
            return wanted > PICKLE_STACK_MOST
                       ? err_set(e, ERR_FORMAT, "it has more than %zu objects open",
                                 PICKLE_STACK_MOST)
                       : mem_error(e, "a pickle's stack", wanted * sizeof *grown);
        list->at = grown;
        list->room = wanted;
    }
    list->at[list->n++] = node;
    return 0;
}

int pickle_push(struct pickle *p, struct pickle_node *node, struct err *e)
{
    return node ? pickle_nodes_add(&p->stack, node, e) : -1;
}

int pickle_push_new(struct pickle *p, struct pickle_node **out, enum pickle_kind kind,
                    struct err *e)
{
    *out = pickle_node_new(&p->room, kind, e);
    return pickle_push(p, *out, e);
}

struct pickle_node *pickle_top(struct pickle *p, struct err *e)
{
    struct pickle_node *node = p->stack.n ? p->stack.at[p->stack.n - 1] : NULL;
    if (!node)
        err_set(e, ERR_FORMAT, "it takes an object where there is none");
    return node;
}

struct pickle_node *pickle_pop(struct pickle *p, struct err *e)
{
    struct pickle_node *node = pickle_top(p, e);
    p->stack.n -= node != NULL;
    return node;
}

/* Where what follows the last mark begins; the mark is taken from the stack once that is used. */
int pickle_after_mark(struct pickle *p, size_t *first, struct err *e)
{
    size_t at = p->stack.n;
    while (at && p->stack.at[at - 1])
        at--;
    *first = at;
    return at ? 0 : err_set(e, ERR_FORMAT, "it goes back to a mark where there is none");
}
