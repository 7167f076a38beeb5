/* publish_priv.h - lets other processes see how a run goes: its snapshot and its losses by step, in
 * a file (engine/snapshot_file.h), some times a second.
 *
 * A thread of its own writes the file, so that a slow disk holds up no step: the engine thread does
 * no more than it does for the screen of its own process.
 */
#ifndef COMBOLAB_ENGINE_TRAIN_PUBLISH_PRIV_H
#define COMBOLAB_ENGINE_TRAIN_PUBLISH_PRIV_H

struct err;
struct publisher;
struct tell;

/* Begins, in that folder. Where the file cannot be made, the log says so and nothing is seen; only
 * where memory or threads run out that is an error. */
int publish_begin(struct publisher **out, struct tell *tell, const char *folder, struct err *e);

/* Ends, and removes the file; NULL is allowed. */
void publish_end(struct publisher *p);

#endif
