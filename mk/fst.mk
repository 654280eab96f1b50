# GTKWave's FST reader, from the copy that Verilator brings. The program has it from Verilator's own
# object; the tests, which link no Verilated model, take it from this library.
FST_LIB := $(B)/libfst.a
# Compiled without sanitizers: its unaligned stores are not ours to mend.
FST_SRC := fstapi fastlz lz4

$(B)/obj/fst/%.o: $(VERILATOR_ROOT)/include/gtkwave/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -w -DFST_CONFIG_INCLUDE='<fst_config.h>' -I$(VERILATOR_ROOT)/include/gtkwave -c $< -o $@

$(FST_LIB): $(FST_SRC:%=$(B)/obj/fst/%.o)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/obj/sim/regress/wavediff_dump.o $(B)/obj/sim/test/unit/test_wavediff.o: CPPFLAGS += -isystem $(VERILATOR_ROOT)/include/gtkwave
