#!/bin/sh
# Writes a C header with one array of bytes for each file.
# usage: embed.sh HEADER NAME=FILE...
set -eu
header=$1
shift
mkdir -p "$(dirname "$header")"
temporary=$header.$$
trap 'rm -f "$temporary"' EXIT
{
    echo "/* Made by mk/report/embed.sh. */"
    for pair in "$@"; do
        file=${pair#*=}
        [ -r "$file" ] || { echo "$file is missing: apt-get install node-d3" >&2; exit 3; }
        echo "static const unsigned char page_${pair%%=*}[] = {"
        od -An -v -tu1 "$file" | sed 's/  *\([0-9]\)/\1/; s/  *\([0-9]\)/,\1/g; s/$/,/'
        echo "};"
    done
} >"$temporary"
mv "$temporary" "$header"
