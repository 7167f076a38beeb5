check_PROGRAMS += tests/test_net
tests_test_net_SOURCES = tests/test_net.c
tests_test_net_LDADD = libcore.a libbase.a
TESTS += tests/test_net
EXTRA_DIST += tests/golden/torchvision_resnet18.txt tests/golden/torchvision_resnet50.txt \
	tests/golden/torchvision_resnext50_32x4d.txt tests/golden/timm_seresnext50_32x4d.txt
