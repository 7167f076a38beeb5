/* dataset_by_name.c - images divided by a hash of their names. That depends on nothing else, so
 * that every run, machine and loss sees the same split. No state, any thread. */
#include "engine/dataset/dataset_priv.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>

struct hashed {
    uint64_t hash;
    size_t place;
};

static int by_hash(const void *a, const void *b)
{
    const struct hashed *left = a, *right = b;
    if (left->hash != right->hash)
        return left->hash < right->hash ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* FNV-1a leaves the high bits of similar names alike; this spreads them (the finaliser of
 * SplitMix64). */
static uint64_t spread(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The places of sorted rows in the order of their hashes; owned, NULL on failure. */
static struct hashed *in_order(const struct dataset_rows *rows, struct err *e)
{
    struct hashed *order = mem_alloc(rows->n, sizeof *order);
    if (!order) {
        mem_error(e, "the split", rows->n * sizeof *order);
        return NULL;
    }
    for (size_t i = 0; i < rows->n; i++) {
        order[i].hash = spread(hash_text(HASH_START, rows->row[i].item.name));
        order[i].place = i;
    }
    qsort(order, rows->n, sizeof *order, by_hash);
    return order;
}

int dataset_split_by_name(struct dataset *d, struct dataset_rows *rows, struct err *e)
{
    struct hashed *order = in_order(rows, e);
    if (!order)
        return -1;
    size_t tests = (rows->n + 2) / 5;
    if (!tests)
        tests = 1;
    for (size_t i = 0; i < rows->n; i++) {
        struct dataset_item *item = &rows->row[order[i].place].item;
        item->test = i < tests;
        item->train = !item->test;
    }
    mem_free(order);
    snprintf(d->name, sizeof d->name, "%s 80-20 by name", d->set);
    return 0;
}

int dataset_fold_by_name(const struct dataset *d, struct dataset_rows *rows, struct err *e)
{
    struct hashed *order = in_order(rows, e);
    if (!order)
        return -1;
    for (size_t i = 0; i < rows->n; i++)
        rows->row[order[i].place].item.fold = 1 + (int)(i % (size_t)d->folds);
    mem_free(order);
    dataset_split_by_fold(d, rows);
    return 0;
}

void dataset_note_folds(struct dataset *d)
{
    dataset_note(d,
                 "there is no official split: %d folds are dealt by a hash of the images' names, "
                 "the same in every run",
                 d->folds);
}

void dataset_split_by_fold(const struct dataset *d, struct dataset_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct dataset_item *item = &rows->row[i].item;
        item->test = item->fold == d->fold;
        item->train = !item->test;
    }
}
