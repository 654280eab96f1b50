# Estimates size and logic depth of the context cache on an UltraScale+ FPGA for two shapes. The table is in
# docs/ctx_cache_proof.md.
.PHONY: synth synth-now
synth: ## report LUTs, FFs, RAMs and logic levels of each module of the context cache, for two shapes
	@mk/setup.sh test
	@$(MAKE) --no-print-directory synth-now

synth-now: $(GEN_SV)
	@echo "16 sets x 4 ways, 256 lookup entries, 1024 connections:"
	@nice -n 10 mk/synth.sh $(B)/synth 16x4 "-chparam SETS 16 -chparam WAYS 4 -chparam LOOKUP_ENTRIES 256 -chparam CONN_IDS 1024" $(RTL_SV)
	@echo "default shape, 128 sets x 8 ways, 131072 lookup entries, 65536 connections:"
	@nice -n 10 mk/synth.sh $(B)/synth 128x8 "" $(RTL_SV)

# Estimates how fast the logic can be clocked. The netlists are those of the target synth. The limit is what an open queue
# manager that runs at 250 MHz gets from the same estimate.
TIMING_LIMIT ?= 4.1
.PHONY: timing timing-now
timing: ## estimate the slowest paths of the context cache, for two shapes, and fail above TIMING_LIMIT
	@mk/setup.sh test
	@$(MAKE) --no-print-directory timing-now

timing-now: $(GEN_SV)
	@ARRAYS=0 nice -n 10 mk/synth.sh $(B)/synth 16x4 "-chparam SETS 16 -chparam WAYS 4 -chparam LOOKUP_ENTRIES 256 -chparam CONN_IDS 1024" $(RTL_SV)
	@ARRAYS=0 nice -n 10 mk/synth.sh $(B)/synth 128x8 "" $(RTL_SV)
	@status=0; for shape in 16x4 128x8; do \
	    echo "$$shape, each module on its own:"; rtl/formal/timing.py --parts $(B)/synth/$$shape.parts.json || status=1; \
	    echo "$$shape, whole:"; rtl/formal/timing.py --limit $(TIMING_LIMIT) $(B)/synth/$$shape.whole.json || status=1; \
	done; exit $$status
