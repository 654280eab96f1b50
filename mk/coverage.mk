# Measures the coverage of the context cache. The lock-step suite runs on Verilated models with counters, and the
# results of the small shapes are merged. The default shape runs without counters, because it is the same code with
# larger arrays. The smallest shape counts signals of up to COV_WIDTH bits, which is all of them and makes a cycle
# cost a hundred times more; the other shapes count signals of up to COV_NARROW bits. For the same reason
# CTX_CACHE_REQUESTS shortens the sequential test of the smallest shape.
COV_WIDTH  ?= 1024
COV_NARROW ?= 48
COV_DIR    := $(B)/coverage/$(COV_WIDTH)
COV_SHAPES := $(RTL_SHAPES)
COV_PREFIX  = Vctx_cache_$(1)
COV_LIBS   := $(foreach s,$(COV_SHAPES),$(COV_DIR)/$(call COV_PREFIX,$(s))/lib$(call COV_PREFIX,$(s)).a)
# These are all tests of the cache except that of the glue, which creates its models itself.
COV_NAMES  := $(filter-out %_glue,$(patsubst rtl/test/%.c,%,$(wildcard rtl/test/test_ctx_cache*.c)))
COV_TESTS  := $(COV_NAMES:%=$(COV_DIR)/%)
COV_INC    := -isystem $(B)/rtl/Vctx_cache $(foreach s,$(COV_SHAPES),-isystem $(COV_DIR)/$(call COV_PREFIX,$(s)))
COV_FLAGS   = --coverage-line --coverage-toggle --coverage-user --coverage-max-width $(if $(filter 2x1,$(1)),$(COV_WIDTH),$(COV_NARROW))

define COVERAGE_RULE
$(COV_DIR)/$(2)/lib$(2).a: $(RTL_SV) $(RTL_STAMP) rtl/formal/ctx_cache_cover.sv
	@mkdir -p $$(@D)
	$(VERILATE) $(call COV_FLAGS,$(1)) $(RTL_SHAPE_$(1)) --prefix $(2) --top-module ctx_cache --Mdir $$(@D) $(RTL_SV) rtl/formal/ctx_cache_cover.sv
	@rm -f $$@
	@for f in $$(@D)/*.cpp; do $(CXX) -std=c++17 -O0 -DVM_COVERAGE=1 -DVL_TIME_CONTEXT $(VL_INC) -isystem $$(@D) -c $$$$f -o $$$${f%.cpp}.o || exit 1; done
	$(AR) rcs $$@ $$(@D)/*.o
endef
$(foreach s,$(COV_SHAPES),$(eval $(call COVERAGE_RULE,$(s),$(call COV_PREFIX,$(s)))))

$(COV_DIR)/rt.a:
	@mkdir -p $(@D)/rt
	@for f in verilated verilated_cov verilated_fst_c verilated_threads; do $(CXX) -std=c++17 -O2 -DVM_COVERAGE=1 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVL_TIME_CONTEXT $(VL_INC) -c $(VERILATOR_ROOT)/include/$$f.cpp -o $(@D)/rt/$$f.o || exit 1; done
	$(AR) rcs $@ $(@D)/rt/*.o
$(COV_DIR)/%.o: rtl/test/%.cpp rtl/formal/cov_context.h $(COV_LIBS) $(CTX_CACHE_LIB)
	$(CXX) -I. -I$(B)/gen -MMD -MP -std=c++17 -O1 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVL_TIME_CONTEXT $(VL_INC) $(COV_INC) -include rtl/formal/cov_context.h -c $< -o $@
$(COV_DIR)/cov_context.o: rtl/formal/cov_context.cpp rtl/formal/cov_context.h $(COV_LIBS) $(CTX_CACHE_LIB)
	@mkdir -p $(@D)
	$(CXX) -I. -MMD -MP -std=c++17 -O1 $(COV_INC) -DVM_COVERAGE=1 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVL_TIME_CONTEXT $(VL_INC) -c $< -o $@
$(COV_TESTS): $(COV_DIR)/%: $(B)/obj/rtl/test/%.o $(COV_DIR)/ctx_cache_dut.o $(COV_DIR)/cov_context.o \
    $(filter-out %/ctx_cache_dut.o,$(RTL_FACE)) $(COV_LIBS) $(CTX_CACHE_LIB) $(COV_DIR)/rt.a $(CORE_LIB)
	$(CXX) -Wl,--wrap=ctx_cache_dut_destroy $^ -lcriterion $(LIBS) -lz -lpthread -o $@

.PHONY: coverage coverage-now
coverage: ## measure the line, toggle and functional coverage of the RTL, merged over all shapes
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) coverage-now

coverage-now: $(COV_TESTS)
	@rm -f $(COV_DIR)/*.dat
	@for t in $(COV_TESTS); do CTX_CACHE_REQUESTS=5000 COVERAGE_DIR=$(COV_DIR) $$t -j$(JOBS) >$(COV_DIR)/run.log 2>&1 || { tail -n 20 $(COV_DIR)/run.log; exit 1; }; done
	@rtl/formal/coverage.py rtl/formal/coverage.exclude $(COV_DIR)/*.dat
