# Speed of MACs and switch alone: prints a table, judges nothing.
$(B)/bench_frames: $(B)/obj/sim/bench/bench_frames.o $(CORE_LIB)
	$(CXX) $(LDFLAGS) $^ $(LIBS) -o $@

.PHONY: bench-frames
bench-frames: $(B)/bench_frames ## frames per second through switch and MACs alone
	@$<
