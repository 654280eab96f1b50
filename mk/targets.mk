# These are the targets for users. Targets that need packages install them first and then call make again, because make
# looks for some of the tools while it reads its files.
SCENARIO ?= scenarios/000-default.yaml
SEED     ?=
RUN_ARGS := $(if $(SEED),--seed $(SEED))

lib: $(LIBTOESIM) $(LIBTOESIM_A) ## build libtoesim as a shared and as a static library (docs/live.md)

.PHONY: lib run build test test-now run-now check lint tidy format regress
run: ## install what is missing, build, and run SCENARIO (default: scenarios/000-default.yaml)
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) run-now

run-now: $(TOESIM)
	@$(TOESIM) run $(SCENARIO) $(RUN_ARGS)

build: ## install what is missing and build build/toesim
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) $(TOESIM)

test: ## install what is missing, build, and run all tests (ends with `N passed, N failed`)
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) test-now

SYSTEM_TESTS := $(sort $(wildcard sim/test/*/system_*.sh))
test-now: $(TOESIM) $(FAIL_TOESIM) $(EXAMPLE_BIN) $(TEST_BIN) $(RTL_TEST_BIN)
	@mk/run_tests.sh $(B) $(JOBS) $(TEST_BIN) $(RTL_TEST_BIN) $(SYSTEM_TESTS)

STUDIES := $(sort $(wildcard scenarios/study/*.yaml))
.PHONY: study study-now
study: ## run the studies of scenarios/study, JOBS runs at the same time, and print their tables
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) study-now

study-now: $(TOESIM)
	@status=0; for study in $(STUDIES); do $(TOESIM) sweep $$study -j $(JOBS) --resume || status=$$?; done; exit $$status

LONG_TESTS := $(sort $(wildcard sim/test/*/long_*.sh))
.PHONY: test-long test-long-now
test-long: ## run the long forms of tests, which test does not run; LONG_TESTS=file runs only one
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) test-long-now

test-long-now: $(TOESIM) $(FAIL_TOESIM)
	@mk/run_tests.sh $(B) $(JOBS) $(LONG_TESTS)

check: ## run lint and test, as before every commit
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) lint
	@$(MAKE) --no-print-directory test

lint: tidy ## check layering, sizes and format of the sources, and lint the RTL
	@$(MAKE) --no-print-directory lint-rtl

tidy: $(GEN)
	@$(MAKE) --no-print-directory -k -j$(JOBS) tidy-files; files=$$?; mk/tidy/tidy.sh $(B) && exit $$files

format: ## format all C and C++ with clang-format
	clang-format -i $$(git ls-files '*.c' '*.h' '*.cpp')

regress: ## run the regression scenarios, and compare their results with results/golden
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) $(TOESIM)
	@$(TOESIM) regress
