/* follow.c - see follow.h. */
#include "src/follow.h"

#include "db/db.h"

#include <errno.h>
#include <time.h>

#define LOOK_MS 100
#define LOOKS 10

int follow_wait(struct follow *f, struct err *e)
{
    const struct timespec pause = {0, LOOK_MS * 1000000L};
    for (int i = 0; i < LOOKS; i++) {
        int64_t version = f->version;
        if (db_data_version(f->db, &f->version, e))
            return -1;
        if (f->tick)
            f->tick(f->context);
        if (version != f->version || (nanosleep(&pause, NULL) && errno == EINTR))
            return 0;
    }
    return 0;
}

int follow_until(struct follow *f, unsigned states, struct run_row *run, struct err *e)
{
    int64_t id = run->id;
    for (;;) {
        if (db_run(f->db, id, run, e))
            return -1;
        int state = run_state_of_name(run->state);
        if (state < 0 || !(states & 1u << state))
            return 0;
        if (follow_wait(f, e))
            return -1;
    }
}
