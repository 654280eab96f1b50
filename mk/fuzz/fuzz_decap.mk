# Fuzzes the decapsulation with clang's libFuzzer. FUZZ_DECAP_RUNS=10000000 FUZZ_DECAP_SECONDS=0 selects the long form.
FUZZ_DECAP_SECONDS ?= 60
FUZZ_DECAP_RUNS    ?= -1
FUZZ_DECAP_SRC     := sim/fuzz/fuzz_decap.c models/trace/capture/capture_decap.c models/trace/capture/capture_link.c models/trace/capture/capture_peel.c \
                      models/wire/ip_reassembly.c models/wire/ip_fragment.c models/wire/packet.c models/wire/checksum.c models/wire/tcp_hdr.c

build/fuzz/fuzz_decap: $(FUZZ_DECAP_SRC) $(wildcard models/trace/*/*.h models/trace/*/*/*.h models/wire/*.h) | $(GEN)
	@mkdir -p $(@D)
	clang -std=c17 -O2 -g -I. -I$(B)/gen -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    $(FUZZ_DECAP_SRC) -lz -o $@

.PHONY: fuzz-decap
fuzz-decap: build/fuzz/fuzz_decap ## fuzz the decapsulation (FUZZ_DECAP_SECONDS=60, FUZZ_DECAP_RUNS=n)
	@mkdir -p sim/fuzz/corpus/decap
	@python3 sim/fuzz/frames_of.py build/fuzz/decap-corpus sim/test/captures/tunnel/tunnel-*.pcap
	build/fuzz/fuzz_decap -runs=$(FUZZ_DECAP_RUNS) -max_total_time=$(FUZZ_DECAP_SECONDS) -max_len=512 \
	    -rss_limit_mb=1024 -artifact_prefix=sim/fuzz/corpus/decap/ -print_final_stats=1 build/fuzz/decap-corpus sim/fuzz/corpus/decap
