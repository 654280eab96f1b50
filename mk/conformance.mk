# The TCP conformance table, from its clauses and a run of their proofs.
CONFORMANCE_BIN := $(filter $(B)/test/test_tcp_% $(B)/test/test_sack $(B)/test/test_scripts $(B)/test/test_toe_rx \
                   $(B)/test/test_stack $(B)/test/test_connecting $(B)/test/test_cookie $(B)/test/test_syn_cookie \
                   $(B)/test/test_neighbour $(B)/test/test_fragments $(B)/test/test_ip_reassembly,$(TEST_BIN))
.PHONY: conformance
conformance: $(CONFORMANCE_BIN) ## run the proofs and write docs/tcp-conformance.md
	@mk/conformance.sh $(B) docs/tcp-conformance.md
	@grep -E '^(MUST|SHOULD|MAY):' docs/tcp-conformance.md
