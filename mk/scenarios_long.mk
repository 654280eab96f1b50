# Runs the scenarios that take minutes, such as storms of up to 65,536 moves at once.

.PHONY: scenarios-long
scenarios-long: $(TOESIM) ## run the scenarios of scenarios/long (minutes)
	sh sim/test/run/scenarios_long.sh $(B)
