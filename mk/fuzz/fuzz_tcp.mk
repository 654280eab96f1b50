# Fuzzes the TCP core on a live context with clang's libFuzzer. Findings are kept in sim/fuzz/corpus/tcp, and the unit
# test test_tcp_fuzz repeats them. FUZZ_TCP_RUNS=10000000 selects the long form.
FUZZ_TCP_SECONDS ?= 60
FUZZ_TCP_RUNS    ?= -1
FUZZ_TCP_SRC := sim/fuzz/fuzz_tcp.c models/tcp/test/tcp_fuzz.c $(filter models/tcp/%,$(CORE_SRC)) $(wildcard models/wire/*.c) \
                $(wildcard models/base/*.c)
FUZZ_TCP_HDR := $(wildcard models/tcp/*.h models/tcp/*/*.h models/wire/*.h models/base/*.h models/hwif/*.h)

build/fuzz/fuzz_tcp: $(FUZZ_TCP_SRC) $(FUZZ_TCP_HDR) | $(GEN)
	@mkdir -p $(@D)
	clang $(filter-out -MMD -MP,$(CPPFLAGS)) -std=c17 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined $(FUZZ_TCP_SRC) -lz -o $@

.PHONY: fuzz-tcp
fuzz-tcp: build/fuzz/fuzz_tcp ## fuzz the TCP core (FUZZ_TCP_SECONDS=60, FUZZ_TCP_RUNS=n)
	@mkdir -p build/fuzz/tcp-corpus sim/fuzz/corpus/tcp
	build/fuzz/fuzz_tcp -runs=$(FUZZ_TCP_RUNS) -max_total_time=$(FUZZ_TCP_SECONDS) -max_len=512 -rss_limit_mb=1024 \
	    -artifact_prefix=sim/fuzz/corpus/tcp/ -print_final_stats=1 build/fuzz/tcp-corpus sim/fuzz/corpus/tcp

# Fuzzes the engine's receive path with frames whose lengths, options, checksums and flags are damaged. Findings are
# kept in sim/fuzz/corpus/rx, and the unit test test_rx_fuzz repeats them.
FUZZ_RX_SECONDS ?= 60
FUZZ_RX_RUNS    ?= -1
FUZZ_RX_SRC := sim/fuzz/fuzz_rx.c models/toe/test/rx_fuzz.c models/toe/test/toe_rig.c models/toe/test/toe_rig_fakes.c \
               $(filter models/toe/%,$(CORE_SRC)) $(filter models/tcp/%,$(CORE_SRC)) $(wildcard models/wire/*.c) $(wildcard models/base/*.c)
FUZZ_RX_HDR := $(wildcard models/toe/*.h models/toe/*/*.h models/toe/*/*/*.h models/tcp/*.h models/tcp/*/*.h models/wire/*.h models/base/*.h models/hwif/*.h models/test/*.h models/*/test/*.h)

build/fuzz/fuzz_rx: $(FUZZ_RX_SRC) $(FUZZ_RX_HDR) | $(GEN)
	@mkdir -p $(@D)
	clang $(filter-out -MMD -MP,$(CPPFLAGS)) -std=c17 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined $(FUZZ_RX_SRC) -lz -o $@

.PHONY: fuzz-rx
fuzz-rx: build/fuzz/fuzz_rx ## fuzz the engine's receive path (FUZZ_RX_SECONDS=60, FUZZ_RX_RUNS=n)
	@mkdir -p build/fuzz/rx-corpus sim/fuzz/corpus/rx
	build/fuzz/fuzz_rx -runs=$(FUZZ_RX_RUNS) -max_total_time=$(FUZZ_RX_SECONDS) -max_len=2048 -rss_limit_mb=1024 \
	    -artifact_prefix=sim/fuzz/corpus/rx/ -print_final_stats=1 build/fuzz/rx-corpus sim/fuzz/corpus/rx
