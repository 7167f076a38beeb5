/* torch_tensor.c - see torch_priv.h: what the calls in a pickle of PyTorch's mean that would make a
 * tensor. Every number is checked against the size of its storage before anything is read. */
#include "engine/weights/torch_priv.h"

#include "base/err.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define MOST_WRAPPED 8           /* calls around a tensor */
#define EXPANDED_MOST (1u << 24) /* elements of a tensor that has more than its storage */

/* --- types --- */

struct type {
    const char *torch, *ours;
};

/* Classes of storages, in torch, torch.cuda or torch.storage. */
static const struct type storages[] = {
    {"FloatStorage", "F32"},        {"HalfStorage", "F16"},
    {"BFloat16Storage", "BF16"},    {"DoubleStorage", "F64"},
    {"LongStorage", "I64"},         {"IntStorage", "I32"},
    {"ShortStorage", "I16"},        {"CharStorage", "I8"},
    {"ByteStorage", "U8"},          {"BoolStorage", "BOOL"},
    {"ComplexFloatStorage", "C64"}, {"ComplexDoubleStorage", "C128"},
    {"QInt8Storage", "I8"},         {"QUInt8Storage", "U8"},
    {"QInt32Storage", "I32"},       {"QUInt4x2Storage", "U8"},
    {"QUInt2x4Storage", "U8"},      {"UntypedStorage", "U8"},
    {"_UntypedStorage", "U8"},      {NULL, NULL},
};

/* Types of the tensors that name one. */
static const struct type dtypes[] = {
    {"float32", "F32"},         {"float16", "F16"},
    {"bfloat16", "BF16"},       {"float64", "F64"},
    {"int64", "I64"},           {"int32", "I32"},
    {"int16", "I16"},           {"int8", "I8"},
    {"uint64", "U64"},          {"uint32", "U32"},
    {"uint16", "U16"},          {"uint8", "U8"},
    {"bool", "BOOL"},           {"complex64", "C64"},
    {"complex128", "C128"},     {"float8_e4m3fn", "F8_E4M3"},
    {"float8_e5m2", "F8_E5M2"}, {NULL, NULL},
};

/* Of a name in PyTorch; NULL for another. */
static const struct weights_dtype *type_of(const struct type *types, const struct pickle_node *name)
{
    if (!name || name->kind != PICKLE_GLOBAL || strncmp(name->text, "torch.", 6) != 0)
        return NULL;
    for (; types->torch; types++)
        if (!strcmp(strrchr(name->text, '.') + 1, types->torch))
            return weights_dtype(types->ours);
    return NULL;
}

/* --- numbers --- */

/* A number that is not below zero. */
static bool natural(const struct pickle_node *node, uint64_t *number)
{
    if (!node || node->kind != PICKLE_INT || node->number < 0)
        return false;
    *number = (uint64_t)node->number;
    return true;
}

int torch_stored(const struct pickle_node *node, struct torch_stored *out, struct err *e)
{
    const struct pickle_node *id = node->args, *type = pickle_item(id, 1);
    const struct pickle_node *key = pickle_item(id, 2), *view = pickle_item(id, 5);
    if (!pickle_is(pickle_item(id, 0), PICKLE_TEXT, "storage") || !key ||
        key->kind != PICKLE_TEXT || !natural(pickle_item(id, 4), &out->whole))
        return err_set(e, ERR_FORMAT, "it says of a storage what cannot be understood");
    out->dtype = type_of(storages, type);
    if (!out->dtype)
        return err_set(e, ERR_FORMAT, "it has a storage of type %.60s, which is not known here",
                       type && type->kind == PICKLE_GLOBAL ? type->text : "?");
    out->key = key->text;
    out->first = 0;
    out->count = out->whole;
    if (view && view->kind == PICKLE_TUPLE &&
        (!natural(pickle_item(view, 1), &out->first) ||
         !natural(pickle_item(view, 2), &out->count) || out->first > out->whole ||
         out->count > out->whole - out->first))
        return err_set(e, ERR_FORMAT, "it has a part of storage '%.60s' that is outside of it",
                       out->key);
    return 0;
}

/* A shape or strides: a tuple, a list, or a torch.Size of one. */
static const struct pickle_node *numbers(const struct pickle_node *node)
{
    if (node && node->kind == PICKLE_OBJECT &&
        pickle_is(node->made_by, PICKLE_GLOBAL, "torch.Size"))
        return pickle_item(node->args, 0);
    return node;
}

