# Fuzzing of the TCP core on a live context (clang's libFuzzer). Findings are kept in sim/fuzz/corpus/tcp and repeated
# by the unit test test_tcp_fuzz. FUZZ_TCP_RUNS=10000000 is the long form.
FUZZ_TCP_SECONDS ?= 60
FUZZ_TCP_RUNS    ?= -1
FUZZ_TCP_SRC := sim/fuzz/fuzz_tcp.c models/test/tcp_fuzz.c $(wildcard models/tcp/*.c) $(wildcard models/wire/*.c) \
                $(wildcard models/base/*.c)
FUZZ_TCP_HDR := $(wildcard models/tcp/*.h models/wire/*.h models/base/*.h models/hwif/*.h models/test/tcp_fuzz.h)

build/fuzz/fuzz_tcp: $(FUZZ_TCP_SRC) $(FUZZ_TCP_HDR) | $(GEN)
	@mkdir -p $(@D)
	clang $(filter-out -MMD -MP,$(CPPFLAGS)) -std=c17 -O1 -g -fsanitize=fuzzer,address,undefined \
	    -fno-sanitize-recover=undefined $(FUZZ_TCP_SRC) -lz -o $@

.PHONY: fuzz-tcp
fuzz-tcp: build/fuzz/fuzz_tcp ## fuzz the TCP core (FUZZ_TCP_SECONDS=60, FUZZ_TCP_RUNS=n)
	@mkdir -p build/fuzz/tcp-corpus sim/fuzz/corpus/tcp
	build/fuzz/fuzz_tcp -runs=$(FUZZ_TCP_RUNS) -max_total_time=$(FUZZ_TCP_SECONDS) -max_len=512 -rss_limit_mb=1024 \
	    -artifact_prefix=sim/fuzz/corpus/tcp/ -print_final_stats=1 build/fuzz/tcp-corpus sim/fuzz/corpus/tcp
