# Checks the RTL with all warnings of Verilator. Yosys must be able to elaborate the same files, because the proofs
# need it.
YOSYS_SHAPE := -chparam SETS 4 -chparam WAYS 2 -chparam LOOKUP_ENTRIES 64 -chparam CONN_IDS 64
.PHONY: lint-rtl
lint-rtl: $(GEN_SV) ## check the RTL with Verilator -Wall and an elaboration by Yosys
	verilator --lint-only -Wall --assert +incdir+rtl/common rtl/lint.vlt $(RTL_SV) --top-module ctx_cache
	verilator --lint-only -Wall +incdir+rtl/common rtl/lint.vlt rtl/probe/probe.sv --top-module probe
	yosys -q -p 'read_verilog -sv -Irtl/common $(RTL_SV); hierarchy -check -top ctx_cache $(YOSYS_SHAPE)'
