/* weights_kit.c - see weights_kit.h. */
#include "tests/kit/weights_kit.h"

#include "engine/weights/weights.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void weights_kit_begin(struct weights_kit *k)
{
    *k = (struct weights_kit){.reals = "F32"};
    str_init(&k->header);
}

uint64_t weights_kit_add(struct weights_kit *k, const char *name, const char *dtype, int rank,
                         const int *dims)
{
    uint64_t bytes = weights_dtype(dtype)->bytes, at = k->bytes;
    str_addf(&k->header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", k->n++ ? "," : "", name, dtype);
    for (int i = 0; i < rank; i++) {
        str_addf(&k->header, "%s%d", i ? "," : "", dims[i]);
        bytes *= (uint64_t)dims[i];
    }
    k->bytes += bytes;
    str_addf(&k->header, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)at,
             (unsigned long long)k->bytes);
    return at;
}

FILE *weights_kit_end(struct weights_kit *k, const char *path, uint64_t *at)
{
    FILE *f = fopen(path, "wb");
    uint64_t length = k->header.length + 2;
    if (!f)
        abort();
    *at = sizeof length + length;
    fwrite(&length, sizeof length, 1, f);
    fprintf(f, "{%s}", k->header.text);
    if (fflush(f) || ftruncate(fileno(f), (off_t)(*at + k->bytes)))
        abort();
    str_fini(&k->header);
    return f;
}

int weights_kit_list(struct weights_kit *k, const char *golden,
                     int (*rename)(const char *name, char to[200]))
{
    const char *top = getenv("TOP_SRCDIR");
    char path[600], name[200], to[200], shape[80], type[16];
    snprintf(path, sizeof path, "%s/tests/golden/%s", top ? top : ".", golden);
    FILE *f = fopen(path, "r");
    if (!f)
        return -1;
    while (fscanf(f, "%199s (%79[^\n]", name, shape) == 2) {
        int dims[5], rank = 0;
        for (char *at = shape, *end; (dims[rank] = (int)strtol(at, &end, 10), end > at); rank++)
            at = end + strspn(end, ", ");
        strcpy(to, name);
        sscanf(strchr(shape, ')') + 1, "%15s", type);
        if (!rename || rename(name, to))
            weights_kit_add(k, to, strcmp(type, "int64") ? k->reals : "I64", rank, dims);
    }
    return fclose(f);
}
