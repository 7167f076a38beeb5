/* gate.h - room for something that several threads want a part of, such as memory: who asks for
 * more than is left waits until others have given back. Any thread. */
#ifndef COMBOLAB_BASE_GATE_H
#define COMBOLAB_BASE_GATE_H

#include <pthread.h>
#include <stdint.h>

struct gate {
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t given_back;
    uint64_t room, used;
};

void gate_init(struct gate *g, uint64_t room);
void gate_fini(struct gate *g);

/* Waits until `n` fit. More than there is room for goes in alone, so nobody waits for ever. Who is
 * in must not enter again. NULL is a gate that is always open. */
void gate_enter(struct gate *g, uint64_t n);

/* Gives the same `n` back. */
void gate_leave(struct gate *g, uint64_t n);

#endif