static int take_shape(const struct pickle_node *sizes, const struct pickle_node *strides,
                      struct torch_view *view, struct weights_tensor *t, struct err *e)
{
    sizes = numbers(sizes);
    strides = numbers(strides);
    if (!sizes || !strides || sizes->n != strides->n)
        return err_set(e, ERR_FORMAT, "has no shape");
    if (sizes->n > 4)
        return err_set(e, ERR_FORMAT, "has rank %zu; up to 4 is allowed", sizes->n);
    t->rank = (int)sizes->n;
    for (size_t i = 0; i < sizes->n; i++) {
        uint64_t size, stride;
        if (!natural(pickle_item(sizes, i), &size) || size > INT_MAX ||
            !natural(pickle_item(strides, i), &stride))
            return err_set(e, ERR_FORMAT, "has a dimension %zu that is no number in 0..%d", i,
                           INT_MAX);
        t->dims[i] = (int)size;
        view->strides[i] = (int64_t)stride;
    }
    return 0;
}

/* Elements, their span and whether they are packed; `room` is of the storage behind view->first. */
static int take_span(struct torch_view *view, struct weights_tensor *t, uint64_t room,
                     struct err *e)
{
    uint64_t count = 1, span = 1;
    bool over = false;
    view->packed = true;
    for (int i = t->rank; i--;) {
        uint64_t size = (uint64_t)t->dims[i], stride = (uint64_t)view->strides[i], step;
        view->packed &= size == 1 || stride == count;
        over |= __builtin_mul_overflow(count, size, &count);
        over |= size && (__builtin_mul_overflow(size - 1, stride, &step) ||
                         __builtin_add_overflow(span, step, &span));
    }
    for (int i = 0; i < t->rank; i++)
        if (!t->dims[i]) {
            over = false;
            count = span = 0;
            view->packed = true;
        }
    if (over || span > room)
        return err_set(e, ERR_FORMAT,
                       "reaches beyond its storage, of which %" PRIu64 " elements are behind its "
                       "first",
                       room);
    if (count > span && count > EXPANDED_MOST)
        return err_set(e, ERR_FORMAT,
                       "is expanded: its %" PRIu64 " elements are only %" PRIu64
                       " in the file; save it as TENSOR.clone()",
                       count, span);
    view->span = span;
    t->count = (size_t)count;
    return 0;
}

/* --- tensors --- */

/* storage, first, shape, strides, then what is of no use here; a dtype at the seventh place. */
static int take_tensor(struct torch_file *f, const struct pickle_node *args,
                       struct torch_view *view, struct weights_tensor *t, bool typed, struct err *e)
{
    const struct pickle_node *storage = pickle_item(args, 0);
    struct torch_stored s;
    uint64_t bytes, first;
    if (storage && storage->kind == PICKLE_OBJECT)
        return err_set(e, ERR_FORMAT,
                       "was written by pickle.dump, not by torch.save: save it in Python with "
                       "torch.save(pickle.load(open('FILE', 'rb')), 'FILE.pth')");
    if (!storage || storage->kind != PICKLE_STORED || !natural(pickle_item(args, 1), &first))
        return err_set(e, ERR_FORMAT, "has no storage");
    if (torch_stored(storage, &s, e) || f->kind->find(f, &s, &view->storage, e) ||
        take_shape(pickle_item(args, 2), pickle_item(args, 3), view, t, e))
        return -1;
    if (__builtin_mul_overflow(s.whole, s.dtype->bytes, &bytes) || bytes > view->storage.bytes)
        return err_set(e, ERR_FORMAT,
                       "is cut short: its storage '%.60s' should have %" PRIu64
                       " elements of %zu bytes, the file has %" PRIu64 " bytes",
                       s.key, s.whole, s.dtype->bytes, view->storage.bytes);
    t->dtype = typed ? type_of(dtypes, pickle_item(args, 6)) : s.dtype;
    if (!t->dtype)
        return err_set(e, ERR_FORMAT, "has a dtype that is not known here");
    /* A storage without a type counts bytes. */
    uint64_t room = s.count * s.dtype->bytes / t->dtype->bytes;
    if (first > room)
        first = room;
    view->first = s.first * s.dtype->bytes / t->dtype->bytes + first;
    return take_span(view, t, room - first, e);
}

