# The pictures of README, made anew by `make picture`.
EXTRA_DIST += doc/picture.sh doc/screen_svg.py doc/weights-tried.md
dist_doc_DATA = README.md
nobase_dist_doc_DATA = doc/live-dark.svg doc/live-light.svg doc/runs.svg doc/compare.svg doc/ablation.svg \
	doc/predictions.svg doc/sql.svg doc/launch.svg

picture: all
	TOP_BUILDDIR='$(abs_top_builddir)' $(SHELL) $(srcdir)/doc/picture.sh
.PHONY: picture
