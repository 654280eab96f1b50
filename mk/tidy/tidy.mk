# The two slow checks of `make tidy`, file by file, so that only what changed is looked at again and all cores help:
# headers compile alone (as C17; those of sim/ as C++17), and clang-format agrees with every file.
.PHONY: tidy-files
ifneq ($(filter tidy-files,$(MAKECMDGOALS)),)
TIDY_ALONE  := $(patsubst %,$(B)/tidy/%.alone,$(filter-out %_rtl_impl.h,$(shell git ls-files 'models/*.h' 'host-sw/*.h' 'sim/*.h')))
TIDY_FORMAT := $(if $(shell command -v clang-format),$(patsubst %,$(B)/tidy/%.format,$(shell git ls-files '*.c' '*.cpp' '*.h')))
tidy-files: $(TIDY_ALONE) $(TIDY_FORMAT)
endif

$(B)/tidy/%.alone: %
	@mkdir -p $(@D)
	@printf '#include "%s"\ntypedef int tidy_not_empty;\n' $< | $(CC) -x c -std=c17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only $(CPPFLAGS) -MF $@.d -MT $@ - || \
		{ echo "tidy: $<: does not compile alone"; exit 1; }
	@touch $@

# Headers of sim/ are for C and C++; the one that includes a verilated model is left out.
TIDY_SIM := $(shell git ls-files 'sim/*.h')
$(TIDY_SIM:%=$(B)/tidy/%.alone): $(B)/tidy/%.alone: %
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $< | $(CXX) -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only $(CPPFLAGS) $(EXT_INC) -MF $@.d -MT $@ - || \
		{ echo "tidy: $<: does not compile alone"; exit 1; }
	@touch $@

$(B)/tidy/%.format: % .clang-format
	@mkdir -p $(@D)
	@clang-format --dry-run -Werror $< >/dev/null 2>&1 || { echo "tidy: $<: make format"; exit 1; }
	@touch $@
