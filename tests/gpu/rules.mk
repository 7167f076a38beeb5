# Rules in GNU make's own terms, which automake would warn of.

# Those that count the simulator's memory or ask it for faults stay there.
GPU_TESTS = $(KERNEL_TESTS) $(filter-out $(addprefix tests/cuda/,test_batch_cuda test_faults_cuda test_memory_plan),$(BACKEND_TESTS))

# Those that reach the backend by its entry alone take it from the module.
GPU_MODULE_TESTS = $(filter tests/cuda/test_backend_% tests/cuda/test_nets_% tests/cuda/test_ways_%,$(GPU_TESTS))

# Automake knows nothing of this object, so its headers are named: the entry has the number of the door in its name.
tests/gpu/entry.o: tests/gpu/entry.c $(wildcard $(srcdir)/engine/*.h $(srcdir)/engine/core/*.h)
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) -c -o $@ $<

tests/gpu/device.a: $(combolab_cuda_so_OBJECTS) $(CUDA_KERNELS)
	@$(MKDIR_P) $(@D)
	$(AM_V_AR)rm -f $@ && $(AR) cr $@ $(combolab_cuda_so_OBJECTS) $(CUDA_KERNELS)

# Into tests/gpu/, under the names that the tests have in tests/cuda/; the objects are theirs.
gpu-programs: all tests/cuda/plan_dump $(GPU_TESTS) tests/gpu/device.a tests/gpu/entry.o $(GPU_BENCHES)
	@rm -f tests/gpu/test_*
	@$(foreach t,$(filter-out $(GPU_MODULE_TESTS),$(GPU_TESTS)),$(CC) $(LDFLAGS) -o tests/gpu/$(notdir $(t)) \
		$($(subst /,_,$(t))_OBJECTS) $(GPU_LIBS) $(LIBS) && ) :
	@$(foreach t,$(GPU_MODULE_TESTS),$(CC) $(LDFLAGS) -o tests/gpu/$(notdir $(t)) \
		$($(subst /,_,$(t))_OBJECTS) tests/gpu/entry.o libkit.a libref.a libengine.a libcore.a libbase.a $(LIBS) && ) :

# The steps of bench/gpu/run.sh that tell right from wrong, on this machine.
check-gpu: gpu-programs
	@TOP_SRCDIR='$(abs_top_srcdir)' $(SHELL) $(srcdir)/bench/gpu/pack.sh . tests/gpu/bundle && \
		{ tests/gpu/bundle/run 0-4,7 || [ $$? = 77 ]; }

.PHONY: gpu-programs check-gpu
