/* db_edit.c - what people change of runs by hand: names, notes, tags, the place in the queue, the
 * archive, the trash. Of all the runs asked for, or of none.
 */
#include "db/db_priv.h"

#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is bound before the run's number. */
enum takes { TAKES_NOTHING, TAKES_TEXT, TAKES_NUMBER, TAKES_DATE };

/* In which states it is refused. */
enum { TRAINED = 1, QUEUED = 2 };

struct edit_kind {
    const char *first; /* a statement that the text is bound to, run before; or NULL */
    const char *sql;
    const char *option; /* which says the same; or NULL */
    enum takes takes;
    size_t room; /* of a text with its NUL */
    unsigned refused;
    const char *doing;
};

#define ROOM(field) sizeof((struct run_row *)NULL)->field

static const struct edit_kind kinds[] = {
    [DB_EDIT_NAME] = {.sql = "UPDATE run SET name = ?1 WHERE id = ?2",
                      .option = "name",
                      .takes = TAKES_TEXT,
                      .room = ROOM(name),
                      .doing = "renaming"},
    [DB_EDIT_EXPERIMENT] = {.first =
                                "INSERT INTO experiment(name) VALUES (?1) ON CONFLICT DO NOTHING",
                            .sql = "UPDATE run SET experiment ="
                                   " (SELECT id FROM experiment WHERE name = ?1) WHERE id = ?2",
                            .option = "experiment",
                            .takes = TAKES_TEXT,
                            .room = ROOM(experiment),
                            .doing = "moving"},
    [DB_EDIT_NOTE] = {.sql = "UPDATE run SET note = nullif(?1, '') WHERE id = ?2",
                      .takes = TAKES_TEXT,
                      .room = ROOM(note),
                      .doing = "writing a note on"},
    [DB_EDIT_TAG] = {.sql = "INSERT INTO tag(name, run) VALUES (?1, ?2)"
                            " ON CONFLICT(run, name) DO NOTHING",
                     .takes = TAKES_TEXT,
                     .room = DB_TAG_BYTES,
                     .doing = "tagging"},
    [DB_EDIT_UNTAG] = {.sql = "DELETE FROM tag WHERE name = ?1 AND run = ?2",
                       .takes = TAKES_TEXT,
                       .room = DB_TAG_BYTES,
                       .doing = "tagging"},
    [DB_EDIT_PRIORITY] = {.sql = "UPDATE run SET priority = ?1 WHERE id = ?2",
                          .takes = TAKES_NUMBER,
                          .doing = "setting the priority of"},
    [DB_EDIT_ARCHIVE] = {.sql = "UPDATE run SET archived = coalesce(archived, ?1) WHERE id = ?2",
                         .takes = TAKES_DATE,
                         .refused = TRAINED | QUEUED,
                         .doing = "archiving"},
    [DB_EDIT_UNARCHIVE] = {.sql = "UPDATE run SET archived = NULL WHERE id = ?1",
                           .doing = "taking out of the archive"},
    [DB_EDIT_DELETE] = {.sql = "UPDATE run SET deleted = coalesce(deleted, ?1) WHERE id = ?2",
                        .takes = TAKES_DATE,
                        .refused = TRAINED,
                        .doing = "putting into the trash"},
    [DB_EDIT_UNDELETE] = {.sql = "UPDATE run SET deleted = NULL WHERE id = ?1",
                          .doing = "taking out of the trash"},
};

static int check_tag(const char *tag, struct err *e)
{
    if (tag[0] && !strpbrk(tag, " ,+!\t\n"))
        return 0;
    return err_set(e, ERR_USAGE,
                   "'%.60s' cannot be a tag: it is one word, without blanks and the signs , + !",
                   tag);
}

static int check_text(const struct db_edit *edit, struct err *e)
{
    const struct edit_kind *k = &kinds[edit->kind];
    if (k->takes != TAKES_TEXT)
        return 0;
    size_t bytes = strlen(edit->text);
    if (bytes >= k->room)
        return err_set(e, ERR_USAGE, "'%.40s...' has %zu bytes; there is room for %zu", edit->text,
                       bytes, k->room - 1);
    if (k->room == DB_TAG_BYTES)
        return check_tag(edit->text, e);
    if (!bytes && edit->kind != DB_EDIT_NOTE)
        return err_set(e, ERR_USAGE, "a name must not be empty");
    return 0;
}

