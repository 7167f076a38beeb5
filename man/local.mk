# Written by hand but for the parts that option tables, commands, keys and signs say themselves, which the
# program prints: a line "@PART@" of a template stands for such a part.
PAGES = man/combolab.1 man/combolab-tui.7
EXTRA_DIST += man/combolab.1.in man/combolab-tui.7.in man/fill.awk
nodist_man_MANS = $(PAGES)
dist_man_MANS += man/combolab-db.5 man/combolab-losses.7
CLEANFILES += $(PAGES) man/combolab.1.tmp man/combolab-tui.7.tmp

FILL = $(MKDIR_P) man && LC_ALL=C $(AWK) -v program=./combolab$(EXEEXT) -v version='$(PACKAGE_VERSION)' \
	-f $(srcdir)/man/fill.awk
$(PAGES): $(srcdir)/man/fill.awk combolab$(EXEEXT)
man/combolab.1: $(srcdir)/man/combolab.1.in
	$(AM_V_GEN)$(FILL) $(srcdir)/man/combolab.1.in >$@.tmp && mv $@.tmp $@
man/combolab-tui.7: $(srcdir)/man/combolab-tui.7.in
	$(AM_V_GEN)$(FILL) $(srcdir)/man/combolab-tui.7.in >$@.tmp && mv $@.tmp $@

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completions/combolab.bash
