UI_TEST_LIBS = $(UI_LIBS) libengine.a libcore.a libbase.a
UI_TEST_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
noinst_HEADERS += tests/ui_fixture.h

# The pieces: layout, text, ticks, charts, keys.
check_PROGRAMS += tests/test_ui_parts
tests_test_ui_parts_SOURCES = tests/test_ui_parts.c
tests_test_ui_parts_CPPFLAGS = $(UI_TEST_CPPFLAGS)
tests_test_ui_parts_LDADD = $(UI_TEST_LIBS)
TESTS += tests/test_ui_parts

# Whole screens against tests/golden/ui_*.txt; COMBOLAB_GOLDEN=write makes those files anew.
check_PROGRAMS += tests/test_ui
tests_test_ui_SOURCES = tests/test_ui.c tests/ui_fixture.c
tests_test_ui_CPPFLAGS = $(UI_TEST_CPPFLAGS)
tests_test_ui_LDADD = $(UI_TEST_LIBS)
TESTS += tests/test_ui

# Keys to actions; nothing is compared with stored screens.
check_PROGRAMS += tests/test_ui_keys
tests_test_ui_keys_SOURCES = tests/test_ui_keys.c tests/ui_fixture.c
tests_test_ui_keys_CPPFLAGS = $(UI_TEST_CPPFLAGS)
tests_test_ui_keys_LDADD = $(UI_TEST_LIBS)
TESTS += tests/test_ui_keys

# A real (pseudo) terminal: taken, resized, given back.
check_PROGRAMS += tests/test_ui_terminal
tests_test_ui_terminal_SOURCES = tests/test_ui_terminal.c tests/ui_fixture.c
tests_test_ui_terminal_CPPFLAGS = $(UI_TEST_CPPFLAGS)
tests_test_ui_terminal_LDADD = $(UI_TEST_LIBS)
TESTS += tests/test_ui_terminal
