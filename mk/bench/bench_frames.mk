# Speed of MACs and switch alone: frames per second, events per frame, what; judges nothing.
.PHONY: bench-frames
bench-frames: $(B)/bench/bench_frames ## frames per second through switch and MACs alone
	@$<
