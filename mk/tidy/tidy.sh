#!/bin/sh
# House style by machine: layering, file length, no marks left over. mk/tidy/tidy.mk checks headers and format.
# usage: tidy.sh BUILD_DIR
set -u
build=$1
bad=0
complain() { echo "tidy: $*"; bad=1; }

# Layering: which folders a folder's files may include (besides itself).
allowed() {
    case $1 in
    models/base) echo "models/base" ;;
    models/hwif) echo "models/base models/hwif" ;;
    models/wire) echo "models/base models/hwif models/wire" ;;
    models/tcp) echo "models/base models/wire models/hwif models/tcp" ;;
    models/test | models/*/test) echo "models" ;;
    models/toe*) echo "models/base models/wire models/tcp models/hwif models/toe" ;;
    models/trace*) echo "models/base models/wire models/tcp models/hwif models/trace" ;;
    models/*/*) allowed "${1%/*}" ;;
    models/*) echo "models/base models/wire models/tcp models/hwif $1" ;;
    host-sw/test | host-sw/*/test) echo "models host-sw" ;;
    host-sw/driver) echo "models/base models/wire models/tcp models/hwif host-sw/driver" ;;
    host-sw/types) echo "models/base models/wire models/tcp models/hwif host-sw/policy host-sw/types" ;;
    host-sw/stack) echo "models/base models/wire models/tcp models/hwif host-sw/driver host-sw/stack" ;;
    host-sw/policy) echo "models/base host-sw/policy host-sw/transfer/mechanism.h host-sw/transfer/mechanism_table.h" ;;
    host-sw/conn | host-sw/team | host-sw/transfer | host-sw/life | host-sw/dispatch)
        echo "models/base models/wire models/tcp models/hwif host-sw/driver host-sw/stack host-sw/types host-sw/server/server.h host-sw/conn host-sw/team host-sw/transfer host-sw/policy host-sw/life" $([ "$1" = host-sw/dispatch ] && echo host-sw/dispatch) ;;
    host-sw*) echo "models/base models/wire models/tcp models/hwif host-sw" ;;
    rtl*) echo "rtl models" ;;
    *) echo "models host-sw rtl sim" ;;
    esac
}
includes=$(git grep -o '^#include "[^"]*"' -- 'models/*.c' 'models/*.h' 'host-sw/*.c' 'host-sw/*.h' | sed 's/:#include "/ /; s/"$//')
while read -r f inc; do
    hit=0
    for a in $(allowed "${f%/*}"); do
        case $inc in "$a"/* | "$a") hit=1 ;; esac
    done
    [ $hit -eq 1 ] || complain "$f: includes $inc, which its layer may not (ARCHITECTURE.md)"
done <<END
$includes
END

# File length: 500 lines, headers too (aim: 150 and 120).
long=$(git ls-files '*.c' '*.cpp' '*.h' '*.sv' '*.sh' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines, the limit is 500" }')
[ -z "$long" ] || complain "$long"

# Marks.
git grep -nE '(TODO|FIXME|\bXXX\b|HACK)' -- '*.c' '*.h' '*.cpp' '*.sv' && complain "left-over marks (above)"

# The context's table in the driver writer's page is the generated one.
awk '/<!-- conn_ctx begin/ { on = 1; next } /<!-- conn_ctx end/ { on = 0 } on' docs/hwif.md |
    diff -q - "$build/gen/conn_ctx.md" >/dev/null ||
    complain "docs/hwif.md: the context table differs from $build/gen/conn_ctx.md: copy it between the markers"

# Planted bugs have their rows.
mk/planted/planted_table.sh || complain "sim/test/planted/planted.txt and the code differ (above)"
mk/planted/planted_doc.py --check || complain "the table of planted bugs in docs/invariants.md is not that of sim/test/planted/planted.txt (above)"

# The pages and comments name only what exists.
if command -v python3 >/dev/null; then
    refs=$(mk/tidy/doc_refs.py) || complain "$refs"
    # Budgets of structure: circles of calls, length of functions, headers that speak for other files.
    mk/tidy/circles.py || complain "a budget of structure is exceeded (above)"
    # No letters, brackets or quotes of a comment have got lost.
    mk/tidy/comments.py || complain "comments are damaged (above)"
fi

[ $bad -eq 0 ] && echo "tidy: clean"
exit $bad
