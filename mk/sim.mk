# The C part of sim/ as a library.
include mk/fst.mk
-include mk/fuzz_scenario.mk
SIM_C_LIB := $(B)/libtoesim_sim.a

$(SIM_C_LIB): $(patsubst %.c,$(B)/obj/%.o,$(wildcard sim/*.c))
	@rm -f $@
	$(AR) rcs $@ $^
