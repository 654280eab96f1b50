# The program: C parts of sim/ as a library, C++ shells, glue and the Verilated models.
include mk/fst.mk
SIM_C_LIB   := $(B)/libtoesim_sim.a
SIM_CXX_SRC := $(wildcard sim/*.cpp) $(wildcard sim/shells/*.cpp)
SIM_CXX_OBJ := $(SIM_CXX_SRC:%.cpp=$(B)/obj/%.o)
TOESIM      := $(B)/toesim

$(SIM_C_LIB): $(patsubst %.c,$(B)/obj/%.o,$(wildcard sim/*.c))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(TOESIM): $(SIM_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS) $(if $(GLUE_OBJ),,$(FST_LIB))
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $^ $(SIM_C_LIB) $(CORE_LIB) -lsystemc $(LIBS) -lpthread -o $@
