/* What tshark reads in a capture, line by line: the second opinion of several tests. */
#ifndef TOESIM_TEST_TSHARK_H
#define TOESIM_TEST_TSHARK_H

enum { TSHARK_LINE_BYTES = 160 };

/* Skips the test when tshark is not installed. */
void tshark_or_skip(void);
/* The first `count` lines of `tshark -n -r PATH OPTIONS`, without their ends; fewer fail the test. */
void tshark_lines(const char *path, const char *options, int count,
                  char lines[][TSHARK_LINE_BYTES]);

#endif
