# CUDA kernels and what starts them, on the CPU: all of cuda/ but what calls a CUDA library.
SUFFIXES += .simo
.cu.simo:
	@$(MKDIR_P) $(@D)
	$(AM_V_CXX)$(CXX) -x c++ -std=c++17 $(CXXFLAGS) $(WARN_CXXFLAGS) -I$(top_srcdir) \
		'-DKERNEL_SIMULATOR="tests/cudasim/cudasim.h"' -MMD -MF $@.d -c -o $@ $<
SIM_KERNELS = $(KERNELS_CU:.cu=.simo)
CLEANFILES += $(SIM_KERNELS) $(SIM_KERNELS:.simo=.simo.d)

if HAVE_CXX
-include $(SIM_KERNELS:.simo=.simo.d)
check_LIBRARIES += libcudasim.a
endif
libcudasim_a_SOURCES = \
	$(CUDA_HOST) \
	tests/cudasim/cudasim.cpp tests/cudasim/cudasim.h tests/cudasim/cudasim_priv.h \
	tests/cudasim/fibre.cpp tests/cudasim/fibre.h \
	tests/cudasim/memory.cpp \
	tests/cudasim/sanitizer.h \
	tests/cudasim/twin.cpp \
	tests/cudasim/twin_list.c \
	tests/cudasim/twin_methods.c
libcudasim_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libcudasim_a_CXXFLAGS = -std=c++17 $(WARN_CXXFLAGS)
libcudasim_a_LIBADD = $(SIM_KERNELS)
CUDASIM_LIBS = libcudasim.a libcore.a libbase.a $(JANSSON_LIBS) -lstdc++ -lm
