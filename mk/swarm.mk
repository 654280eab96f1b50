# Runs random systems that are drawn from seeds (docs/swarm.md).
COUNT ?= 100
.PHONY: swarm mutate-swarm mutate-swarm-now
swarm: $(TOESIM) ## run COUNT=100 random systems, from SEED (default 1) on, JOBS at the same time
	@first=$(or $(SEED),1); $(TOESIM) swarm --seeds $$first..$$((first + $(COUNT) - 1)) -j $(JOBS) -o $(B)/swarm

mutate-swarm: ## switch on planted bugs, and check that the swarm finds each of them early (BUGS=name...)
	@mk/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) mutate-swarm-now

mutate-swarm-now: planted-toesim
	@mk/planted/mutate_swarm.sh $(PLANT_TOESIM) $(BUGS)
