# Measures what an event costs that nobody listens to.
$(B)/bench_probe: $(B)/obj/sim/bench/bench_probe.o $(CORE_LIB)
	$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

test-now: $(B)/bench_probe
