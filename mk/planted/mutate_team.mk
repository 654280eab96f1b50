# Runs the planted bugs (models/base/planted.h, sim/test/planted/planted.txt) against the online checkers. The Verilated
# cache and the generated context layout are those of the normal build, because no bug is planted in them.
PLANT_TOESIM := build/planted/toesim
BUGS         ?=
.PHONY: mutate-team mutate-team-now mutate-claims mutate-claims-now mutate-equal mutate-equal-now mutate-shrink mutate-shrink-now
mutate-team: ## switch on each planted bug, and name the online checker that catches it (BUGS=name...)
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) mutate-team-now

mutate-claims: ## switch on the bug of each row of docs/claims.md, and check that its checker fails (BUGS=name...)
	@mk/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) mutate-claims-now

mutate-equal: ## switch on bugs that lose or change data on a NIC or in a move, and check that `toesim equal` finds them
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) mutate-equal-now

mutate-shrink: ## switch on a bug that a seed of the swarm notices, and check that --shrink finds a small scenario for it
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) mutate-shrink-now

mutate-shrink-now: planted-toesim
	@mk/planted/mutate_shrink.sh $(PLANT_TOESIM)

mutate-equal-now: planted-toesim
	@mk/planted/mutate_equal.sh $(PLANT_TOESIM)

mutate-team-now: planted-toesim
	@JOBS=$(JOBS) mk/planted/mutate_team.sh $(PLANT_TOESIM) $(BUGS)

mutate-claims-now: planted-toesim
	@mk/planted/mutate_claims.sh $(PLANT_TOESIM) $(BUGS)

.PHONY: planted-toesim
planted-toesim: $(TOESIM)
	@mkdir -p build/planted
	@ln -sfn ../rtl build/planted/rtl
	@ln -sfn ../gen build/planted/gen
	@$(MAKE) --no-print-directory PLANT=1 $(PLANT_TOESIM)
