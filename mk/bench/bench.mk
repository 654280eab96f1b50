# Measures speed. `make bench` prints one table; none of these targets fails because a value is too low.
BENCH_SRC := $(wildcard sim/bench/bench_*.cpp)
BENCH_BIN := $(BENCH_SRC:sim/bench/%.cpp=$(B)/bench/%)
BENCH_OBJ := $(BENCH_SRC:%.cpp=$(B)/obj/%.o)

$(BENCH_OBJ): EXT_INC += $(RTL_INC)
$(BENCH_OBJ): | $(CTX_CACHE_LIB) $(PROBE_LIB)
$(BENCH_BIN): $(B)/bench/%: $(B)/obj/sim/bench/%.o $(GLUE_OBJ) $(SHAPE_OBJ) $(CORE_LIB) $(GLUE_LIBS)
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(LIBS) -lpthread -o $@

.PHONY: bench bench-tcp
bench-tcp: $(B)/bench/bench_tcp ## measure in-order segments per second through the TCP core alone
	@$<

bench: ## measure frames per second, a cache cycle, an idle second; and switch, MACs and PCIe alone
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) $(TOESIM) $(BENCH_BIN) $(B)/bench_pcie $(B)/bench_probe
	@mk/bench/bench.sh $(B)

# This is the program without its checkers. The linker replaces two of their functions by those of
# sim/bench/unchecked.c.
UNCHECKED_TOESIM := $(B)/unchecked/toesim
UNCHECKED_CALLS  := check_listener check_count_transfers
$(UNCHECKED_TOESIM): $(B)/obj/sim/bench/unchecked.o $(SIM_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $(UNCHECKED_CALLS:%=-Wl,--wrap=%) $^ $(SIM_C_LIB) $(CORE_LIB) -lsystemc $(LIBS) -lpthread -o $@

test-now: $(BENCH_BIN) $(UNCHECKED_TOESIM) # so that they keep linking

.PHONY: bench-checks
PAIRS ?= 5
bench-checks: $(TOESIM) $(UNCHECKED_TOESIM) ## measure what the online checkers cost, in CPU seconds (PAIRS=n)
	@mk/bench/bench_checks.sh $(TOESIM) $(UNCHECKED_TOESIM) $(PAIRS)