static int check_state(struct db *d, int64_t id, unsigned refused, struct err *e)
{
    char state[16];
    if (db_state_of(d, id, state, e))
        return -1;
    bool trained = !strcmp(state, "running") || !strcmp(state, "paused");
    if ((trained && refused & TRAINED) || (!strcmp(state, "queued") && refused & QUEUED))
        return err_set(e, ERR_STATE, "run %" PRId64 " is %s: stop it first", id, state);
    return 0;
}

static void bind_value(struct query *q, const struct db_edit *edit)
{
    switch (kinds[edit->kind].takes) {
    case TAKES_NOTHING:
        break;
    case TAKES_TEXT:
        query_bind_text(q, edit->text);
        break;
    case TAKES_NUMBER:
        query_bind_int(q, edit->number);
        break;
    case TAKES_DATE:
        query_bind_real(q, clock_date_s());
        break;
    }
}

/* What rows have room for. */
static int check_tags(struct db *d, int64_t id, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "SELECT coalesce(sum(length(CAST(name AS BLOB)) + 1), 0) FROM tag"
               " WHERE run = ?");
    query_bind_int(&q, id);
    int row = query_step(&q, e);
    int64_t bytes = row == 1 ? query_int(&q) : 0;
    query_close(&q);
    if (row < 0 || bytes <= (int64_t)ROOM(tags))
        return row < 0 ? -1 : 0;
    return err_set(e, ERR_USAGE, "the tags of run %" PRId64 " have more than %zu bytes together",
                   id, ROOM(tags) - 1);
}

static int set_option(struct db *d, int64_t id, const char *option, const char *text, struct err *e)
{
    struct query q;
    query_open(&q, d, "UPDATE run_option SET value = ?1 WHERE run = ?2 AND name = ?3");
    query_bind_text(&q, text);
    query_bind_int(&q, id);
    query_bind_text(&q, option);
    return query_finish(&q, e);
}

static int edit_run(struct db *d, int64_t id, const struct db_edit *edit, struct err *e)
{
    const struct edit_kind *k = &kinds[edit->kind];
    struct query q;
    if (check_state(d, id, k->refused, e))
        return -1;
    if (k->first) {
        query_open(&q, d, k->first);
        bind_value(&q, edit);
        if (query_finish(&q, e))
            return -1;
    }
    query_open(&q, d, k->sql);
    bind_value(&q, edit);
    query_bind_int(&q, id);
    if (query_finish(&q, e) || (k->option && set_option(d, id, k->option, edit->text, e)))
        return -1;
    return edit->kind == DB_EDIT_TAG ? check_tags(d, id, e) : 0;
}

int db_runs_edit(struct db *d, const int64_t *ids, size_t n, const struct db_edit *edits,
                 size_t n_edits, struct err *e)
{
    int lost;
    for (size_t i = 0; i < n_edits; i++)
        if (check_text(&edits[i], e))
            return -1;
    if (db_runs_lost(d, &lost, e))
        return -1;
    int status = db_begin(d, e);
    for (size_t i = 0; !status && i < n; i++)
        for (size_t k = 0; !status && k < n_edits; k++)
            status = edit_run(d, ids[i], &edits[k], e);
    return db_end(d, status, e, "%s %s", kinds[n_edits ? edits[0].kind : 0].doing,
                  n == 1 ? "a run" : "runs");
}

int db_queue_first(struct db *d, int64_t *priority, struct err *e)
{
    struct query q;
    query_open(&q, d,
               "SELECT coalesce(max(priority), 0) FROM run WHERE state = 'queued'"
               " AND deleted IS NULL");
    int row = query_step(&q, e);
    if (row == 1)
        *priority = query_int(&q) + 1;
    query_close(&q);
    return row == 1 ? 0 : -1;
}
