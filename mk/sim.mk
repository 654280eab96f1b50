# Builds the program from the C files of sim/ (as a library), the C++ shells, the glue and the Verilated models.
include mk/fst.mk
SIM_C_LIB   := $(B)/libtoesim_sim.a
# These are all C files of sim/ and its folders, except those of other programs and those of sim/glue, which are
# linked with the Verilated models.
SIM_C_SRC   := $(filter-out $(patsubst %,sim/%/%,test example bench fuzz fail glue rooms),$(wildcard sim/*.c sim/*/*.c sim/*/*/*.c))
SIM_CXX_SRC := $(filter-out $(patsubst %,sim/%/%,test example bench fuzz fail glue rooms),$(wildcard sim/*.cpp sim/*/*.cpp))
SIM_CXX_OBJ := $(patsubst %.cpp,$(B)/obj/%.o,$(SIM_CXX_SRC))
TOESIM      := $(B)/toesim

$(SIM_C_LIB): $(SIM_C_SRC:%.c=$(B)/obj/%.o)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# The FST writer ignores the results of these calls, so the program routes them through sim/glue/fst_stdio.c, which
# records failures.
VL_SIM_RT := $(B)/rtl/libverilated_sim.a
FST_CALLS := fclose ftruncate
GLUE_LIBS := $(GLUE_LIBS:$(VL_RT)=$(VL_SIM_RT))
$(VL_SIM_RT): $(VL_RT) mk/sim.mk
	$(Q)objcopy $(foreach f,$(FST_CALLS),--redefine-sym $(f)=fst_$(f)) $< $@

# The libraries of other cache shapes use the run-time library of Verilator that is in the program (sim/shape), so the
# program has all of it and exports it.
$(TOESIM): $(SIM_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS) $(if $(GLUE_OBJ),,$(FST_LIB))
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $(filter-out $(VL_SIM_RT),$^) -rdynamic -Wl,--whole-archive $(VL_SIM_RT) -Wl,--no-whole-archive \
	    $(SIM_C_LIB) $(CORE_LIB) -lsystemc $(LIBS) -lpthread -o $@

# libtoesim has the same objects, except for the program's main file, and a sc_main() of its own. It exports only
# toesim_*. Everything else that it needs comes from shared libraries.
LIB_CXX_OBJ := $(patsubst %.cpp,$(B)/obj/%.o,$(filter-out sim/main.cpp,$(SIM_CXX_SRC)))
LIB_NEEDS   := -lsystemc $(LIBS) -lpthread
LIBTOESIM_A := $(B)/libtoesim.a
LIBTOESIM   := $(B)/libtoesim.so

$(LIBTOESIM_A): $(LIB_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS)
	@rm -f $@
	@{ echo "CREATE $@"; for f in $(filter %.a,$^); do echo "ADDLIB $$f"; done; \
	    echo "ADDMOD $(filter %.o,$^)" | tr ' ' ',' | sed 's/ADDMOD,/ADDMOD /'; echo SAVE; echo END; } | $(AR) -M

$(LIBTOESIM): $(LIBTOESIM_A) sim/embed/libtoesim.map
	$(CXX) $(LDFLAGS) -shared -Wl,--version-script=sim/embed/libtoesim.map -Wl,--whole-archive $(LIBTOESIM_A) \
	    -Wl,--no-whole-archive $(LIB_NEEDS) -Wl,-z,defs -o $@

EXAMPLE_BIN := $(B)/example/echo $(B)/example/echo-static $(B)/example/connect $(B)/example/load
$(B)/example/echo $(B)/example/connect: $(B)/example/%: $(B)/obj/sim/example/%.o $(LIBTOESIM)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $< -L$(B) -ltoesim -Wl,-rpath,'$$ORIGIN/..' -o $@
$(B)/example/load: $(B)/obj/sim/example/load.o $(LIBTOESIM)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $< -ldl -o $@
$(B)/example/echo-static: $(B)/obj/sim/example/echo.o $(LIBTOESIM_A)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LIB_NEEDS) -lstdc++ -o $@

# In this program the allocations and output operations of its own code go through sim/fail, where each can be made to
# fail.
FAIL_TOESIM := $(B)/fail/toesim
FAIL_CALLS  := malloc calloc realloc strdup open_memstream write pwrite close fsync fchmod mkostemp mkdtemp mkdir rename renameat2 open
FAIL_OBJ    := $(B)/obj/sim/fail/fail_alloc.o $(B)/obj/sim/fail/fail_write.o
FAIL_SYMS   := $(foreach f,$(FAIL_CALLS),--redefine-sym $(f)=fail_$(f)) --redefine-sym _Znwm=fail_new
# The stream operations of the FST library, which does not check for errors, go through sim/fail as well.
FAIL_STREAM_CALLS := fopen tmpfile fwrite fclose ftruncate
FAIL_STREAM_SYMS  := $(foreach f,$(FAIL_STREAM_CALLS),--redefine-sym $(f)=fail_$(f))
FAIL_STREAMS      := $(B)/obj/sim/glue/fst_stdio.o $(VL_SIM_RT)
$(FAIL_TOESIM): $(SIM_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS) $(FAIL_OBJ)
	@mkdir -p $(@D)/obj
	@for f in $(SIM_CXX_OBJ) $(SIM_C_LIB) $(CORE_LIB); do objcopy $(FAIL_SYMS) $$f $(@D)/obj/$$(echo $$f | tr / _) || exit 1; done
	@for f in $(FAIL_STREAMS); do objcopy $(FAIL_STREAM_SYMS) $$f $(@D)/obj/$$(echo $$f | tr / _) || exit 1; done
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $(foreach f,$(SIM_CXX_OBJ),$(@D)/obj/$(subst /,_,$(f))) $(filter-out $(FAIL_STREAMS),$(GLUE_OBJ)) $(FAIL_OBJ) \
	    $(foreach f,$(SIM_C_LIB) $(CORE_LIB) $(SIM_C_LIB) $(CORE_LIB),$(@D)/obj/$(subst /,_,$(f))) $(filter-out $(FAIL_STREAMS),$(GLUE_LIBS)) \
	    $(foreach f,$(FAIL_STREAMS),$(@D)/obj/$(subst /,_,$(f))) -lsystemc $(LIBS) -lpthread -o $@

# What the program is built from (run.json). It is looked at each time, and rewritten if it has changed.
BUILD_FACTS := $(B)/gen/sim/run/build_facts.h
.PHONY: build-facts
build-facts: ;
$(BUILD_FACTS): build-facts $(GEN_SV)
	@mk/build_facts.sh $@ $(RTL_SV)
$(B)/obj/sim/run/run_record.o: $(BUILD_FACTS)
