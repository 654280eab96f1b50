# Measures the speed of MACs and switch alone. It prints frames per second and events per frame for each case.
.PHONY: bench-frames
bench-frames: $(B)/bench/bench_frames ## measure frames per second through switch and MACs alone
	@$<
