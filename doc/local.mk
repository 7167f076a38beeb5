# The pictures of README, made anew by `make picture`.
EXTRA_DIST += doc/picture.sh doc/screen_svg.py doc/live-dark.svg doc/live-light.svg doc/weights-tried.md

picture: all
	TOP_BUILDDIR='$(abs_top_builddir)' $(SHELL) $(srcdir)/doc/picture.sh
.PHONY: picture
