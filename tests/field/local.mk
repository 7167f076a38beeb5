# Situations from the field: README.md lists them. `make check-field` runs the long forms too.
check_PROGRAMS += tests/field/preload.so
tests_field_preload_so_SOURCES = tests/field/preload.c
tests_field_preload_so_LDFLAGS = -shared
tests_field_preload_so_LDADD = -ldl

FIELD_TESTS = tests/field/test_copies.sh tests/field/test_lives.sh tests/field/test_users.sh \
	tests/field/test_clocks.sh tests/field/test_disks.sh tests/field/test_limits.sh
FIELD_BARS = tests/field/test_many.sh tests/field/test_kills.sh
TESTS += $(FIELD_TESTS) $(FIELD_BARS)
EXTRA_DIST += $(FIELD_TESTS) $(FIELD_BARS) tests/field/field.sh tests/field/README.md

.PHONY: check-field
check-field:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(FIELD_TESTS)'
	FIELD_SECONDS=300 FIELD_KILLS=100 $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(FIELD_BARS)'
