# Tests the tests and proofs of the context cache with mutants (rtl/formal/mutate.py). One build holds all mutants,
# and an environment variable selects one. The results stay in build/mutate, so that an interrupted run continues
# where it stopped.
MUTANTS       ?= 110
MUTANT_SEED   ?= 1
MUTATE_DIR    := $(B)/mutate/$(MUTANT_SEED)-$(MUTANTS)
MUTATE_SHAPES := 2x1 4x2
MUTATE_RTL    := $(filter-out %_pkg.sv,$(RTL_SV))
MUTATE_LIBS   := $(foreach s,$(MUTATE_SHAPES),$(MUTATE_DIR)/Vctx_cache_$(s)/libVctx_cache_$(s).a)
MUTATE_OTHERS := $(filter-out $(foreach s,$(MUTATE_SHAPES),%/libVctx_cache_$(s).a),$(RTL_TEST_LIBS))
MUTATE_TESTS  := $(foreach t,$(COV_NAMES),$(MUTATE_DIR)/$(t))

$(MUTATE_DIR)/src/mutants.tsv: rtl/formal/mutate.py $(MUTATE_RTL)
	rtl/formal/mutate.py --seed $(MUTANT_SEED) --count $(MUTANTS) --out $(@D) $(MUTATE_RTL)
	@echo $(MUTATE_RTL) >$(@D)/files
	@rm -f $(MUTATE_DIR)/results.tsv

define MUTATE_RULE
$(MUTATE_DIR)/Vctx_cache_$(1)/libVctx_cache_$(1).a: $(MUTATE_DIR)/src/mutants.tsv $(RTL_PKG)
	@mkdir -p $$(@D)
	verilator --cc -O3 --assert --x-assign 0 --x-initial unique -Wno-fatal -Wno-lint +incdir+rtl/common \
	    $(RTL_SHAPE_$(1)) --prefix Vctx_cache_$(1) --top-module ctx_cache --Mdir $$(@D) \
	    $(RTL_PKG) rtl/formal/ctx_mutant_pkg.sv $(patsubst %,$(MUTATE_DIR)/src/%,$(notdir $(MUTATE_RTL)))
	@rm -f $$@
	@for f in $$(@D)/*.cpp; do $(CXX) $(VL_CXX) -O1 $(VL_INC) -isystem $$(@D) -c $$$$f -o $$$${f%.cpp}.o || exit 1; done
	$(AR) rcs $$@ $$(@D)/*.o
endef
$(foreach s,$(MUTATE_SHAPES),$(eval $(call MUTATE_RULE,$(s))))

# These are the unchanged lock-step tests, linked with the mutated small shapes.
$(MUTATE_TESTS): $(MUTATE_DIR)/%: $(B)/obj/rtl/test/%.o $(RTL_FACE) $(B)/obj/rtl/formal/mutant_id.o $(GLUE_OBJ) $(SHAPE_OBJ) $(MUTATE_LIBS) $(MUTATE_OTHERS) $(GLUE_LIBS) $(VL_DPI_RT) $(CORE_LIB)
	$(CXX) $(LDFLAGS) $^ -lcriterion $(LIBS) -lz -lpthread -o $@

.PHONY: mutate mutate-now
mutate: ## run the tests and proofs of the context cache against its mutants (MUTANTS=110 of them)
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) mutate-now

mutate-now: $(MUTATE_TESTS)
	@mk/mutate.sh $(MUTATE_DIR) $(MUTATE_TESTS)
