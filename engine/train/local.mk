libcore_a_SOURCES += \
	engine/train/loss.c engine/train/loss.h \
	engine/train/loss_math.h \
	engine/train/loss/combo.h \
	engine/train/loss/combo_released.h \
	engine/train/loss/l1.h \
	engine/train/loss/mse.h \
	engine/train/loss/sample.h \
	engine/train/loss/smooth_huber.h \
	engine/train/loss/smooth_l1.h

libengine_a_SOURCES += \
	engine/train/checkpoint.c engine/train/checkpoint.h \
	engine/train/checkpoint_list.c \
	engine/train/class_options.c engine/train/class_options.h \
	engine/train/classes.c engine/train/classes.h \
	engine/train/epoch.c engine/train/epoch.h \
	engine/train/hold.c engine/train/hold.h \
	engine/train/keep.c engine/train/keep.h \
	engine/train/metrics.c engine/train/metrics.h \
	engine/train/pass.c engine/train/pass.h \
	engine/train/plan.c engine/train/plan.h \
	engine/train/report.c engine/train/report.h \
	engine/train/resume.c engine/train/resume.h \
	engine/train/run.c engine/train/run.h \
	engine/train/run_data.c \
	engine/train/run_net.c \
	engine/train/schedule.c engine/train/schedule.h \
	engine/train/settings.c engine/train/settings.h \
	engine/train/tally.c engine/train/tally.h \
	engine/train/trace.c engine/train/trace.h \
	engine/train/trainer.c engine/train/trainer.h \
	engine/train/verbs.c engine/train/verbs.h

EXTRA_DIST += bench/torch_run.py bench/torch_steps.py
