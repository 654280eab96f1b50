/* First half of the receive pipeline: parsing and checks, then LOOKUP. */
#ifndef TOESIM_TOE_RX_RX_PARSE_H
#define TOESIM_TOE_RX_RX_PARSE_H

#include "models/hwif/ctx_store.h"

struct rx_item;
struct toe_engine;

void toe_rx_parse_kick(struct toe_engine *engine, uint64_t now_ps);

/* Runs at UNIT_PARSE, when the headers of the frame are parsed. */
void toe_rx_parse_done(struct toe_engine *engine, uint64_t now_ps);

/* Makes the decisions that need only the headers. */
void toe_rx_classify(struct rx_item *item);

void toe_rx_on_lookup(struct toe_engine *engine, const struct ctx_rsp *rsp, uint64_t now_ps);

#endif
