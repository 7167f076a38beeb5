noinst_LIBRARIES += libsynth.a
libsynth_a_SOURCES = \
	engine/synth/synth.c engine/synth/synth.h \
	engine/synth/synth_draw.c \
	engine/synth/synth_paint.c \
	engine/synth/synth_priv.h \
	engine/synth/synth_write.c
