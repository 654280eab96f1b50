# The TCP conformance table, from its clauses and a run of their proofs.
CONFORMANCE_TESTS := sack scripts toe_rx stack socket_app opening team_icmp connecting cookie syn_cookie packet neighbour \
                     fragments ip_reassembly
CONFORMANCE_BIN   := $(filter $(B)/test/test_tcp_% $(CONFORMANCE_TESTS:%=$(B)/test/test_%),$(TEST_BIN))
.PHONY: conformance
conformance: $(CONFORMANCE_BIN) $(TOESIM) ## run the proofs and write docs/tcp-conformance.md
	@mk/conformance.sh $(B) docs/tcp-conformance.md
	@grep -E '^(MUST|SHOULD|MAY):' docs/tcp-conformance.md