enum role { TENSOR, TYPED_TENSOR, INNER, INNER_CALL, REFUSED };

/* What makes tensors. INNER ones have the tensor as their first argument; INNER_CALL ones have what
 * makes it, and its arguments as their third. */
static const struct rebuilder {
    const char *name;
    enum role role;
    const char *refused; /* why, and what to do */
} rebuilders[] = {
    {"torch._utils._rebuild_tensor", TENSOR, NULL},
    {"torch._utils._rebuild_tensor_v2", TENSOR, NULL},
    {"torch._utils._rebuild_tensor_v3", TYPED_TENSOR, NULL},
    {"torch._utils._rebuild_parameter", INNER, NULL},
    {"torch._utils._rebuild_parameter_with_state", INNER, NULL},
    {"torch._tensor._rebuild_from_type", INNER_CALL, NULL},
    {"torch._tensor._rebuild_from_type_v2", INNER_CALL, NULL},
    {"torch._utils._rebuild_qtensor", REFUSED,
     "is quantised; save it as TENSOR.dequantize(), or the weights of the net before it was "
     "quantised"},
    {"torch._utils._rebuild_sparse_tensor", REFUSED, "is sparse; save it as TENSOR.to_dense()"},
    {"torch._utils._rebuild_sparse_csr_tensor", REFUSED, "is sparse; save it as TENSOR.to_dense()"},
    {"torch._utils._rebuild_nested_tensor", REFUSED,
     "is a nested tensor; save it as TENSOR.to_padded_tensor(0)"},
    {"torch._utils._rebuild_meta_tensor_no_storage", REFUSED,
     "is on the device 'meta', where tensors have no values; save the weights from a device that "
     "has them"},
    {"torch._utils._rebuild_device_tensor_from_numpy", REFUSED,
     "is of a device that keeps it as an array of NumPy's; save it as TENSOR.cpu()"},
    {"torch._utils._rebuild_device_tensor_from_cpu_tensor", INNER, NULL},
    {"torch._utils._rebuild_wrapper_subclass", REFUSED,
     "is of a class of its own; save it as torch.Tensor(TENSOR)"},
    {"numpy.core.multiarray._reconstruct", REFUSED,
     "is an array of NumPy's; save it as torch.from_numpy(ARRAY)"},
    {"numpy._core.multiarray._reconstruct", REFUSED,
     "is an array of NumPy's; save it as torch.from_numpy(ARRAY)"},
};

static const struct rebuilder *rebuilder_of(const struct pickle_node *made_by)
{
    for (size_t i = 0; i < sizeof rebuilders / sizeof *rebuilders; i++)
        if (pickle_is(made_by, PICKLE_GLOBAL, rebuilders[i].name))
            return &rebuilders[i];
    return NULL;
}

bool torch_is_tensor(const struct pickle_node *node)
{
    return node && node->kind == PICKLE_OBJECT && rebuilder_of(node->made_by);
}

int torch_tensor(struct torch_file *f, const struct pickle_node *node, struct torch_view *view,
                 struct weights_tensor *t, struct err *e)
{
    const struct pickle_node *made_by = node->made_by, *args = node->args;
    for (int depth = 0; depth < MOST_WRAPPED; depth++) {
        const struct rebuilder *r = rebuilder_of(made_by);
        const struct pickle_node *inner = pickle_item(args, 0);
        if (!r)
            return err_set(e, ERR_FORMAT, "is made by %.80s, which is not known here",
                           made_by && made_by->kind == PICKLE_GLOBAL ? made_by->text : "a call");
        if (r->role == REFUSED)
            return err_set(e, ERR_FORMAT, "%s", r->refused);
        if (r->role == TENSOR || r->role == TYPED_TENSOR)
            return take_tensor(f, args, view, t, r->role == TYPED_TENSOR, e);
        bool object = inner && inner->kind == PICKLE_OBJECT;
        if (r->role == INNER && !object)
            return err_set(e, ERR_FORMAT, "has no values");
        made_by = r->role == INNER ? inner->made_by : inner;
        args = r->role == INNER ? inner->args : pickle_item(args, 2);
    }
    return err_set(e, ERR_FORMAT, "is wrapped in more than %d calls", MOST_WRAPPED);
}
