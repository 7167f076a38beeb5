/* pickle_objects.c - see pickle_priv.h: operations that make what holds others, names, and what a
 * program would call: here they are descriptions, and nothing is called. */
#include "engine/weights/pickle_priv.h"

#include "base/err.h"
#include "base/str.h"

#include <string.h>

/* --- operations: what holds others --- */

int pickle_op_none(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    return pickle_push_new(p, &node, (enum pickle_kind)how, e);
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
    return pickle_push(p, node, e);
}

int pickle_op_gather(struct pickle *p, int how, struct err *e)
{
    size_t first;
    return pickle_after_mark(p, &first, e) ? -1
                                           : gather(p, (enum pickle_kind)how, first, first - 1, e);
}

int pickle_op_tuple(struct pickle *p, int how, struct err *e)
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

int pickle_op_add(struct pickle *p, int how, struct err *e)
{
    size_t n = how ? 2 : 1;
    if (p->stack.n < n)
        return err_set(e, ERR_FORMAT, "it takes an object where there is none");
    return add_to(p, p->stack.n - n, p->stack.n - n, how, e);
}

int pickle_op_add_all(struct pickle *p, int how, struct err *e)
{
    size_t first;
    return pickle_after_mark(p, &first, e) ? -1 : add_to(p, first, first - 1, how, e);
}

/* --- operations: names, and what would be called --- */

static int push_global(struct pickle *p, const char *module, const char *name, struct err *e)
{
    struct pickle_node *node;
    size_t room = strlen(module) + strlen(name) + 2;
    char *whole = pickle_room_take(&p->room, room, e);
    if (!whole || pickle_push_new(p, &node, PICKLE_GLOBAL, e))
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
int pickle_op_global(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t n;
    const char *module = pickle_take_line(p, &n, e),
               *name = module ? pickle_take_line(p, &n, e) : NULL;
    return name ? push_global(p, module, name, e) : -1;
}

int pickle_op_global_on_stack(struct pickle *p, int how, struct err *e)
{
    (void)how;
    struct pickle_node *name = pickle_pop(p, e), *module = name ? pickle_pop(p, e) : NULL;
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
    if (pickle_push_new(p, &node, PICKLE_OBJECT, e))
        return -1;
    node->made_by = made_by;
    node->args = args;
    node->keyed = pickle_is(made_by, PICKLE_GLOBAL, "collections.defaultdict");
    return pickle_is(made_by, PICKLE_GLOBAL, "collections.OrderedDict") ? take_pairs(p, node, e)
                                                                        : 0;
}

/* On top of it stand `how` arguments, the first of which is used. */
int pickle_op_call(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *args = NULL;
    for (int i = 0; i < how; i++)
        if (!(args = pickle_pop(p, e)))
            return -1;
    struct pickle_node *made_by = pickle_pop(p, e);
    return made_by ? push_object(p, made_by, args, e) : -1;
}

/* Class and arguments after a mark. */
int pickle_op_call_marked(struct pickle *p, int how, struct err *e)
{
    (void)how;
    size_t first;
    if (pickle_after_mark(p, &first, e))
        return -1;
    if (first == p->stack.n)
        return err_set(e, ERR_FORMAT, "it takes an object where there is none");
    struct pickle_node *made_by = p->stack.at[first];
    if (gather(p, PICKLE_TUPLE, first + 1, first - 1, e))
        return -1;
    return push_object(p, made_by, pickle_pop(p, e), e);
}

/* The same with the class in two lines. */
int pickle_op_call_named(struct pickle *p, int how, struct err *e)
{
    (void)how;
    if (pickle_op_gather(p, PICKLE_TUPLE, e))
        return -1;
    struct pickle_node *args = pickle_pop(p, e);
    if (pickle_op_global(p, 0, e))
        return -1;
    return push_object(p, pickle_pop(p, e), args, e);
}

int pickle_op_state(struct pickle *p, int how, struct err *e)
{
    (void)how;
    struct pickle_node *state = pickle_pop(p, e), *object = state ? pickle_top(p, e) : NULL;
    if (!object)
        return -1;
    if (object->kind != PICKLE_OBJECT)
        return err_set(e, ERR_FORMAT, "it gives a state to what is no object");
    object->state = state;
    return 0;
}

int pickle_op_stored(struct pickle *p, int how, struct err *e)
{
    struct pickle_node *node;
    if (how && pickle_op_text_line(p, 0, e))
        return -1;
    struct pickle_node *id = pickle_pop(p, e);
    if (!id || pickle_push_new(p, &node, PICKLE_STORED, e))
        return -1;
    node->args = id;
    return pickle_nodes_add(&p->stored, node, e);
}
