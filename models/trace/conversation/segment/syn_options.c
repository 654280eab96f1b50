#include "models/trace/conversation/segment/syn_options.h"

#include "models/wire/tcp_hdr.h"

enum { OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, OPT_WS = 3, OPT_SACK_OK = 4, OPT_TS = 8 };

static void take(const uint8_t *option, struct syn_options *out)
{
    uint8_t len = option[1];
    if (option[0] == OPT_MSS && len == 4) {
        out->mss = true;
        out->mss_bytes = (uint16_t)(option[2] << 8 | option[3]);
    } else if (option[0] == OPT_WS && len == 3) {
        out->ws = true;
        out->shift = option[2] > TCP_WS_MAX ? TCP_WS_MAX : option[2];
    } else if (option[0] == OPT_SACK_OK && len == 2) {
        out->sack = true;
    } else if (option[0] == OPT_TS && len == 10) {
        out->ts = true;
    }
}

void syn_options_read(const uint8_t *options, uint32_t options_len, struct syn_options *out)
{
    *out = (struct syn_options){0};
    const uint8_t *p = options;
    for (uint32_t at = 0; at < options_len && p[at] != OPT_END;) {
        if (p[at] == OPT_NOP) {
            at++;
            continue;
        }
        if (at + 1 >= options_len || p[at + 1] < 2 || at + p[at + 1] > options_len)
            return;
        take(p + at, out);
        at += p[at + 1];
    }
}
