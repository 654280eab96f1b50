# Fuzzes the scenario reader with clang's libFuzzer for FUZZ_SECONDS seconds.
FUZZ_SECONDS ?= 60
FUZZ_SCENARIO_SRC := sim/fuzz/fuzz_scenario.c $(filter sim/scenario/%.c sim/results/expect.c sim/schema/output_%.c sim/action/%.c sim/testbed/soft_errors.c,$(SIM_C_SRC))

.PHONY: fuzz-scenario
fuzz-scenario: $(GEN) ## fuzz the scenario reader for FUZZ_SECONDS (60) seconds
	@mkdir -p $(B)/fuzz/scenario-corpus
	@for f in scenarios/*.yaml scenarios/*/*.yaml sim/fuzz/scenario-*; do \
	    [ -e "$$f" ] && { printf '\001'; cat "$$f"; } >$(B)/fuzz/scenario-corpus/$$(basename $$f); done; true
	clang $(filter-out -MMD -MP,$(CPPFLAGS)) -std=c17 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
	    $(FUZZ_SCENARIO_SRC) $(CORE_SRC) \
	    $(LIBS) -o $(B)/fuzz/fuzz_scenario
	$(B)/fuzz/fuzz_scenario -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -rss_limit_mb=1024 -close_fd_mask=0 \
	    -artifact_prefix=$(B)/fuzz/ -print_final_stats=1 $(B)/fuzz/scenario-corpus
