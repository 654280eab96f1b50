# Measures the speed of one PCIe link alone.
$(B)/bench_pcie: $(B)/obj/sim/bench/bench_pcie.o $(CORE_LIB)
	$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

test-now: $(B)/bench_pcie

.PHONY: bench-pcie
bench-pcie: $(B)/bench_pcie ## measure TLPs per second through one PCIe link alone
	@$(B)/bench_pcie
