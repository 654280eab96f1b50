#!/bin/sh
# Shows that the changes since REV touch comments only: each changed C file is compiled in both versions, without
# debug information and with __LINE__ set to 0 (lines may move), and the objects must be equal. A header has no
# object, so its tokens without comments must be equal. Any other changed file of these folders is an error.
# usage: make build/toesim; mk/tidy/same_objects.sh REV
set -u
rev=${1:?usage: mk/tidy/same_objects.sh REV}
cd "$(git rev-parse --show-toplevel)" || exit 2
gen=$PWD/build/gen
[ -d "$gen" ] || { echo "same_objects: $gen is missing: run make build/toesim first"; exit 2; }
vl=-I$(verilator --getenv VERILATOR_ROOT 2>/dev/null)/include/gtkwave
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/old" && git archive "$rev" models host-sw sim | tar -x -C "$tmp/old" || exit 2
bad=0

compile() { # ROOT FILE OBJECT: compiles a file of the tree in ROOT
    (cd "$1" && gcc -std=c17 -g0 -O1 -w -D_GNU_SOURCE -D__LINE__=0 -Wno-builtin-macro-redefined -I. -I"$gen" \
        $(pkg-config --cflags lwip 2>/dev/null) $vl -c "$2" -o "$3")
}

tokens() { # FILE: one token per line; comments are gone, and the end of a preprocessor line is a token
    python3 - "$1" <<'END'
import re, sys
text = open(sys.argv[1]).read().replace("\\\n", " ")
comment = r"//[^\n]*|/\*.*?\*/"
literal = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
text = re.sub(literal + "|" + comment, lambda m: " " if m[0].startswith("/") else m[0], text, flags=re.S)
for line in text.split("\n"):
    found = re.findall(literal + r"|\w+|\+\+|--|->|<<=?|>>=?|&&|\|\||##|[-+*/%&|^=!<>]=|\S", line)
    print(*found + (["end"] if found[:1] == ["#"] else []), sep="\n")
END
}

files=$(git diff --name-only "$rev" -- models host-sw sim)
for file in $files; do
    if [ ! -f "$tmp/old/$file" ] || [ ! -f "$file" ]; then
        echo "same_objects: $file exists in one version only"; bad=1; continue
    fi
    case $file in
    *.c)
        compile "$tmp/old" "$file" "$tmp/old.o" && compile . "$file" "$tmp/new.o" && cmp -s "$tmp/old.o" "$tmp/new.o" ||
            { echo "same_objects: $file: the objects differ"; bad=1; } ;;
    *.h | *.cpp)
        tokens "$tmp/old/$file" | grep . >"$tmp/old.tokens"
        tokens "$file" | grep . >"$tmp/new.tokens"
        cmp -s "$tmp/old.tokens" "$tmp/new.tokens" || { echo "same_objects: $file: the tokens differ"; bad=1; } ;;
    *) echo "same_objects: $file is neither C nor C++"; bad=1 ;;
    esac
done
[ $bad -eq 0 ] && echo "same_objects: $(echo "$files" | grep -c .) files, no difference"
exit $bad
