/* backend_rules.h - the promises of engine/core/backend.h that need no numbers to compare with, as
 * TAP: what is refused, what a non-finite step does, steps in flight, the same bits again. Every
 * backend must pass, the reference too. */
#ifndef COMBOLAB_TESTS_KIT_BACKEND_RULES_H
#define COMBOLAB_TESTS_KIT_BACKEND_RULES_H

#include "engine/core/backend.h"

/* What a caller does wrong is refused with a text, and changes nothing. */
void backend_refusals(const struct backend_ops *ops);

/* What a caller may rely on. */
void backend_promises(const struct backend_ops *ops);

static inline void backend_rules(const struct backend_ops *ops)
{
    backend_refusals(ops);
    backend_promises(ops);
}

#endif
