# Builds GTKWave's FST reader from the copy that Verilator brings. The program takes the reader from Verilator's
# run-time library. The tests link no Verilated model, so they take it from this library.
FST_LIB := $(B)/libfst.a
# It is compiled without sanitizers, because they would report unaligned stores in code that is not part of this
# project.
FST_SRC := fstapi fastlz lz4

$(B)/obj/fst/%.o: $(VERILATOR_ROOT)/include/gtkwave/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O2 -g -w -DFST_CONFIG_INCLUDE='<fst_config.h>' -I$(VERILATOR_ROOT)/include/gtkwave -c $< -o $@

$(FST_LIB): $(FST_SRC:%=$(B)/obj/fst/%.o)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/obj/sim/regress/wavediff_dump.o $(B)/obj/sim/test/unit/test_wavediff.o: CPPFLAGS += -isystem $(VERILATOR_ROOT)/include/gtkwave
