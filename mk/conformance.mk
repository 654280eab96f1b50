# Writes the TCP conformance table from the clauses of scenarios/tcp/clauses.txt and a run of the tests that prove them.
CONFORMANCE_TESTS := sack scripts toe_rx stack socket_app opening team_icmp connecting cookie syn_cookie packet neighbour \
                     fragments ip_reassembly
CONFORMANCE_BIN   := $(filter $(B)/test/test_tcp_% $(CONFORMANCE_TESTS:%=$(B)/test/test_%),$(TEST_BIN))
.PHONY: conformance
conformance: $(CONFORMANCE_BIN) $(TOESIM) ## run the proofs and write docs/tcp-conformance.md
	@mk/conformance.sh $(B) docs/tcp-conformance.md
	@grep -E '^(MUST|SHOULD|MAY):' docs/tcp-conformance.md
