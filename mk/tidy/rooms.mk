# Builds a program that records the calls of functions of host-sw (sim/rooms), and counts the files of host-sw that a
# move enters between the completion of FREEZE and the doorbell of INSTALL.
ROOMS_MOST   := 10
ROOMS_TOESIM := $(B)/rooms/toesim
ROOMS_SRC    := $(filter host-sw/%,$(CORE_SRC))
ROOMS_OBJ    := $(ROOMS_SRC:%.c=$(B)/rooms/obj/%.o) $(B)/obj/sim/rooms/rooms_trace.o

$(B)/rooms/obj/%.o: %.c mk/flags.mk | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -finstrument-functions -c $< -o $@

# These objects come before the archive that has the same files, so that the linker takes the ones that record calls.
$(ROOMS_TOESIM): $(ROOMS_OBJ) $(SIM_CXX_OBJ) $(GLUE_OBJ) $(SIM_C_LIB) $(CORE_LIB) $(GLUE_LIBS)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS) $^ $(SIM_C_LIB) $(CORE_LIB) -lsystemc $(LIBS) -lpthread -o $@

.PHONY: rooms
rooms: $(ROOMS_TOESIM) ## list the files of host-sw that a real move enters from FREEZE's completion to INSTALL's doorbell
	$(Q)mk/tidy/rooms.py $(ROOMS_TOESIM) scenarios/regress/r00-move.yaml $(ROOMS_MOST)
