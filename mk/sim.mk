# sim/: its C part as a library, and the FST reader out of Verilator's copy of GTKWave's.
SIM_C_SRC := $(filter-out sim/main.c,$(wildcard sim/*.c))
SIM_C_LIB := $(B)/libtoesim_sim.a
FST_OBJ   := $(B)/obj/fstapi.o

$(FST_OBJ):
	@mkdir -p $(@D)
	$(CC) $(OPT) -w -DFST_CONFIG_INCLUDE='<fst_config.h>' -I$(VERILATOR_ROOT)/include/gtkwave -c $(VERILATOR_ROOT)/include/gtkwave/fstapi.c -o $@

$(SIM_C_LIB): $(SIM_C_SRC:%.c=$(B)/obj/%.o)
	@rm -f $@
	$(AR) rcs $@ $^
