#include "sim/report/report_page_bytes.h"

#include "sim/report/report_page_gen.h" /* mk/report/embed.sh */

struct report_bytes report_page_bytes(enum report_part part)
{
    static const struct report_bytes parts[] = {
        [REPORT_PART_HEAD] = {page_head, sizeof page_head},
        [REPORT_PART_STYLE] = {page_style, sizeof page_style},
        [REPORT_PART_LIBRARY] = {page_library, sizeof page_library},
        [REPORT_PART_LICENCE] = {page_licence, sizeof page_licence},
        [REPORT_PART_CHART] = {page_chart, sizeof page_chart},
        [REPORT_PART_RUN] = {page_run, sizeof page_run},
        [REPORT_PART_STUDY] = {page_study, sizeof page_study},
        [REPORT_PART_START] = {page_start, sizeof page_start},
    };
    return parts[part];
}
