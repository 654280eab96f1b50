# The default shape of the context cache, and what libraries of other shapes are built from.
DEFAULT_SHAPE := $(B)/gen/sim/shape/default_shape.h
$(DEFAULT_SHAPE): $(firstword $(wildcard $(RTL)/ctx_cache.sv) rtl/ctx_cache/ctx_cache.sv) mk/shape/default_shape.sh
	@mk/shape/default_shape.sh $@ $<
$(B)/obj/sim/shape/cache_shape.o: $(DEFAULT_SHAPE)

# The program knows a hash of these files. A library is used only if it was built from the same ones.
SHAPE_FACTS := $(B)/gen/sim/shape/shape_facts.h
$(SHAPE_FACTS): mk/shape/sources.sh $(wildcard rtl/ctx_cache/*.sv rtl/common/*.sv* sim/glue/*.h sim/shape/plugin/* mk/shape/*) models/hwif/ctx_store.h $(LAYOUT_DEF)
	@mk/shape/sources.sh $@
$(B)/obj/sim/shape/shape_library.o: $(SHAPE_FACTS)
