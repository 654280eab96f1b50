# The program: C parts of sim/ as a library, C++ shells, glue and the Verilated models.
include mk/fst.mk
SIM_C_LIB   := $(B)/libtoesim_sim.a
SIM_CXX_SRC := $(wildcard sim/*.cpp) $(wildcard sim/shells/*.cpp)
SIM_CXX_OBJ := $(patsubst %.cpp,$(B)/obj/%.o,$(SIM_CXX_SRC))
TOESIM      := $(B)/toesim

$(SIM_C_LIB): $(patsubst %.c,$(B)/obj/%.o,$(wildcard sim/*.c))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(TOESIM): $(SIM_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS) $(if $(GLUE_OBJ),,$(FST_LIB))
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $^ $(SIM_C_LIB) $(CORE_LIB) -lsystemc $(LIBS) -lpthread -o $@

# libtoesim: the same objects without the program's main, with its own sc_main(); only toesim_* is
# seen from outside. Everything else it needs comes from shared libraries.
LIB_CXX_OBJ := $(patsubst %.cpp,$(B)/obj/%.o,$(filter-out sim/main.cpp,$(SIM_CXX_SRC)))
LIB_NEEDS   := -lsystemc $(LIBS) -lpthread
LIBTOESIM_A := $(B)/libtoesim.a
LIBTOESIM   := $(B)/libtoesim.so

$(LIBTOESIM_A): $(LIB_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS)
	@rm -f $@
	@{ echo "CREATE $@"; for f in $(filter %.a,$^); do echo "ADDLIB $$f"; done; \
	    echo "ADDMOD $(filter %.o,$^)" | tr ' ' ',' | sed 's/ADDMOD,/ADDMOD /'; echo SAVE; echo END; } | $(AR) -M

$(LIBTOESIM): $(LIBTOESIM_A) sim/libtoesim.map
	$(CXX) $(LDFLAGS) -shared -Wl,--version-script=sim/libtoesim.map -Wl,--whole-archive $(LIBTOESIM_A) \
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
