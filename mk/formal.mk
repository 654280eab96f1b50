# Runs the proofs of the context cache (docs/ctx_cache_proof.md) with Yosys, yosys-abc and z3.
.PHONY: formal formal-now formal-smoke
formal: ## run all proofs of the context cache; print property, method, depth, result and time
	@mk/setup.sh test
	@$(MAKE) --no-print-directory formal-now

formal-now: $(GEN_SV)
	@nice -n 10 mk/formal.sh --rtl $(RTL) --gen $(B)/gen --out $(B)/formal all

formal-smoke: $(GEN_SV) ## run the proofs that take only seconds
	@nice -n 10 mk/formal.sh --rtl $(RTL) --gen $(B)/gen --out $(B)/formal smoke
