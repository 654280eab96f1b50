/* The files of sim/report/page and the library d3, as the build has put them into the program. */
#ifndef TOESIM_SIM_REPORT_PAGE_BYTES_H
#define TOESIM_SIM_REPORT_PAGE_BYTES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum report_part {
    REPORT_PART_HEAD,
    REPORT_PART_STYLE,
    REPORT_PART_LIBRARY, /* d3, minified */
    REPORT_PART_LICENCE, /* its licence */
    REPORT_PART_CHART,
    REPORT_PART_RUN,
    REPORT_PART_STUDY,
    REPORT_PART_START,
};

struct report_bytes {
    const unsigned char *at;
    size_t len;
};

/* Returns the bytes of a part, which are static. */
struct report_bytes report_page_bytes(enum report_part part);

#ifdef __cplusplus
}
#endif

#endif
