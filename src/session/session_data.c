/* session_data.c - the data set of a run that is to go on: it is there, or, where it was moved,
 * what lies in the new place is the same. Any thread, with a database of its own.
 */
#include "src/session/session_priv.h"

#include "engine/image/store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int check_there(const struct run_row *run, const char *data, struct err *e)
{
    if (!data[0] || !access(data, F_OK))
        return 0;
    return err_set(
        e, ERR_NOT_FOUND,
        "run %lld cannot be resumed: its data set %s is not there (%s); if it was moved, "
        "name its new place with `combolab resume --data`",
        (long long)run->id, data, strerror(errno));
}

/* Decodes what is not in the cache yet, as the run would. */
static int check_content(const struct run_row *run, const struct dataset *data,
                         const struct store_request *request, struct err *e)
{
    struct store *store;
    char hash[17];
    int result = store_open(&store, request, e);
    if (result)
        return result;
    dataset_hash(data, store_pictures(store), hash);
    store_close(store);
    if (!strcmp(hash, run->data_hash))
        return 0;
    return err_set(e, ERR_USAGE,
                   "run %lld cannot go on with %s, whose names, scores, split or pictures are not "
                   "those that it was begun with (data hash %s, not %s)",
                   (long long)run->id, data->name, hash, run->data_hash);
}

static int check_moved(const struct run_row *run, const struct run_config *c,
                       const struct session_patience *wait, struct err *e)
{
    struct dataset *data;
    const struct dataset_request which = dataset_request_of(c);
    if (dataset_open(&data, &which, e))
        return -1;
    const struct store_request request = {
        .data = data,
        .cache = c->cache,
        .shorter_side = (int)(c->resize ? c->resize : c->image_size),
        .threads = (int)c->threads,
        .skip_bad = c->skip_bad_images,
        .cancel = wait->cancel,
        .progress = wait->progress,
        .context = wait->context,
    };
    int result = run->data_hash[0] ? check_content(run, data, &request, e) : 0;
    dataset_free(data);
    return result;
}

int session_check_data(struct db *db, const struct run_row *run, char moved[OPT_TEXT_BYTES],
                       const struct session_patience *wait, struct err *e)
{
    struct run_config config;
    int state = run_state_of_name(run->state);
    if (state == RUN_QUEUED || state == RUN_FINISHED || state == RUN_DIVERGED)
        return 0; /* it will be refused for that */
    if (session_read_config(db, run->id, &config, NULL, e))
        return -1;
    if (!moved[0])
        return check_there(run, config.data, e);
    if (session_settle_data(moved, e))
        return -1;
    str_copy(config.data, sizeof config.data, moved);
    return check_moved(run, &config, wait, e);
}
