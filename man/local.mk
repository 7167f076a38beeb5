# combolab(1): written by hand but for the parts that option tables, commands and keys say themselves,
# which the program prints. A line "@PART@" of the template stands for such a part.
EXTRA_DIST += man/combolab.1.in man/fill.awk
nodist_man_MANS = man/combolab.1
dist_man_MANS += man/combolab-losses.7
CLEANFILES += man/combolab.1 man/combolab.1.tmp

man/combolab.1: $(srcdir)/man/combolab.1.in $(srcdir)/man/fill.awk combolab$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && LC_ALL=C $(AWK) -v program=./combolab$(EXEEXT) \
		-v version='$(PACKAGE_VERSION)' -f $(srcdir)/man/fill.awk \
		$(srcdir)/man/combolab.1.in >$@.tmp && mv $@.tmp $@

bashcompletiondir = $(datadir)/bash-completion/completions
dist_bashcompletion_DATA = completions/combolab.bash
