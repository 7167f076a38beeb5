check_PROGRAMS += tests/train/test_metrics
tests_train_test_metrics_SOURCES = tests/train/test_metrics.c
tests_train_test_metrics_LDADD = $(ENGINE_LIBS)
TESTS += tests/train/test_metrics

check_PROGRAMS += tests/train/test_schedule
tests_train_test_schedule_SOURCES = tests/train/test_schedule.c
tests_train_test_schedule_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_schedule

EXTRA_DIST += tests/golden/make_schedule_golden.py tests/golden/schedule_torch.txt

check_PROGRAMS += tests/train/test_folder
tests_train_test_folder_SOURCES = tests/train/test_folder.c
tests_train_test_folder_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_folder

# Runs of the trainer, with a toy in place of a backend.
check_PROGRAMS += tests/train/test_trainer
tests_train_test_trainer_SOURCES = tests/train/test_trainer.c
tests_train_test_trainer_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_trainer

check_PROGRAMS += tests/train/test_trainer_faults
tests_train_test_trainer_faults_SOURCES = tests/train/test_trainer_faults.c $(NARROW_NETS)
tests_train_test_trainer_faults_CPPFLAGS = $(AM_CPPFLAGS) $(NARROW_CPPFLAGS)
tests_train_test_trainer_faults_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_trainer_faults

# What other processes are told of a run in progress.
check_PROGRAMS += tests/train/test_publish
tests_train_test_publish_SOURCES = tests/train/test_publish.c
tests_train_test_publish_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_publish

check_PROGRAMS += tests/train/test_trainer_losses
tests_train_test_trainer_losses_SOURCES = tests/train/test_trainer_losses.c $(NARROW_NETS)
tests_train_test_trainer_losses_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(NARROW_CPPFLAGS)
tests_train_test_trainer_losses_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_trainer_losses

# What a run begins with where nobody says.
check_PROGRAMS += tests/train/test_beginning
tests_train_test_beginning_SOURCES = tests/train/test_beginning.c
tests_train_test_beginning_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_beginning

check_PROGRAMS += tests/train/test_trainer_ref
tests_train_test_trainer_ref_SOURCES = tests/train/test_trainer_ref.c
tests_train_test_trainer_ref_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/train/test_trainer_ref

# Runs that begin with the weights of a file.
check_PROGRAMS += tests/train/test_begin
tests_train_test_begin_SOURCES = tests/train/test_begin.c
tests_train_test_begin_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_begin

# The same on the reference backend, against PyTorch.
check_PROGRAMS += tests/train/test_begin_torch
tests_train_test_begin_torch_SOURCES = tests/train/test_begin_torch.c
tests_train_test_begin_torch_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/train/test_begin_torch
EXTRA_DIST += tests/golden/make_init_golden.py tests/golden/init_torch.txt

# Fine-tuning from a file, against PyTorch step by step.
check_PROGRAMS += tests/train/test_finetune_torch
tests_train_test_finetune_torch_SOURCES = tests/train/test_finetune_torch.c
tests_train_test_finetune_torch_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_finetune_torch
EXTRA_DIST += tests/golden/make_finetune_golden.py tests/golden/finetune_torch.txt
EXTRA_DIST += tests/golden/exactness.py tests/golden/exactness.sh tests/golden/exactness.txt tests/golden/philox.py

# Runs that stop, or are killed, and go on.
check_PROGRAMS += tests/train/test_resume
tests_train_test_resume_SOURCES = tests/train/test_resume.c $(NARROW_NETS)
tests_train_test_resume_CPPFLAGS = $(AM_CPPFLAGS) $(NARROW_CPPFLAGS)
tests_train_test_resume_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_resume

check_PROGRAMS += tests/train/test_resume_algorithms
tests_train_test_resume_algorithms_SOURCES = tests/train/test_resume_algorithms.c $(NARROW_NETS)
tests_train_test_resume_algorithms_CPPFLAGS = $(AM_CPPFLAGS) $(NARROW_CPPFLAGS)
tests_train_test_resume_algorithms_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_resume_algorithms

check_PROGRAMS += tests/train/test_resume_faults
tests_train_test_resume_faults_SOURCES = tests/train/test_resume_faults.c $(NARROW_NETS)
tests_train_test_resume_faults_CPPFLAGS = $(AM_CPPFLAGS) $(NARROW_CPPFLAGS)
tests_train_test_resume_faults_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_resume_faults

check_PROGRAMS += tests/train/test_resume_nets
tests_train_test_resume_nets_SOURCES = tests/train/test_resume_nets.c
tests_train_test_resume_nets_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/train/test_resume_nets

# What is written while training goes on.
check_PROGRAMS += tests/train/test_writer
tests_train_test_writer_SOURCES = tests/train/test_writer.c
tests_train_test_writer_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_writer

check_PROGRAMS += tests/train/test_measure
tests_train_test_measure_SOURCES = tests/train/test_measure.c
tests_train_test_measure_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_measure

# Pictures replaced, used twice, damaged in the cache.
check_PROGRAMS += tests/train/test_content
tests_train_test_content_SOURCES = tests/train/test_content.c $(NARROW_NETS)
tests_train_test_content_CPPFLAGS = $(AM_CPPFLAGS) $(NARROW_CPPFLAGS)
tests_train_test_content_LDADD = $(KIT_LIBS) $(ENGINE_LIBS)
TESTS += tests/train/test_content

# What the terms of a loss pull at.
check_PROGRAMS += tests/train/test_gradients
tests_train_test_gradients_SOURCES = tests/train/test_gradients.c
tests_train_test_gradients_LDADD = $(KIT_LIBS) libref.a $(ENGINE_LIBS)
TESTS += tests/train/test_gradients
