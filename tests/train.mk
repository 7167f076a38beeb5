check_PROGRAMS += tests/test_metrics
tests_test_metrics_SOURCES = tests/test_metrics.c
tests_test_metrics_LDADD = libengine.a
TESTS += tests/test_metrics

check_PROGRAMS += tests/test_schedule
tests_test_schedule_SOURCES = tests/test_schedule.c
tests_test_schedule_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_schedule
EXTRA_DIST += tests/golden/make_schedule_golden.py tests/golden/schedule_torch.txt

check_PROGRAMS += tests/test_weights
tests_test_weights_SOURCES = tests/test_weights.c
tests_test_weights_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_weights

check_PROGRAMS += tests/test_classes
tests_test_classes_SOURCES = tests/test_classes.c
tests_test_classes_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_classes

# Runs of the trainer, with a toy in place of a backend.
check_PROGRAMS += tests/test_trainer
tests_test_trainer_SOURCES = tests/test_trainer.c \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_trainer_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_trainer

check_PROGRAMS += tests/test_trainer_faults
tests_test_trainer_faults_SOURCES = tests/test_trainer_faults.c \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_trainer_faults_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_trainer_faults

check_PROGRAMS += tests/test_trainer_losses
tests_test_trainer_losses_SOURCES = tests/test_trainer_losses.c \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_trainer_losses_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_test_trainer_losses_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_trainer_losses

check_PROGRAMS += tests/test_trainer_ref
tests_test_trainer_ref_SOURCES = tests/test_trainer_ref.c \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_trainer_ref_LDADD = libref.a $(ENGINE_LIBS)
TESTS += tests/test_trainer_ref

# Runs that stop, or are killed, and go on.
check_PROGRAMS += tests/test_resume
tests_test_resume_SOURCES = tests/test_resume.c \
	tests/resume_kit.c tests/resume_kit.h \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_resume_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_resume

check_PROGRAMS += tests/test_resume_faults
tests_test_resume_faults_SOURCES = tests/test_resume_faults.c \
	tests/resume_kit.c tests/resume_kit.h \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_resume_faults_LDADD = $(ENGINE_LIBS)
TESTS += tests/test_resume_faults

check_PROGRAMS += tests/test_resume_nets
tests_test_resume_nets_SOURCES = tests/test_resume_nets.c \
	tests/resume_kit.c tests/resume_kit.h \
	tests/toy_backend.c tests/toy_backend.h \
	tests/trainer_rig.c tests/trainer_rig.h
tests_test_resume_nets_LDADD = libref.a $(ENGINE_LIBS)
TESTS += tests/test_resume_nets
