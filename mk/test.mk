# Finds, builds and runs every */test/test_*.c; shared helpers in a test folder are its other .c files.
TEST_SRC    := $(wildcard models/test/test_*.c host-sw/test/test_*.c sim/test/test_*.c)
TEST_BIN    := $(foreach t,$(TEST_SRC),$(B)/test/$(basename $(notdir $(t))))
# Helpers are an archive per folder: a test takes what it uses, and may fake what it does not.
define HELPER_RULE
$(B)/test/lib$(1)_test.a: $(patsubst %.c,$(B)/obj/%.o,$(filter-out $(1)/test/test_%.c,$(wildcard $(1)/test/*.c)))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach d,models host-sw sim,$(eval $(call HELPER_RULE,$(d))))

define TEST_RULE
$(B)/test/$(basename $(notdir $(1))): $(B)/obj/$(basename $(1)).o $(B)/test/lib$(firstword $(subst /, ,$(1)))_test.a $(if $(filter sim/%,$(1)),$$(SIM_C_LIB) $$(FST_LIB)) $$(CORE_LIB)
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $$^ -lcriterion $$(LIBS) -o $$@
endef
$(foreach t,$(TEST_SRC),$(eval $(call TEST_RULE,$(t))))

.PHONY: unit-test
unit-test: $(TEST_BIN) $(RTL_TEST_BIN)
	@mk/run_tests.sh $(B) $(JOBS) $^
