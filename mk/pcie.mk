# PCIe: speed of one link alone.
$(B)/bench_pcie: $(B)/obj/sim/bench/bench_pcie.o $(CORE_LIB)
	$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

.PHONY: bench-pcie
bench-pcie: $(B)/bench_pcie ## TLPs per second through one PCIe link alone
	@$(B)/bench_pcie

# Tests that report their cases; each test of a model of docs/timing.md that includes timing_case.h belongs here.
TIMING_TESTS := $(patsubst models/test/%.c,$(B)/test/%,$(shell grep -l timing_case.h models/test/test_*.c))
.PHONY: timing-table
timing-table: $(TIMING_TESTS) ## docs/timing.md against the models: section, cases, largest deviation
	@mk/timing_table.sh $(TIMING_TESTS)
