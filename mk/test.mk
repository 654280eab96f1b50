# Finds, builds and runs every test_*.c of the folders test/. The other C files in these folders are helpers that
# tests share.
TEST_DIRS   := $(wildcard models/test models/*/test models/*/*/test host-sw/test host-sw/*/test sim/test/unit)
TEST_SRC    := $(foreach d,$(TEST_DIRS),$(wildcard $(d)/test_*.c))
TEST_HELPER := $(filter-out $(TEST_SRC),$(foreach d,$(TEST_DIRS),$(wildcard $(d)/*.c)))
TEST_BIN    := $(foreach t,$(TEST_SRC),$(B)/test/$(basename $(notdir $(t))))
# The helpers of models, host-sw and sim are one archive each, so that the linker takes only the helpers that a test
# uses. A test may therefore define a fake with the name of a helper that it does not use.
define HELPER_RULE
$(B)/test/lib$(1)_test.a: $(patsubst %.c,$(B)/obj/%.o,$(filter $(1)/%,$(TEST_HELPER)))
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
