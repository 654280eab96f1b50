# Compiles the RTL to object archives. The simulator uses the default shape with tracing, and the tests use small
# shapes. RTL is the folder of the context cache. `make RTL=dir` builds another implementation with the same ports.
# Its folder has ctx_cache.sv with our port list, the modules below it, and packages named *_pkg.sv. Packages and
# cells of rtl/common that the folder does not have are taken from this project.
RTL     ?= rtl/ctx_cache
RTL_OWN := $(wildcard $(RTL)/*_pkg.sv)
RTL_PKG := $(GEN_SV) $(if $(filter %/ctx_cache_pkg.sv,$(RTL_OWN)),,rtl/ctx_cache/ctx_cache_pkg.sv) $(RTL_OWN)
RTL_CELLS := $(filter-out $(patsubst $(RTL)/%,rtl/common/%,$(wildcard $(RTL)/*.sv)),$(wildcard rtl/common/*.sv))
RTL_SV  := $(RTL_PKG) $(RTL_CELLS) $(filter-out %_pkg.sv,$(wildcard $(RTL)/*.sv))
# This file changes when another folder is chosen, so that make rebuilds the libraries.
RTL_STAMP := $(B)/rtl/chosen
$(shell mkdir -p $(B)/rtl; echo $(RTL) | cmp -s - $(RTL_STAMP) || echo $(RTL) >$(RTL_STAMP))
VERILATE := verilator --cc -O3 -fno-split --assert --x-assign 0 --x-initial unique \
            +incdir+rtl/common rtl/lint.vlt
VL_INC   := $(EXT_INC)
VL_CXX   := -std=c++17 -O2 -fPIC -fno-semantic-interposition -DVM_COVERAGE=0 -DVM_TRACE=1 -DVM_TRACE_FST=1 -DVM_TRACE_VCD=0 -DVL_TIME_CONTEXT
RTL_SHAPES := 2x1 4x2 16x4
RTL_SHAPE_2x1  := -GSETS=2 -GWAYS=1 -GLOOKUP_ENTRIES=16 -GCONN_IDS=16 -GMISS_SLOTS=4
RTL_SHAPE_4x2  := -GSETS=4 -GWAYS=2 -GLOOKUP_ENTRIES=64 -GCONN_IDS=64 -GMISS_SLOTS=2
RTL_SHAPE_16x4 := -GSETS=16 -GWAYS=4 -GLOOKUP_ENTRIES=256 -GCONN_IDS=1024

# The simulator's shape is compiled with a profile, which saves a quarter of its time. The headers of the trainer are
# not prerequisites, because an old profile changes only the speed and not the results.
VL_RT    := $(B)/rtl/libverilated.a
ifneq ($(SAN),1)
VL_TRAIN := sim/bench/train_cache.cpp $(VL_RT)
endif

# $(1): prefix, $(2): extra options, $(3): top module, $(4): sources, $(5): further prerequisites, $(6): the program
# that produces the profile, and the library that it needs
define VERILATE_RULE
$(B)/rtl/$(1)/lib$(1).a: $(4) $(5) $(wildcard rtl/common/*.svh) rtl/lint.vlt $(6) mk/verilated.sh mk/verilate.mk
	@mkdir -p $$(@D)
	@rm -f $$(@D)/*.cpp $$(@D)/*.o
	$(call say,VLT,$(1))
	$(Q)$(VERILATE) $(2) --prefix $(1) --top-module $(3) --Mdir $$(@D) $(4)
	@rm -f $$@
	$(Q)CXX='$(CXX)' CXXFLAGS='$(VL_CXX) $(VL_INC)' mk/verilated.sh $$(@D) $(JOBS) $(6)
	$(Q)$(AR) rcs $$@ $$(@D)/*.o
$(B)/rtl/$(1)/$(1).h: $(B)/rtl/$(1)/lib$(1).a ;
endef
$(eval $(call VERILATE_RULE,Vctx_cache,--trace-fst --trace-max-width 512,ctx_cache,$(RTL_SV),$(RTL_STAMP),$(VL_TRAIN)))
$(foreach s,$(RTL_SHAPES),$(eval $(call VERILATE_RULE,Vctx_cache_$(s),$(RTL_SHAPE_$(s)),ctx_cache,$(RTL_SV),$(RTL_STAMP))))

$(eval $(call VERILATE_RULE,Vprobe,--trace-fst,probe,rtl/probe/probe.sv))

# Verilator's run-time library is compiled once for all models.
VL_RT_SRC := verilated verilated_fst_c verilated_threads
$(VL_RT):
	@mkdir -p $(@D)/rt
	@for f in $(VL_RT_SRC); do $(CXX) $(VL_CXX) $(VL_INC) -c $(VERILATOR_ROOT)/include/$$f.cpp -o $(@D)/rt/$$f.o || exit 1; done
	$(Q)$(AR) rcs $@ $(@D)/rt/*.o

CTX_CACHE_LIB := $(B)/rtl/Vctx_cache/libVctx_cache.a
PROBE_LIB     := $(B)/rtl/Vprobe/libVprobe.a
RTL_TEST_LIBS := $(foreach s,$(RTL_SHAPES),$(B)/rtl/Vctx_cache_$(s)/libVctx_cache_$(s).a)
RTL_INC := -isystem $(B)/rtl/Vctx_cache -isystem $(B)/rtl/Vprobe $(foreach s,$(RTL_SHAPES),-isystem $(B)/rtl/Vctx_cache_$(s))

# The simulator links GLUE_OBJ and GLUE_LIBS, in this order, with -lz -lpthread.
GLUE_OBJ  := $(patsubst %.cpp,$(B)/obj/%.o,$(wildcard sim/glue/*.cpp)) $(patsubst %.c,$(B)/obj/%.o,$(wildcard sim/glue/*.c))
GLUE_LIBS := $(CTX_CACHE_LIB) $(PROBE_LIB) $(VL_RT)
# What the glue needs of sim, for programs that do not link all of sim.
SHAPE_OBJ := $(B)/obj/sim/shape/cache_shape.o $(B)/obj/sim/shape/shape_library.o
$(GLUE_OBJ): EXT_INC += $(RTL_INC)
$(GLUE_OBJ): $(CTX_CACHE_LIB) $(PROBE_LIB)  # -MMD omits the generated headers, because they are system headers

# The tests of the RTL are rtl/test/test_*.c. They reach the Verilated models through the C++ files in the same folder.
RTL_TEST_SRC := $(wildcard rtl/test/test_*.c)
RTL_TEST_BIN := $(RTL_TEST_SRC:rtl/test/%.c=$(B)/test/%)
RTL_FACE     := $(patsubst %.cpp,$(B)/obj/%.o,$(wildcard rtl/test/*.cpp)) \
                $(patsubst %.c,$(B)/obj/%.o,$(filter-out rtl/test/test_%.c,$(wildcard rtl/test/*.c)))
$(RTL_FACE): EXT_INC += $(RTL_INC)
$(RTL_FACE): $(RTL_TEST_LIBS) $(CTX_CACHE_LIB)
$(RTL_TEST_SRC:%.c=$(B)/obj/%.o): CPPFLAGS += $(EXT_INC)
$(RTL_TEST_BIN): $(B)/test/%: $(B)/obj/rtl/test/%.o $(RTL_FACE) $(GLUE_OBJ) $(SHAPE_OBJ) $(RTL_TEST_LIBS) $(GLUE_LIBS) $(CORE_LIB)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $^ -lcriterion $(LIBS) -lz -lpthread -o $@

# This is the long form of the lock-step suite, with OPS operations per shape. Ten million operations take 2.5 minutes
# on an idle core.
OPS ?= 10000000
.PHONY: ctx-cache-long ctx-cache-long-now
ctx-cache-long: ## compare the cache RTL with the golden model, OPS=10000000 operations per shape
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) ctx-cache-long-now

ctx-cache-long-now: $(B)/test/test_ctx_cache_crowd
	CTX_CACHE_OPS=$(OPS) $< -j$(JOBS)

-include mk/lint.mk mk/formal.mk mk/coverage.mk mk/mutate.mk mk/synth.mk
