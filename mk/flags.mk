# Compilers, warnings, sanitizers. Nobody else sets flags.
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
# The build of mk/planted/mutate_team.mk: bugs sleep in it, and the environment wakes one.
B        := build/planted
OPT      := -O1 -g -DTOESIM_PLANTED_BUGS
else
B        := build
OPT      := -O2 -g
endif

# One set of objects for the program and for libtoesim.so.
OPT      += -fPIC -fno-semantic-interposition

WARN     := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
CPPFLAGS := -I. -I$(B)/gen -MMD -MP -D_GNU_SOURCE
CFLAGS   := -std=c17 $(OPT) $(WARN) -Wstrict-prototypes -Wmissing-prototypes
CXXFLAGS := -std=c++17 $(OPT) $(WARN)
LDFLAGS  := $(OPT)
LIBS     := -lpcap -lyaml -ljansson -lz -lm -llwip

# Some functions of models/tcp have the names of functions in lwIP's shared library: hidden, neither takes the other's place.
$(B)/obj/models/%.o: CFLAGS += -fvisibility=hidden

# Headers of others, whose warnings are not ours. Few files see lwIP's.
$(B)/obj/models/trace/endpoint/lwip_%.o: CPPFLAGS += $(patsubst -I%,-isystem %,$(shell $(PKG) --cflags lwip))
VERILATOR_ROOT := $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)
EXT_INC  := -isystem $(VERILATOR_ROOT)/include -isystem $(VERILATOR_ROOT)/include/vltstd \
            -isystem $(VERILATOR_ROOT)/include/gtkwave

# One short line per step; V=1 shows the commands.
V ?= 0
ifeq ($(V),1)
Q    :=
say   =
else
Q    := @
say   = @printf '  %-5s %s\n' $(1) $(2)
endif
