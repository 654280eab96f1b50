# The program: C parts of sim/ as a library, C++ shells, glue and the Verilated models.
SIM_C_SRC   := $(wildcard sim/*.c)
SIM_C_OBJ   := $(SIM_C_SRC:%.c=$(B)/obj/%.o)
SIM_C_LIB   := $(B)/libtoesim_sim.a
SIM_CXX_SRC := $(wildcard sim/*.cpp) $(wildcard sim/shells/*.cpp)
SIM_CXX_OBJ := $(SIM_CXX_SRC:%.cpp=$(B)/obj/%.o)

$(SIM_C_LIB): $(SIM_C_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(SIM_CXX_OBJ): | $(RTL_HEADERS)

TOESIM := $(B)/toesim
$(TOESIM): $(SIM_CXX_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(RTL_LIB)
	$(CXX) $(LDFLAGS) $(SIM_CXX_OBJ) -Wl,--start-group $(SIM_C_LIB) $(CORE_LIB) $(RTL_LIB) -Wl,--end-group -lsystemc $(LIBS) -lpthread -o $@

# For tests without Verilated code: the FST reader out of Verilator's copy of GTKWave's.
FST_OBJ   := $(B)/obj/fstapi.o

$(FST_OBJ):
	@mkdir -p $(@D)
	$(CC) $(OPT) -w -DFST_CONFIG_INCLUDE='<fst_config.h>' -I$(VERILATOR_ROOT)/include/gtkwave -c $(VERILATOR_ROOT)/include/gtkwave/fstapi.c -o $@
