// What happens around the caches, for the waves: ports only, driven by sim/glue/waves. A count that changes
// marks an event; the fields beside it belong to it. Two links, two PCIe links, four moves at once.
module probe (
    input logic        waves_on_i,       // the file holds what happens from now on

    input logic [15:0] link0_rx_frames_i,
    input logic [15:0] link0_rx_bytes_i,
    input logic [23:0] link0_rx_conn_i,
    input logic [15:0] link0_tx_frames_i,
    input logic [15:0] link0_tx_bytes_i,
    input logic [23:0] link0_tx_conn_i,
    input logic [15:0] link1_rx_frames_i,
    input logic [15:0] link1_rx_bytes_i,
    input logic [23:0] link1_rx_conn_i,
    input logic [15:0] link1_tx_frames_i,
    input logic [15:0] link1_tx_bytes_i,
    input logic [23:0] link1_tx_conn_i,

    input logic [15:0] pcie0_up_tlps_i,
    input logic [15:0] pcie0_up_bytes_i,
    input logic [7:0]  pcie0_up_kind_i,
    input logic [15:0] pcie0_down_tlps_i,
    input logic [15:0] pcie0_down_bytes_i,
    input logic [7:0]  pcie0_down_kind_i,
    input logic [15:0] pcie1_up_tlps_i,
    input logic [15:0] pcie1_up_bytes_i,
    input logic [7:0]  pcie1_up_kind_i,
    input logic [15:0] pcie1_down_tlps_i,
    input logic [15:0] pcie1_down_bytes_i,
    input logic [7:0]  pcie1_down_kind_i,

    input logic        move0_active_i,
    input logic [23:0] move0_conn_i,
    input logic [15:0] move0_gen_i,
    input logic [3:0]  move0_mark_i,     // last latency mark reached, T0 to T13
    input logic        move1_active_i,
    input logic [23:0] move1_conn_i,
    input logic [15:0] move1_gen_i,
    input logic [3:0]  move1_mark_i,
    input logic        move2_active_i,
    input logic [23:0] move2_conn_i,
    input logic [15:0] move2_gen_i,
    input logic [3:0]  move2_mark_i,
    input logic        move3_active_i,
    input logic [23:0] move3_conn_i,
    input logic [15:0] move3_gen_i,
    input logic [3:0]  move3_mark_i
);
endmodule
