# Speed: `make bench` prints one table; nothing here judges.
BENCH_SRC := $(wildcard sim/bench/bench_*.cpp)
BENCH_BIN := $(BENCH_SRC:sim/bench/%.cpp=$(B)/bench/%)
BENCH_OBJ := $(BENCH_SRC:%.cpp=$(B)/obj/%.o)

$(BENCH_OBJ): EXT_INC += $(RTL_INC)
$(BENCH_OBJ): | $(CTX_CACHE_LIB) $(PROBE_LIB)
$(BENCH_BIN): $(B)/bench/%: $(B)/obj/sim/bench/%.o $(GLUE_OBJ) $(CORE_LIB) $(GLUE_LIBS)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(LIBS) -lpthread -o $@

.PHONY: bench bench-tcp
bench-tcp: $(B)/bench/bench_tcp ## in-order segments per second through the TCP core alone
	@$<

bench: ## frames per second, cost of a cache cycle, idle second, switch, MACs and PCIe alone
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $(TOESIM) $(BENCH_BIN) $(B)/bench_pcie
	@mk/bench/bench.sh $(B)
