# CUDA kernels and what starts them, on the CPU: all of cuda/ but what calls a CUDA library.
SUFFIXES += .simo
.cu.simo:
	@$(MKDIR_P) $(@D)
	$(AM_V_CXX)$(CXX) -x c++ -std=c++17 -fPIC $(CXXFLAGS) $(WARN_CXXFLAGS) -I$(top_srcdir) \
		'-DKERNEL_SIMULATOR="tests/cudasim/cudasim.h"' -MMD -MF $@.d -c -o $@ $<
SIM_KERNELS = $(KERNELS_CU:.cu=.simo)
SIM_PLANTED = tests/cudasim/planted.simo
CLEANFILES += $(SIM_KERNELS) $(SIM_KERNELS:.simo=.simo.d) $(SIM_PLANTED) $(SIM_PLANTED).d

if HAVE_CXX
-include $(SIM_KERNELS:.simo=.simo.d) $(SIM_PLANTED).d
check_LIBRARIES += libcudasim.a
endif
SIM_CXX = \
	tests/cudasim/cudasim.cpp \
	tests/cudasim/fibre.cpp \
	tests/cudasim/memory.cpp \
	tests/cudasim/twin.cpp
SIM_C = \
	tests/cudasim/twin_list.c \
	tests/cudasim/twin_methods.c
libcudasim_a_SOURCES = $(CUDA_HOST) $(SIM_CXX) $(SIM_C) \
	tests/cudasim/cudasim.h tests/cudasim/cudasim_priv.h \
	tests/cudasim/fibre.h \
	tests/cudasim/sanitizer.h
libcudasim_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libcudasim_a_CXXFLAGS = -std=c++17 -fPIC $(WARN_CXXFLAGS)
libcudasim_a_LIBADD = $(SIM_KERNELS)
CUDASIM_LIBS = libcudasim.a libcore.a libbase.a $(JANSSON_LIBS) -lstdc++ -lm

# The backend as a module, so that the whole program can be tried with it.
if HAVE_CXX
check_PROGRAMS += tests/cudasim/combolab-cuda.so
endif
tests_cudasim_combolab_cuda_so_SOURCES = cuda/backend.c
tests_cudasim_combolab_cuda_so_LDFLAGS = -shared -Wl,--version-script=$(srcdir)/cuda/module.map
tests_cudasim_combolab_cuda_so_LDADD = $(CUDASIM_LIBS)

# The same under sanitizers, kernels and host: NAME.asan and NAME.tsan of each test of kernels. They are compiled
# a second and a third time, so warnings are left to the first.
SUFFIXES += .asano .tsano .asan .tsan
ASAN_FLAGS = -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
TSAN_FLAGS = -O1 -fsanitize=thread
SANITIZED_C = $(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(CPPFLAGS) -std=c11 \
	$(CFLAGS) -w -MMD -MF $@.d -c
SANITIZED_CXX = $(CXX) $(AM_CPPFLAGS) $(CPPFLAGS) -std=c++17 $(CXXFLAGS) -w -MMD -MF $@.d -c
SANITIZED_CU = $(SANITIZED_CXX) '-DKERNEL_SIMULATOR="tests/cudasim/cudasim.h"'
SANITIZED_LINK = $(CXX) $(CXXFLAGS) $(LDFLAGS) -o $@
SANITIZED_LIBS = libcore.a libbase.a $(JANSSON_LIBS) $(LIBS) -lm
.c.asano:
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(SANITIZED_C) $(ASAN_FLAGS) -o $@ $<
.c.tsano:
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(SANITIZED_C) $(TSAN_FLAGS) -o $@ $<
.cpp.asano:
	@$(MKDIR_P) $(@D)
	$(AM_V_CXX)$(SANITIZED_CXX) $(ASAN_FLAGS) -o $@ $<
.cpp.tsano:
	@$(MKDIR_P) $(@D)
	$(AM_V_CXX)$(SANITIZED_CXX) -O2 -DCUDASIM_TSAN -o $@ $<
.cu.asano:
	@$(MKDIR_P) $(@D)
	$(AM_V_CXX)$(SANITIZED_CU) $(ASAN_FLAGS) -o $@ -x c++ $<
.cu.tsano:
	@$(MKDIR_P) $(@D)
	$(AM_V_CXX)$(SANITIZED_CU) $(TSAN_FLAGS) -o $@ -x c++ $<
.asano.asan:
	$(AM_V_CXXLD)$(SANITIZED_LINK) $(ASAN_FLAGS) $(filter %.asano,$^) tests/cudasim/asan.a $(SANITIZED_LIBS)
.tsano.tsan:
	$(AM_V_CXXLD)$(SANITIZED_LINK) $(TSAN_FLAGS) $(filter %.tsano,$^) tests/cudasim/tsan.a $(SANITIZED_LIBS)

SANITIZED_HOST = $(filter %.c,$(CUDA_HOST) $(SIM_C) $(KERNEL_KIT))
ASAN_OBJECTS = $(KERNELS_CU:.cu=.asano) $(SIM_CXX:.cpp=.asano) $(SANITIZED_HOST:.c=.asano)
TSAN_OBJECTS = $(ASAN_OBJECTS:.asano=.tsano)
tests/cudasim/asan.a: $(ASAN_OBJECTS)
	$(AM_V_AR)rm -f $@ && $(AR) cr $@ $(ASAN_OBJECTS)
tests/cudasim/tsan.a: $(TSAN_OBJECTS)
	$(AM_V_AR)rm -f $@ && $(AR) cr $@ $(TSAN_OBJECTS)

SANITIZED_MAINS = $(KERNEL_TESTS) tests/cudasim/planted
ASAN_TESTS = $(SANITIZED_MAINS:=.asan)
TSAN_TESTS = $(SANITIZED_MAINS:=.tsan)
$(ASAN_TESTS): tests/cudasim/asan.a libcore.a libbase.a
$(TSAN_TESTS): tests/cudasim/tsan.a libcore.a libbase.a
tests/cudasim/planted.asan: tests/cudasim/planted_main.asano
tests/cudasim/planted.tsan: tests/cudasim/planted_main.tsano
if HAVE_SANITIZERS
check_DATA += $(ASAN_TESTS) $(TSAN_TESTS)
endif
SANITIZED_DEPS = $(ASAN_OBJECTS:=.d) $(TSAN_OBJECTS:=.d) \
	$(SANITIZED_MAINS:=.asano.d) $(SANITIZED_MAINS:=.tsano.d) \
	tests/cudasim/planted_main.asano.d tests/cudasim/planted_main.tsano.d
-include $(SANITIZED_DEPS)
CLEANFILES += $(SANITIZED_DEPS) $(SANITIZED_DEPS:.d=) tests/cudasim/asan.a tests/cudasim/tsan.a \
	$(ASAN_TESTS) $(TSAN_TESTS)

# Faults planted in small kernels are found; the twin of the device is as the device promises to be.
if HAVE_CXX
check_PROGRAMS += tests/cudasim/planted tests/cudasim/test_twin
TESTS += tests/cudasim/test_cudasim.sh tests/cudasim/test_twin
endif
tests_cudasim_planted_SOURCES = tests/cudasim/planted_main.c tests/cudasim/planted.h
tests_cudasim_planted_LDADD = $(SIM_PLANTED) $(KERNEL_LIBS)
tests_cudasim_test_twin_SOURCES = tests/cudasim/test_twin.c
tests_cudasim_test_twin_LDADD = $(SIM_PLANTED) $(KERNEL_LIBS)
EXTRA_DIST += tests/cudasim/planted.cu tests/cudasim/test_cudasim.sh
