/* verbs.c - requests under one mutex. A stop wins over a checkpoint, a checkpoint over a pause. */
#include "engine/train/verbs_priv.h"

void verbs_init(struct verbs *v)
{
    pthread_mutex_init(&v->lock, NULL);
    pthread_cond_init(&v->changed, NULL);
    atomic_init(&v->waiting, false);
    atomic_init(&v->cancel, false);
    v->stop = v->pause = v->checkpoint = v->training = false;
}

void verbs_fini(struct verbs *v)
{
    pthread_cond_destroy(&v->changed);
    pthread_mutex_destroy(&v->lock);
}

/* With the lock held. */
static void settle(struct verbs *v)
{
    atomic_store_explicit(&v->waiting, v->stop || v->pause || v->checkpoint, memory_order_release);
    pthread_cond_broadcast(&v->changed);
}

void verbs_reset(struct verbs *v)
{
    pthread_mutex_lock(&v->lock);
    v->stop = v->pause = v->checkpoint = v->training = false;
    atomic_store(&v->cancel, false);
    settle(v);
    pthread_mutex_unlock(&v->lock);
}

void verbs_give(struct verbs *v, enum verb verb)
{
    pthread_mutex_lock(&v->lock);
    switch (verb) {
    case VERB_PAUSE:
        v->pause = true;
        break;
    case VERB_RESUME:
        v->pause = false;
        break;
    case VERB_CHECKPOINT:
        v->checkpoint = true;
        break;
    case VERB_STOP:
        v->stop = true;
        atomic_store(&v->cancel, !v->training);
        break;
    case VERB_START: /* trainer_start does that */
        break;
    }
    settle(v);
    pthread_mutex_unlock(&v->lock);
}

void verbs_begin_training(struct verbs *v)
{
    pthread_mutex_lock(&v->lock);
    v->training = true;
    atomic_store(&v->cancel, false);
    pthread_mutex_unlock(&v->lock);
}

enum wish verbs_next(struct verbs *v, bool paused)
{
    enum wish wish = WISH_GO;
    pthread_mutex_lock(&v->lock);
    while (paused && v->pause && !v->stop && !v->checkpoint)
        pthread_cond_wait(&v->changed, &v->lock);
    if (v->stop)
        wish = WISH_STOP;
    else if (v->checkpoint)
        wish = WISH_CHECKPOINT;
    else if (v->pause)
        wish = WISH_PAUSE;
    v->checkpoint = false;
    settle(v);
    pthread_mutex_unlock(&v->lock);
    return wish;
}
