# Fuzzes the pcapng reader with clang's libFuzzer. FUZZ_PCAPNG_RUNS=10000000 FUZZ_PCAPNG_SECONDS=0 selects the long
# form.
FUZZ_PCAPNG_SECONDS ?= 60
FUZZ_PCAPNG_RUNS    ?= -1

build/fuzz/fuzz_pcapng: sim/fuzz/fuzz_pcapng.c models/trace/capture/pcapng.c models/trace/capture/pcapng.h
	@mkdir -p $(@D)
	clang -std=c17 -O1 -g -I. -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    sim/fuzz/fuzz_pcapng.c models/trace/capture/pcapng.c -o $@

.PHONY: fuzz-pcapng
fuzz-pcapng: build/fuzz/fuzz_pcapng ## fuzz the pcapng reader (FUZZ_PCAPNG_SECONDS=60, FUZZ_PCAPNG_RUNS=n)
	@mkdir -p build/fuzz/pcapng-corpus sim/fuzz/corpus/pcapng
	@cp sim/test/captures/*.pcapng traces/*.pcapng build/fuzz/pcapng-corpus
	build/fuzz/fuzz_pcapng -runs=$(FUZZ_PCAPNG_RUNS) -max_total_time=$(FUZZ_PCAPNG_SECONDS) -max_len=4096 \
	    -rss_limit_mb=1024 -artifact_prefix=sim/fuzz/corpus/pcapng/ -print_final_stats=1 build/fuzz/pcapng-corpus \
	    sim/fuzz/corpus/pcapng
