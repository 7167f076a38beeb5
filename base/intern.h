/* intern.h - each text once: equal texts become the same pointer.
 *
 * One thread adds; what it was given may be read by any thread to which it is handed over, as long
 * as the collection lives. Nothing is ever removed.
 */
#ifndef COMBOLAB_BASE_INTERN_H
#define COMBOLAB_BASE_INTERN_H

struct err;
struct intern;

int intern_new(struct intern **out, struct err *e);
void intern_free(struct intern *in); /* NULL is allowed */

/* The one copy of `text`; NULL when memory runs out. */
const char *intern_text(struct intern *in, const char *text);

#endif
