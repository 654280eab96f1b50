#!/bin/sh
# Compiles the C++ files that Verilator wrote to a folder. The variables CXX and CXXFLAGS choose compiler and flags.
# usage: mk/verilated.sh FOLDER JOBS [TRAINER.cpp LIBRARY]
#
# A trainer is a program that drives the ports of the model, so that the compiler learns which way the branches go. The
# files that are evaluated in each cycle are compiled with counters, linked with trainer and library, run, and compiled
# again with the profile. If the trainer fails on this RTL, they are compiled without a profile.
set -eu
dir=$1 jobs=$2 trainer=${3:-} library=${4:-}

names() { for f in "$dir"/*.cpp; do basename "$f" .cpp; done; }
is_hot='__DepSet_[a-z0-9]*__[0-9]*$' # this excludes tracing and code that runs once
compile() { # FOLDER FLAGS: compiles the files named on standard input to objects in FOLDER
    xargs -P "$jobs" -I{} $CXX $CXXFLAGS $2 -isystem "$dir" -c "$dir/{}.cpp" -o "$1/{}.o"
}

train() { # writes the profile (*.gcda) to the folder; ccache would record wrong paths for it
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
