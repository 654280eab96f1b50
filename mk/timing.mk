# Prints the table that compares docs/timing.md with the models. The tests that report cases for it include
# timing_case.h. `make test` prints the same table from its own run.
TIMING_TESTS := $(patsubst %.c,$(B)/test/%,$(notdir $(shell grep -l timing_case.h models/*/test/test_*.c)))
.PHONY: timing-table
timing-table: $(TIMING_TESTS) ## compare the models with docs/timing.md; print section, cases and largest deviation
	@mk/timing_table.sh $(B)/timing-cases $(TIMING_TESTS)
