noinst_LIBRARIES += libtrain.a
libtrain_a_SOURCES = \
	engine/train/algorithms.c \
	engine/train/algorithms_priv.h \
	engine/train/begin.c \
	engine/train/begin_priv.h \
	engine/train/checkpoint.c \
	engine/train/checkpoint_list.c \
	engine/train/checkpoint_match.c \
	engine/train/checkpoint_match_priv.h \
	engine/train/checkpoint_priv.h \
	engine/train/epoch.c \
	engine/train/epoch_priv.h \
	engine/train/folder.c engine/train/folder.h \
	engine/train/gradients.c \
	engine/train/gradients_priv.h \
	engine/train/head_start.c \
	engine/train/head_start_priv.h \
	engine/train/holdout.c \
	engine/train/holdout_priv.h \
	engine/train/measure.c engine/train/measure.h \
	engine/train/metrics.c engine/train/metrics.h \
	engine/train/notes.c \
	engine/train/notes_priv.h \
	engine/train/pass.c \
	engine/train/pass_priv.h \
	engine/train/plan.c engine/train/plan.h \
	engine/train/publish.c \
	engine/train/publish_priv.h \
	engine/train/resume.c \
	engine/train/resume_priv.h \
	engine/train/run.c \
	engine/train/run_data.c \
	engine/train/run_net.c \
	engine/train/run_priv.h \
	engine/train/save.c \
	engine/train/save_priv.h \
	engine/train/schedule.c engine/train/schedule.h \
	engine/train/steps.c \
	engine/train/steps_priv.h \
	engine/train/tally.c \
	engine/train/tally_priv.h \
	engine/train/tell.c \
	engine/train/tell_priv.h \
	engine/train/trace.c \
	engine/train/trace_priv.h \
	engine/train/trainer.c engine/train/trainer.h \
	engine/train/verbs.c \
	engine/train/verbs_priv.h \
	engine/train/warn.c \
	engine/train/warn_priv.h \
	engine/train/writer.c \
	engine/train/writer_priv.h
