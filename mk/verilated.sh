#!/bin/sh
# Compiles what Verilator wrote to a folder: mk/verilated.sh folder jobs [trainer.cpp library]. Environment: CXX, CXXFLAGS.
#
# With a trainer, a program on the ports of the model, the compiler learns which way the branches go: what is evaluated
# in each cycle is compiled with counters, linked with trainer and library, run, and compiled again. An RTL that does not
# do the trainer's work is compiled without.
set -eu
dir=$1 jobs=$2 trainer=${3:-} library=${4:-}

names() { for f in "$dir"/*.cpp; do basename "$f" .cpp; done; }
is_hot='__DepSet_[a-z0-9]*__[0-9]*$' # neither tracing nor what runs once
compile() { # objects' folder, flags; names on standard input
    xargs -P "$jobs" -I{} $CXX $CXXFLAGS $2 -isystem "$dir" -c "$dir/{}.cpp" -o "$1/{}.o"
}

train() { # leaves *.gcda beside the objects to come; a compiler cache would mix up the paths of counters
    export CCACHE_DISABLE=1
    mkdir -p "$dir/train"
    names | grep -E "$is_hot" | compile "$dir/train" -fprofile-generate
    $CXX $CXXFLAGS -I. -I"${dir%/rtl/*}/gen" -isystem "$dir" "$trainer" "$dir"/train/*.o $(cold_objects) \
        "$library" -lgcov -lz -lpthread -o "$dir/train/trainer"
    GCOV_PREFIX=$dir GCOV_PREFIX_STRIP=99 timeout 60 "$dir/train/trainer"
}
cold_objects() { names | grep -vE "$is_hot" | sed "s|.*|$dir/&.o|"; }

rm -rf "$dir"/*.o "$dir"/*.gcda "$dir/train"
if [ -z "$trainer" ]; then
    names | compile "$dir" ''
    exit
fi
names | grep -vE "$is_hot" | compile "$dir" ''
if (train); then
    export CCACHE_DISABLE=1
    names | grep -E "$is_hot" | compile "$dir" '-fprofile-use -w'
else
    echo "  $dir: $trainer failed, compiled without a profile" >&2
    names | grep -E "$is_hot" | compile "$dir" ''
fi
