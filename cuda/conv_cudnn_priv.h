/* conv_cudnn_priv.h - a convolution as cuDNN's graph API has it: descriptors of tensors and of one
 * operation make a graph; an engine and its knobs make a plan of that. One thread at a time. */
#ifndef COMBOLAB_CUDA_CONV_CUDNN_PRIV_H
#define COMBOLAB_CUDA_CONV_CUDNN_PRIV_H

#include "cuda/conv.h"
#include "cuda/cudnn.h"

#define CONV_CUDNN_MOST 64 /* descriptors of a plan */

struct conv_cudnn {
    struct cudnn *cudnn;
    cudnnBackendDescriptor_t made[CONV_CUDNN_MOST]; /* all that was made, destroyed with it */
    int n;
    cudnnStatus_t status; /* of the first call that failed; nothing is called after that */
    const char *failed;   /* what that was */
    cudnnBackendDescriptor_t graph, plan;
    size_t workspace; /* the plan's */
};

/* A graph of those operations, p->graph; then what a heuristic proposes for it, up to `room`
 * configurations that the caller has created; and a plan of one of them, p->plan. */
void conv_cudnn_graph(struct conv_cudnn *p, const cudnnBackendDescriptor_t *operations, int n);
int conv_cudnn_propose(struct conv_cudnn *p, cudnnBackendHeurMode_t mode,
                       cudnnBackendDescriptor_t *list, int room);
void conv_cudnn_plan_of(struct conv_cudnn *p, cudnnBackendDescriptor_t configuration);

/* The first failure as an error; 0 where there was none. */
int conv_cudnn_told(const struct conv_cudnn *p, struct err *e);

/* Begins with the job's graph. conv_cudnn_end in every case. */
int conv_cudnn_begin(struct conv_cudnn *p, struct cudnn *c, const struct conv_job *job,
                     struct err *e);
void conv_cudnn_end(struct conv_cudnn *p);

/* "engine 62 1=2 14=0" of a configuration that heuristics gave. */
int conv_cudnn_text(struct conv_cudnn *p, cudnnBackendDescriptor_t configuration, char *to,
                    size_t room);

/* Makes the plan that the text describes. What the job's sums forbid is refused: tensor cores in
 * float32, sums that differ from run to run, inputs rounded, plans compiled at run time. */
int conv_cudnn_plan(struct conv_cudnn *p, const struct conv_job *job, const char *text,
                    struct err *e);

/* Queues it. y, or what the job makes in the place of x or w, in the job's element type. */
int conv_cudnn_execute(struct conv_cudnn *p, void *x, void *w, void *y, void *workspace,
                       struct err *e);

/* Descriptors: nothing happens after a failure. */
cudnnBackendDescriptor_t conv_cudnn_make(struct conv_cudnn *p, cudnnBackendDescriptorType_t type);
void conv_cudnn_set(struct conv_cudnn *p, cudnnBackendDescriptor_t d,
                    cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, int64_t n,
                    const void *values);
/* Tells a descriptor of a device that is not here; one that is here, the graph's handle tells. */
void conv_cudnn_set_device(struct conv_cudnn *p, cudnnBackendDescriptor_t d,
                           cudnnBackendAttributeName_t name);
void conv_cudnn_finish(struct conv_cudnn *p, cudnnBackendDescriptor_t d, const char *what);

#endif
