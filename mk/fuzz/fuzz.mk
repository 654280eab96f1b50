# Fuzzes the code that reads untrusted files. This needs clang. Findings are kept in sim/fuzz/corpus/, and the target
# fuzz-check runs them again.
FUZZ_SECONDS ?= 60
FUZZ_CC      := clang
FUZZ_FLAGS   := -std=c17 -O1 -g -I. -I$(B)/gen -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
                -fno-sanitize-recover=undefined
FUZZ_CAPTURE_SRC := sim/fuzz/fuzz_capture.c $(filter-out models/trace/generate/% models/trace/endpoint/%,$(filter models/trace/%,$(CORE_SRC))) \
                    $(wildcard models/wire/*.c) $(wildcard models/base/*.c)

$(B)/fuzz/fuzz_capture: $(FUZZ_CAPTURE_SRC) $(wildcard models/trace/*/*.h models/trace/*/*/*.h models/wire/*.h models/base/*.h) | $(GEN)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(FUZZ_FLAGS) $(FUZZ_CAPTURE_SRC) -lpcap -lz -o $@

.PHONY: fuzz-capture fuzz-check
fuzz-capture: $(B)/fuzz/fuzz_capture ## fuzz the capture reader (FUZZ_SECONDS=60)
	@mkdir -p $(B)/fuzz/corpus sim/fuzz/corpus/capture
	@sim/fuzz/make_seeds.sh $(B)/fuzz/seeds
	$(B)/fuzz/fuzz_capture -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 -rss_limit_mb=1024 \
	    -artifact_prefix=sim/fuzz/corpus/capture/ $(B)/fuzz/corpus $(B)/fuzz/seeds sim/fuzz/corpus/capture

fuzz-check: $(B)/fuzz/fuzz_capture ## run each kept finding of the capture reader once
	@sim/fuzz/make_seeds.sh $(B)/fuzz/seeds
	$(B)/fuzz/fuzz_capture -runs=0 -timeout=10 -rss_limit_mb=1024 $(B)/fuzz/seeds sim/fuzz/corpus/capture
