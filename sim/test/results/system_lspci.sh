#!/bin/sh
# lspci, which is not a part of this project, reads the configuration spaces that a run writes.
# usage: system_lspci.sh BUILD_DIR
set -u
build=$1
lspci=${LSPCI:-lspci}
command -v "$lspci" >/dev/null || { echo "skip: lspci is not installed"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/toesim" run scenarios/pcie/603-pcie-poisoned.yaml --set outputs.pcie_config=true --waves none \
    -o "$work/out" >"$work/log" 2>&1 || { echo "fail: the run"; cat "$work/log"; exit 1; }
"$lspci" -F "$work/out/lspci.txt" -vvv >"$work/text" 2>"$work/err"
shows() { # how often, pattern
    if [ "$(grep -c -- "$2" "$work/text")" -eq "$1" ]; then echo "pass: $2"; else
        echo "fail: '$2' not $1 times"
        cat "$work/text" "$work/err"
    fi
}
shows 2 '^0[12]:00.0 .*1234:70e0'
shows 2 '^00:0[12].0 PCI bridge: .*1234:70e1'
shows 1 'Bus: primary=00, secondary=01, subordinate=01'
shows 1 'Bus: primary=00, secondary=02, subordinate=02'
shows 2 'Capabilities: \[40\] Express (v2) Root Port (Slot+)'
shows 2 'DLActive+'
shows 2 'Capabilities: \[148 v1\] Access Control Services'
shows 2 'ACSCtl:.*ReqRedir+ CmpltRedir+'
shows 1 'Prefetchable memory behind bridge: 0*3800000000-0*38000fffff'
shows 1 'Prefetchable memory behind bridge: 0*3800100000-0*38001fffff'
shows 2 'I/O behind bridge: .*\[disabled\]'
shows 2 'RootCmd: CERptEn+ NFERptEn+ FERptEn+'
shows 4 'DevCtl:.*CorrErr+ NonFatalErr+ FatalErr+ UnsupReq+'
shows 4 'LnkSta:.*Speed 8GT/s.*Width x8'
shows 2 'Region 0: Memory at 3800[01]00000 (64-bit, prefetchable)'
shows 2 'Capabilities: \[40\] Express (v2) Endpoint'
shows 2 'MaxPayload 256 bytes, MaxReadReq 512 bytes'
shows 2 'Capabilities: \[80\] MSI-X: Enable+'
shows 4 'Capabilities: \[100 v2\] Advanced Error Reporting'
shows 1 'DevSta:.*NonFatalErr+'
shows 1 'Status:.*<PERR+'
shows 1 '^02:00.0'
shows 2 'Completion Timeout: Range ABCD, TimeoutDis+'
