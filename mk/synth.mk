# Size and depth of the context cache on an FPGA (UltraScale+), two shapes; table in docs/ctx_cache_proof.md.
.PHONY: synth synth-now
synth: ## LUT, FF, RAM and logic levels of the context cache per module, two shapes
	@mk/setup.sh test
	@$(MAKE) --no-print-directory synth-now

synth-now: $(GEN_SV)
	@echo "16 sets x 4 ways, 256 lookup entries, 1024 connections:"
	@nice -n 10 mk/synth.sh $(B)/synth 16x4 "-chparam SETS 16 -chparam WAYS 4 -chparam LOOKUP_ENTRIES 256 -chparam CONN_IDS 1024" $(RTL_SV)
	@echo "default shape, 128 sets x 8 ways, 131072 lookup entries, 65536 connections:"
	@nice -n 10 mk/synth.sh $(B)/synth 128x8 "" $(RTL_SV)
