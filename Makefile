# toesim: `make` alone lists the targets.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
include mk/flags.mk
include mk/sources.mk
-include mk/verilate.mk
-include mk/sim.mk
include mk/test.mk
include mk/targets.mk
-include $(wildcard mk/fuzz/*.mk mk/bench/*.mk mk/report/*.mk mk/shape/*.mk) mk/conformance.mk
include mk/timing.mk mk/planted/mutate_team.mk mk/scenarios_long.mk mk/swarm.mk mk/tidy/rooms.mk mk/tidy/tidy.mk

.PHONY: help setup-build setup-test all clean
help: ## show this list
	@grep -hE '^[a-z-]+:.*##' Makefile mk/*.mk mk/*/*.mk | sed -E 's/^([a-z-]+):.*## */  \1\t/' | expand -t 18
	@echo "  variables: SAN=1 (sanitizers)  V=1 (show commands)  JOBS=n  SCENARIO=file  SEED=n"

clean: ## remove everything that was built
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
