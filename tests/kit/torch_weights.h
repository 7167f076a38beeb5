/* torch_weights.h - files of whole nets' weights that tests/golden/make_init_golden.py makes too:
 * by a formula, in bfloat16, under the names of other programs. */
#ifndef COMBOLAB_TESTS_KIT_TORCH_WEIGHTS_H
#define COMBOLAB_TESTS_KIT_TORCH_WEIGHTS_H

/* Writes scratch_path("init.safetensors"), with the tensors that the list `keys` of tests/golden
 * names but counters, under a wrapper, and ComboNet's two heads; returns its path. */
const char *torch_weights_write(const char *keys, int features, int classes);

#endif
