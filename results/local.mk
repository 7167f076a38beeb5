noinst_LIBRARIES += libresults.a
libresults_a_SOURCES = \
	results/ledger.c results/ledger.h \
	results/ledger_suspects.c results/ledger_suspects.h \
	results/ledger_tables.c results/ledger_tables.h \
	results/ablation.c results/ablation.h results/ablation_priv.h \
	results/ablation_caption.c \
	results/ablation_cells.c \
	results/ablation_export.c \
	results/ablation_group.c \
	results/ablation_half.c \
	results/ablation_images.c \
	results/ablation_looks.c results/ablation_looks.h \
	results/ablation_needed.c \
	results/ablation_pairs.c \
	results/ablation_scores.c \
	results/ablation_settings.c \
	results/ablation_table_needed.c \
	results/ablation_tables.c results/ablation_tables.h \
	results/ablation_tests.c \
	results/ablation_words.c \
	results/palette.c results/palette.h \
	results/plot.c results/plot.h \
	results/prediction_tables.c results/prediction_tables.h \
	results/compare.c results/compare.h \
	results/compare_label.c \
	results/curves.c results/curves.h \
	results/progress_table.c results/progress_table.h \
	results/pull.c results/pull.h \
	results/rows_columns.c results/rows_columns.h \
	results/rows_filter.c results/rows_filter.h \
	results/rows_sort.c results/rows_sort.h \
	results/rows_table.c results/rows_table.h \
	results/run_curves.c results/run_curves.h \
	results/run_epochs.c \
	results/run_tables.c results/run_tables.h \
	results/stream.c results/stream.h \
	results/stream_aligned.c \
	results/stream_export.c \
	results/stream_markup.c \
	results/stream_priv.h \
	results/table.c results/table.h \
	results/table_export.c \
	results/table_markup.c \
	results/table_priv.h \
	results/ticks.c results/ticks.h \
	results/value.c results/value.h
libresults_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

# In the order the linker wants them. Of libdb.a it takes the lists of columns alone.
RESULTS_LIBS = libresults.a libstats.a libdb.a libbase.a $(JANSSON_LIBS)
