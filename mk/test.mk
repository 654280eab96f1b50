# Finds, builds and runs every */test/test_*.c; shared helpers in a test folder are its other .c files.
TEST_SRC    := $(wildcard models/test/test_*.c host-sw/test/test_*.c sim/test/test_*.c)
TEST_BIN    := $(foreach t,$(TEST_SRC),$(B)/test/$(basename $(notdir $(t))))
TEST_HELPER_models  := $(patsubst %.c,$(B)/obj/%.o,$(filter-out models/test/test_%.c,$(wildcard models/test/*.c)))
TEST_HELPER_host-sw := $(patsubst %.c,$(B)/obj/%.o,$(filter-out host-sw/test/test_%.c,$(wildcard host-sw/test/*.c)))
TEST_HELPER_sim     := $(patsubst %.c,$(B)/obj/%.o,$(filter-out sim/test/test_%.c,$(wildcard sim/test/*.c)))

define TEST_RULE
$(B)/test/$(basename $(notdir $(1))): $(B)/obj/$(basename $(1)).o $$(TEST_HELPER_$(firstword $(subst /, ,$(1)))) $(if $(filter sim/%,$(1)),$$(SIM_C_LIB) $$(FST_LIB)) $$(CORE_LIB)
	@mkdir -p $$(@D)
	$$(CC) $$(LDFLAGS) $$^ -lcriterion $$(LIBS) -o $$@
endef
$(foreach t,$(TEST_SRC),$(eval $(call TEST_RULE,$(t))))

.PHONY: unit-test
unit-test: $(TEST_BIN) $(RTL_TEST_BIN)
	@mk/run_tests.sh $(B) $(JOBS) $^
