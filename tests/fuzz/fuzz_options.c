/* fuzz_options.c - any bytes as options of a run, a line "name=value" each. What is taken must be
 * written as text that is read back as the same; what is refused changes nothing. */
#include "base/err.h"
#include "base/opt.h"
#include "engine/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void set(struct run_config *config, const char *name, const char *value)
{
    struct err e;
    char text[OPT_TEXT_BYTES + 64], again[OPT_TEXT_BYTES + 64];
    struct run_config before = *config, copy;
    if (opt_set(&config_options, config, name, value, &e)) {
        if (memcmp(&before, config, sizeof before) || !e.text[0])
            abort();
        return;
    }
    const struct opt *o = opt_find(&config_options, name);
    opt_format(o, config, text, sizeof text);
    copy = *config;
    if (opt_set(&config_options, &copy, name, text, &e))
        abort();
    opt_format(o, &copy, again, sizeof again);
    if (strcmp(text, again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct run_config config;
    struct err e;
    char title[OPT_TEXT_BYTES];
    char *text = malloc(count + 1), *rest = text, *line;
    if (!text)
        return 0;
    memcpy(text, bytes, count);
    text[count] = '\0';
    if (opt_defaults(&config_options, &config, &e))
        abort();
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value++ = '\0';
        set(&config, line, value);
    }
    config_title(&config, title, sizeof title);
    config_check(&config, &e);
    free(text);
    return 0;
}
