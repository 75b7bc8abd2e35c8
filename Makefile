# asl: the Amazon States Language without AWS.
#
# make              build/release/asl, libasl.a
# make demo         set-up, build, and a real workflow to watch
# make check        set-up, build, all tests
# make asan         the tests under ASan and UBSan with leak search; a build in build/asan
# make help         all of it

BUILD  ?= build/release
OPT    ?= -O2 -g
PREFIX ?= /usr/local

# Hardening and sanitizers don't mix: build/asan sets HARDEN to nothing.
HARDEN ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion

# What a user gives in CPPFLAGS, CFLAGS, LDFLAGS comes on top of ours.
ALL_CPPFLAGS := -I. -D_POSIX_C_SOURCE=200809L $(CPPFLAGS)
ALL_CFLAGS   := -std=c11 $(WARN) $(OPT) $(HARDEN) -fPIC $(CFLAGS)
comma        := ,
ALL_LDFLAGS  := $(if $(HARDEN),-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now) $(OPT) $(LDFLAGS)

# ---- layers: each list holds a layer and those below ----

objs = $(patsubst %.c,$(BUILD)/%.o,$(sort $(foreach d,$(1),$(wildcard $(d)/*.c))))

PARSERS := $(call objs,parsers parsers/jsonata)
ASL     := $(call objs,asl asl/intrinsic) $(PARSERS)
CORE    := $(call objs,runtime/core) $(ASL)
RUNTIME := $(call objs,runtime runtime/handlers runtime/store runtime/api) $(CORE)
TOOLS   := $(call objs,tools) $(RUNTIME)
SUPPORT := $(call objs,tests/support)

LIBS_PARSERS = $(shell pkg-config --libs yajl libpcre2-8) -lm
LIBS_ASL     = $(shell pkg-config --libs libcrypto) $(LIBS_PARSERS)
LIBS_RUNTIME = $(shell pkg-config --libs libuv libcurl) $(LIBS_ASL)
LIBS_CHECK   = $(shell pkg-config --libs check)

# Objects of test programs are kept.
.SECONDARY:

.PHONY: all
all: $(BUILD)/asl $(BUILD)/libasl.a

$(BUILD)/asl: $(TOOLS)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_RUNTIME)

$(BUILD)/libasl.a: $(RUNTIME)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# ---- tests: which layer a suite belongs to; it links that layer and those below ----

CHECK_PARSERS := ground json jsonpath timestamp
CHECK_ASL     := template intrinsic retry choice
CHECK_CORE    :=
CHECK_RUNTIME :=

CHECKS = $(CHECK_PARSERS) $(CHECK_ASL) $(CHECK_CORE) $(CHECK_RUNTIME)

$(CHECK_PARSERS:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_PARSERS)
$(CHECK_ASL:%=$(BUILD)/check_%) $(CHECK_CORE:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_ASL)
$(CHECK_RUNTIME:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_RUNTIME)
$(CHECK_PARSERS:%=$(BUILD)/check_%): $(PARSERS)
$(CHECK_ASL:%=$(BUILD)/check_%): $(ASL)
$(CHECK_CORE:%=$(BUILD)/check_%): $(CORE)
$(CHECK_RUNTIME:%=$(BUILD)/check_%): $(RUNTIME)
# From an archive, so that a suite takes only the helpers it uses, and no layer above its own.
$(BUILD)/libsupport.a: $(SUPPORT)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/check_%: $(BUILD)/tests/check_%.o $(BUILD)/libsupport.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $< $(BUILD)/libsupport.a \
	    $(sort $(filter-out $< %.a,$^)) $(LIBS_CHECK) $(LAYER_LIBS)

.PHONY: check
check: all $(CHECKS:%=$(BUILD)/check_%)
	@set -e; for c in $(CHECKS); do $(BUILD)/check_$$c; done

.PHONY: asan
asan:
	CK_FORK=no CK_DEFAULT_TIMEOUT=120 $(MAKE) check BUILD=build/asan HARDEN= \
	    OPT='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

# ---- fuzzing: make fuzz TARGET=json SECONDS=60 ----

FUZZ_PARSERS := json
FUZZ_ASL     := intrinsic

SECONDS ?= 60

$(FUZZ_PARSERS:%=$(BUILD)/fuzz_%): LAYER_LIBS = $(LIBS_PARSERS)
$(FUZZ_PARSERS:%=$(BUILD)/fuzz_%): $(PARSERS)
$(FUZZ_ASL:%=$(BUILD)/fuzz_%): LAYER_LIBS = $(LIBS_ASL)
$(FUZZ_ASL:%=$(BUILD)/fuzz_%): $(ASL)
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(sort $^) $(LAYER_LIBS)

# What is found is kept in build/fuzz; the seeds are only read.
.PHONY: fuzz
fuzz:
	$(MAKE) build/fuzz/fuzz_$(TARGET) BUILD=build/fuzz CC=clang HARDEN= \
	    OPT='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@mkdir -p build/fuzz/corpus/$(TARGET)
	build/fuzz/fuzz_$(TARGET) -max_total_time=$(SECONDS) -artifact_prefix=build/fuzz/$(TARGET)- \
	    -rss_limit_mb=2048 -timeout=10 build/fuzz/corpus/$(TARGET) tests/fuzz/corpus/$(TARGET)

# ---- speed: make bench-json ----

BENCH_PARSERS := json

$(BENCH_PARSERS:%=$(BUILD)/bench_%): $(PARSERS)
$(BUILD)/bench_%: $(BUILD)/tests/bench/bench_%.o
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(sort $^) $(LIBS_PARSERS)

.PHONY: $(BENCH_PARSERS:%=bench-%)
$(BENCH_PARSERS:%=bench-%): bench-%: $(BUILD)/bench_%
	$<

.PHONY: format
format:
	clang-format -i $$(git ls-files '*.c' '*.h')

.PHONY: clean
clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
