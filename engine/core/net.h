/* net.h - a net is an array of units, each  y = act( gate(bn(conv(x))) + shortcut ).
 *
 * Order of calls: net_build (a named table) or net_start + net_add_unit (tests), then net_shapes
 * and net_params_new. A `struct net` is plain data: copy it with `=`.
 *
 * Tensors are numbered: 0 is the net's input, u + 1 the output of unit u (after the stem's max-pool
 * where that stands behind unit u). All activations are NHWC float32. Parameters are in the order
 * of PyTorch's weight files: convolutions (out, in / groups, kernel, kernel).
 *
 * Sources: He et al. 2016 (ResNet, with the stride on the 1x1, or on the 3x3 as torchvision has
 * it), Xie et al. 2017 (ResNeXt), Hu et al. 2018 (squeeze and excitation).
 */
#ifndef COMBOLAB_ENGINE_CORE_NET_H
#define COMBOLAB_ENGINE_CORE_NET_H

#include <stdbool.h>
#include <stddef.h>

#define NET_MAX_UNITS 96
#define NET_NAME_BYTES 40
#define NET_BN_EPS 1e-5
#define NET_BN_MOMENTUM 0.1

struct err;

struct net_unit {
    char conv[NET_NAME_BYTES]; /* key of the convolution in weight files: "layer1.0.conv1" */
    char norm[NET_NAME_BYTES]; /* key of the batch norm: "layer1.0.bn1" */
    char se[NET_NAME_BYTES];   /* key of the gate: "layer1.0.se", or "" */
    int input;                 /* tensor the convolution reads */
    int shortcut;              /* tensor added before the activation, or -1 */
    int in, out;               /* channels */
    int kernel, stride, pad, groups;
    int squeeze; /* reduced width of the squeeze-and-excitation gate, or 0 for none */
    bool relu;
};

struct net_pool {
    int after; /* unit whose output is max-pooled, or -1 for none */
    int kernel, stride, pad;
    bool ceil; /* output size rounds up instead of down */
};

struct net {
    char name[NET_NAME_BYTES];
    int in_channels;
    int n_units;
    struct net_unit units[NET_MAX_UNITS];
    struct net_pool pool;
    bool heads;  /* global average pool, then a score head (1 output) */
    int classes; /* outputs of the class head, or 0 for none; needs heads */
};

struct net_shape {
    int h, w, c;
};

/* Where published nets of the same tensors differ, and their weights with them. */
struct net_options {
    bool ceil_pool;    /* the stem's pool has no padding and rounds up (Cadene), else padding 1 and
                        * down (torchvision, timm, pytorchcv) */
    bool stride_first; /* a bottleneck's stride stands at its first 1x1, else at its 3x3; the small
                        * blocks of resnet18 have no such choice */
};

/* Names accepted by net_build, NULL-terminated: "resnet18", "resnet50" ... */
extern const char *const net_names[];

/* Fills *net from the table of that name, with 0 or `classes` class outputs; NULL options are all
 * false. ERR_USAGE names the known nets. */
int net_build(struct net *net, const char *name, const struct net_options *options, int classes,
              struct err *e);

/* Values of an image that the heads of the net of that name see; 0 for one that is not known. */
int net_features(const char *name);

/* True when a bottleneck of the net has its stride at its first 1x1. */
bool net_strides_first(const struct net *net);

/* An empty net for tests and tables; no pool, no heads. */
void net_start(struct net *net, const char *name, int in_channels);

/* Appends a unit; returns the number of its output tensor, or -1 when the net is full. */
int net_add_unit(struct net *net, const struct net_unit *unit);

/* Shapes of tensors 0..n_units for an input of height x width. Checks the whole net: indices,
 * divisibility by groups, shortcut shapes, maps that shrink to nothing. */
int net_shapes(const struct net *net, int height, int width, struct net_shape *shapes,
               struct err *e);

/* Size of a unit's convolution output (before any pool), given its input's shape. */
struct net_shape net_conv_shape(const struct net_unit *unit, struct net_shape input);

/* Size of the pool's output. As PyTorch: with ceil, a window must start inside the input or its
 * left padding. */
struct net_shape net_pool_shape(const struct net_pool *pool, struct net_shape input);

enum net_role {
    NET_CONV, /* (out, in / groups, k, k) */
    NET_GAMMA,
    NET_BETA,
    NET_MEAN,  /* running mean: not trained */
    NET_VAR,   /* running variance, unbiased: not trained */
    NET_SE_W1, /* (squeeze, out, 1, 1) */
    NET_SE_B1,
    NET_SE_W2, /* (out, squeeze, 1, 1) */
    NET_SE_B2,
    NET_SCORE_W, /* (1, features) */
    NET_SCORE_B,
    NET_CLASS_W, /* (classes, features) */
    NET_CLASS_B,
};

struct net_param {
    char name[NET_NAME_BYTES + 24]; /* key in weight files: "layer1.0.bn1.running_mean" */
    enum net_role role;
    int unit; /* -1 for the heads */
    int rank;
    int dims[4];
    size_t count; /* elements */
};

struct net_params {
    int n;
    struct net_param *at; /* unit by unit: conv, gamma, beta, mean, var, gate; then heads */
    size_t trained;       /* elements that an optimiser updates */
    size_t running;       /* elements of running statistics */
};

/* Lists all tensors of a net; freed by net_params_free. */
int net_params_new(struct net_params **out, const struct net *net, struct err *e);
void net_params_free(struct net_params *p);

/* Index of a tensor by name, or -1. By role: of a unit (or -1 for heads), or -1. */
int net_params_find(const struct net_params *p, const char *name);
int net_params_role(const struct net_params *p, int unit, enum net_role role);

static inline bool net_role_trained(enum net_role role)
{
    return role != NET_MEAN && role != NET_VAR;
}

/* Initial values of one tensor, `p->count` floats, keyed by seed and name: convolutions (SE layers
 * too, being 1x1 convolutions) normal with deviation sqrt(2 / (out * k * k)); gamma and running
 * variance 1, beta and running mean 0; linear weights and all biases but beta uniform within
 * 1 / sqrt(fan in). As torchvision's resnet. `fan_in` of a bias is that of its weight. */
void net_init_param(const struct net_params *all, int index, unsigned long long seed, float *to);

/* Multiply-adds of one forward pass of one image, times two. */
double net_forward_flop(const struct net *net, int height, int width);

#endif
