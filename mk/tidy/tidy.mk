# These are the two slow checks of `make tidy`. Each header must compile alone, those of sim/ as C++17 and the others
# as C17, and clang-format must agree with every file. There is one rule for each file, so that make checks only
# changed files again and uses all cores.
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

# The headers of sim/ are for C and C++, and are checked as C++17. TIDY_ALONE omits the one that includes a Verilated
# model.
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
