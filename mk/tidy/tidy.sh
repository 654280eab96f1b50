#!/bin/sh
# Checks the house style: layering, length of files, and marks such as those for unfinished work. mk/tidy/tidy.mk checks
# headers and format.
# usage: tidy.sh BUILD_DIR
set -u
build=$1
bad=0
complain() { echo "tidy: $*"; bad=1; }

# allowed FOLDER: prints the folders whose headers the files of FOLDER may include. This is the layering.
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
    host-sw/minimal) echo "models/base models/wire models/tcp models/hwif host-sw/types host-sw/stack/isn.h host-sw/mechanism/mechanism_table.h host-sw/minimal" ;;
    host-sw/stack) echo "models/base models/wire models/tcp models/hwif host-sw/driver host-sw/stack" ;;
    host-sw/policy) echo "models/base host-sw/policy host-sw/mechanism/mechanism.h host-sw/mechanism/mechanism_table.h" ;;
    host-sw/conn | host-sw/team | host-sw/transfer | host-sw/mechanism | host-sw/life | host-sw/dispatch)
        echo "models/base models/wire models/tcp models/hwif host-sw/driver host-sw/stack host-sw/types host-sw/server/server.h host-sw/conn host-sw/team host-sw/transfer host-sw/mechanism host-sw/policy host-sw/life" $([ "$1" = host-sw/dispatch ] && echo host-sw/dispatch) ;;
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

# server.h composes the structs of all parts of the server's software, so only C files may include it (ARCHITECTURE.md).
composed=$(git grep -l '^#include "host-sw/server/server.h"' -- '*.h')
[ -z "$composed" ] || complain "$composed: a header may not include host-sw/server/server.h (ARCHITECTURE.md)"

# A file has at most 500 lines, and so has a header. The aim is 150 lines for a file and 120 for a header.
long=$(git ls-files '*.c' '*.cpp' '*.h' '*.sv' '*.sh' | xargs wc -l | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines, the limit is 500" }')
[ -z "$long" ] || complain "$long"

# No mark of unfinished work may remain.
# Shells differ in whether a command substitution before it changes $? (dash keeps it, bash does not), so a test that fails could pass.
git grep -nE '^[[:space:]]*[a-z_]+ .*\$\(.*\$\?' -- '*.sh' && complain "\$? behind a command substitution in one command (above)"
git grep -nE '(TODO|FIXME|\bXXX\b|HACK)' -- '*.c' '*.h' '*.cpp' '*.sv' && complain "left-over marks (above)"

# The table of the context in docs/hwif.md must be the generated one.
awk '/<!-- conn_ctx begin/ { on = 1; next } /<!-- conn_ctx end/ { on = 0 } on' docs/hwif.md |
    diff -q - "$build/gen/conn_ctx.md" >/dev/null ||
    complain "docs/hwif.md: the context table differs from $build/gen/conn_ctx.md: copy it between the markers"

# Each planted bug must have its rows.
mk/planted/planted_table.sh || complain "sim/test/planted/planted.txt and the code differ (above)"
mk/planted/planted_doc.py --check || complain "the table of planted bugs in docs/invariants.md is not that of sim/test/planted/planted.txt (above)"

# Pages and comments may only name things that exist.
if command -v python3 >/dev/null; then
    refs=$(mk/tidy/doc_refs.py) || complain "$refs"
    # These budgets limit circles of calls, the length of functions, and headers that declare functions of other files.
    mk/tidy/circles.py || complain "a budget of structure is exceeded (above)"
    # Comments must not have lost letters, brackets or quotes.
    mk/tidy/comments.py || complain "comments are damaged (above)"
fi

[ $bad -eq 0 ] && echo "tidy: clean"
exit $bad
