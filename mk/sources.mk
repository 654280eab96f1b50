# Assigns sources to libraries. The sources are found by folder, so that nobody has to edit a list.
LAYOUT_DEF := models/hwif/conn_ctx.def
GEN        := $(B)/gen/models/hwif/conn_ctx.h
GEN_SV     := $(B)/gen/ctx_layout_pkg.sv
GEN_MD     := $(B)/gen/conn_ctx.md

CORE_SRC := $(wildcard models/*/*.c models/*/*/*.c models/*/*/*/*.c) $(wildcard host-sw/*/*.c)
CORE_SRC := $(foreach f,$(CORE_SRC),$(if $(findstring /test/,$(f)),,$(f)))
CORE_OBJ := $(CORE_SRC:%.c=$(B)/obj/%.o)
CORE_LIB := $(B)/libtoesim_core.a

$(GEN) $(GEN_SV) $(GEN_MD) &: $(LAYOUT_DEF) mk/gen_layout.sh
	@mk/gen_layout.sh $(LAYOUT_DEF) $(GEN) $(GEN_SV) $(GEN_MD)

GEN_FIELDS := $(B)/gen/models/hwif/conn_ctx_fields.h
$(GEN_FIELDS): $(LAYOUT_DEF) mk/gen_fields.sh
	@mk/gen_fields.sh $(LAYOUT_DEF) $@
$(B)/obj/models/check/move/check_carry.o: $(GEN_FIELDS)

$(B)/obj/%.o: %.c mk/flags.mk | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/obj/%.o: %.cpp | $(GEN)
	@mkdir -p $(@D)
	$(call say,CXX,$<)
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(EXT_INC) -c $< -o $@

$(CORE_LIB): $(CORE_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^
