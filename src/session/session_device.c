/* session_device.c - a queued run whose device is not there waits, with the reason on its row: it
 * is no fault of the run's, and another process or another day may have the device. Looked at
 * before a run is claimed, on the session thread and only while no run is in progress. */
#include "src/session/session_priv.h"

#include "base/str.h"
#include "engine/backend_load.h"

#include <stdio.h>
#include <string.h>

bool session_device(const struct session *s, struct run_config *config)
{
    const char *own = s->options.device, *asked = config->device;
    if (!config->threads)
        config->threads = s->options.threads;
    if (!own || !own[0] || !strcmp(own, "auto") || !strcmp(asked, own))
        return true;
    size_t kind = strcspn(own, ":"); /* "cuda" is any of them */
    if (strcmp(asked, "auto") != 0 && (strlen(asked) != kind || strncmp(asked, own, kind) != 0))
        return false;
    str_copy(config->device, sizeof config->device, own);
    return true;
}

/* It names a device, and another worker's. */
static bool is_elsewhere(struct session *s, int64_t run)
{
    struct run_config config;
    struct err unused;
    return !session_read_config(s->db, run, &config, NULL, &unused) && !session_device(s, &config);
}

/* True where there is no such device. What cannot even be read is left to the claim, which says
 * more of it; so is a device's name that nobody knows. */
static bool is_missing(struct session *s, int64_t run, struct err *why)
{
    struct run_config config;
    struct err unused;
    const struct backend_ops *ops = s->options.backend;
    int number;
    return !session_read_config(s->db, run, &config, NULL, &unused) && session_device(s, &config) &&
           backend_choose(config.device, &ops, &number, NULL, why) && why->code != ERR_USAGE;
}

bool session_run_waits(struct session *s, int64_t run, bool named)
{
    struct err why;
    char text[512];
    bool news = false;
    if (is_elsewhere(s, run)) {
        snprintf(text, sizeof text, "run %lld stays in the queue: its device is not %s",
                 (long long)run, s->options.device);
        if (named)
            session_trouble(s, text, false);
        return true;
    }
    if (!is_missing(s, run, &why))
        return false;
    snprintf(text, sizeof text, "waits for its device: %.480s", why.text);
    db_run_waits(s->db, run, text, &news, NULL);
    if (news)
        session_changed(s, run);
    if (!named && run <= s->told_waiting)
        return true;
    if (!named)
        s->told_waiting = run;
    snprintf(text, sizeof text, "run %lld stays in the queue: %.440s", (long long)run, why.text);
    session_trouble(s, text, false);
    return true;
}
