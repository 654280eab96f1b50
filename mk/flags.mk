# This file sets the compilers, their warnings and the sanitizers. Other files only add flags for single objects.
CC      := gcc
CXX     := g++
SAN     ?= 0
PLANT   ?= 0
JOBS    ?= $(shell nproc)
PKG     := pkg-config

ifeq ($(SAN),1)
B        := build/san
OPT      := -O1 -g -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
else ifeq ($(PLANT),1)
# This build is for mk/planted/mutate_team.mk. It contains planted bugs, and an environment variable enables one of
# them.
B        := build/planted
OPT      := -O1 -g -DTOESIM_PLANTED_BUGS
else
B        := build
OPT      := -O2 -g
endif

# The same objects go into the program and into libtoesim.so, so all of them are position-independent.
OPT      += -fPIC -fno-semantic-interposition

WARN     := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
CPPFLAGS := -I. -I$(B)/gen -MMD -MP -D_GNU_SOURCE
CFLAGS   := -std=c17 $(OPT) $(WARN) -Wstrict-prototypes -Wmissing-prototypes
CXXFLAGS := -std=c++17 $(OPT) $(WARN)
LDFLAGS  := $(OPT)
LIBS     := -lpcap -lyaml -ljansson -lsqlite3 -lz -lm -llwip

# Some functions of models/tcp have the same names as functions in lwIP's shared library. Hidden visibility keeps the
# dynamic linker from replacing one by the other.
$(B)/obj/models/%.o: CFLAGS += -fvisibility=hidden

# The headers of other projects are system headers, so that the compiler does not report their warnings. Only a few
# files include lwIP's headers.
$(B)/obj/models/trace/endpoint/lwip_%.o: CPPFLAGS += $(patsubst -I%,-isystem %,$(shell $(PKG) --cflags lwip))
VERILATOR_ROOT := $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)
EXT_INC  := -isystem $(VERILATOR_ROOT)/include -isystem $(VERILATOR_ROOT)/include/vltstd \
            -isystem $(VERILATOR_ROOT)/include/gtkwave

# Make prints one short line for each step. With V=1 it prints the commands instead.
V ?= 0
ifeq ($(V),1)
Q    :=
say   =
else
Q    := @
say   = @printf '  %-5s %s\n' $(1) $(2)
endif
