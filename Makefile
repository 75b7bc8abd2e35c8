# asl: the Amazon States Language without AWS.
#
# make              build/release/asl, libasl.so, libasl.a
# make demo         set-up, build, and a real workflow to watch
# make check        set-up, build, all tests
# make help         all of it

BUILD  ?= build/release
OPT    ?= -O2 -g
PREFIX ?= /usr/local

# The one place of the version; soname and asl --version follow it.
VERSION := $(shell cat VERSION)
SONAME  := libasl.so.$(firstword $(subst ., ,$(VERSION)))

OBJCOPY ?= objcopy

# Recorded answers of AWS; not part of this repository.
CASES  ?= ../shared/conformance

# Hardening and sanitizers don't mix: build/asan sets HARDEN to nothing.
HARDEN ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion \
          -Werror=implicit-function-declaration

# What a user gives in CPPFLAGS, CFLAGS, LDFLAGS comes on top of ours.
ALL_CPPFLAGS := -I. -D_POSIX_C_SOURCE=200809L -DASL_VERSION='"$(VERSION)"' $(CPPFLAGS)
# Hidden: what libasl shows is what include/asl.h marks with ASL_API.
ALL_CFLAGS   := -std=c11 $(WARN) $(OPT) $(HARDEN) -fPIC -fvisibility=hidden $(CFLAGS)
comma        := ,
LINK_HARDEN  := $(if $(HARDEN),-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
ALL_LDFLAGS  := $(if $(HARDEN),-pie) $(LINK_HARDEN) $(OPT) $(LDFLAGS)

# One short line a file, unless V=1.
Q    := $(if $(V),,@)
say   = $(if $(V),,@printf '  %-4s %s\n' $(1) $@)

# ---- layers: each list holds a layer and those below ----

# In a folder of their own: $(BUILD)/asl is the program, not the objects of asl/.
objs = $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(foreach d,$(1),$(wildcard $(d)/*.c))))

PARSERS := $(call objs,parsers parsers/jsonata)
ASL     := $(call objs,asl asl/intrinsic) $(PARSERS)
CORE    := $(call objs,runtime/core) $(ASL)
RUNTIME := $(call objs,runtime runtime/aws runtime/handlers runtime/store runtime/api) $(CORE)
TOOLS   := $(call objs,tools tools/template) $(RUNTIME)
SUPPORT := $(call objs,tests/support)

# The library: what needs neither libuv nor libcurl.
EMBED   := $(patsubst %,$(BUILD)/obj/runtime/%.o,bucket embed coroutine engine engine_recover engine_take_up engine_memory engine_redrive engine_slice histogram id_map id_queue text_map names partition task_io store/store store/store_memory) $(CORE)

PKGS_PARSERS := yajl yaml-0.1 libpcre2-8 libutf8proc libcrypto
PKGS_ASL     := $(PKGS_PARSERS)

LIBS_PARSERS = $(shell pkg-config --libs $(PKGS_PARSERS)) -lm
LIBS_ASL     = $(shell pkg-config --libs $(PKGS_ASL)) -lm
# libcurl is loaded when the first request is made: runtime/curl_library.h.
LIBS_RUNTIME = $(shell pkg-config --libs libuv sqlite3 expat) -ldl $(LIBS_ASL)
LIBS_CHECK   = $(shell pkg-config --libs check)

# Objects of test programs are kept.
.SECONDARY:

.PHONY: all
all: $(BUILD)/asl $(BUILD)/libasl.so $(BUILD)/libasl.a $(BUILD)/asl.pc
	@:

$(BUILD)/asl: $(TOOLS)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_RUNTIME)

# Nor does it show what it takes from archives (libgcov's).
$(BUILD)/libasl.so.$(VERSION): $(EMBED)
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--exclude-libs,ALL $(LINK_HARDEN) $(OPT) $(LDFLAGS) -o $@ $^ $(LIBS_ASL)

$(BUILD)/libasl.so: $(BUILD)/libasl.so.$(VERSION)
	@ln -sf libasl.so.$(VERSION) $(BUILD)/$(SONAME)
	@ln -sf $(SONAME) $@

# One object, whose inner names are out of the way of the names of the program that links it.
$(BUILD)/libasl.a: $(EMBED)
	$(call say,AR)
	@rm -f $@
	$(Q)$(LD) -r -o $(BUILD)/libasl.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/libasl.o
	$(Q)$(AR) rcs $@ $(BUILD)/libasl.o

# asl.pc of PREFIX, LIBDIR and INCLUDEDIR. The one in BUILD is for programs that are built before anything is
# installed: PKG_CONFIG_PATH=build/release.
pc = sed -e 's|@PREFIX@|$(1)|' -e 's|@LIBDIR@|$(2)|' -e 's|@INCLUDEDIR@|$(3)|' -e 's|@VERSION@|$(VERSION)|' \
    -e 's|@REQUIRES@|$(PKGS_ASL)|' -e 's|@LIBS@|-lm|' asl.pc.in

$(BUILD)/asl.pc: asl.pc.in VERSION Makefile
	@mkdir -p $(@D)
	$(Q)$(call pc,$(CURDIR),$(abspath $(BUILD)),$(CURDIR)/include) > $@

$(BUILD)/obj/tools/asl.o $(BUILD)/obj/tools/report_format.o $(BUILD)/obj/runtime/embed.o $(BUILD)/obj/runtime/metrics.o: VERSION

# Other flags, other objects: the file is written anew when they are not those that it has.
FLAGS = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)
quoted = '$(subst ','\'',$(1))'

# What is installed is what was built, with whatever flags.
ONLY_INSTALL := $(and $(MAKECMDGOALS),$(if $(filter-out install uninstall,$(MAKECMDGOALS)),,yes))

.PHONY: look
$(BUILD)/flags: $(if $(ONLY_INSTALL),,look)
	@mkdir -p $(@D)
	@printf '%s\n' $(call quoted,$(FLAGS)) | cmp -s - $@ || printf '%s\n' $(call quoted,$(FLAGS)) > $@

# The Makefile too.
$(BUILD)/obj/%.o: %.c Makefile $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The same objects, but each branch calls __sanitizer_cov_trace_pc, and what libc goes through is seen: the suite counts.
COUNTED      := $(ASL:$(BUILD)/obj/%=$(BUILD)/counted/%)
WRAP_COUNTED := $(foreach f,memcpy memmove memset memcmp memchr strlen strcmp strchr strstr strspn strcspn calloc,-Wl,--wrap=$f)

$(BUILD)/counted/%.o: %.c Makefile
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -U_FORTIFY_SOURCE -O1 -fno-builtin -fsanitize-coverage=trace-pc -MMD -MP -c -o $@ $<

# ---- tests: which layer a suite belongs to; it links that layer and those below ----

CHECK_PARSERS := ground source json jsonpath timestamp yaml jsonata_text jsonata
CHECK_ASL     := definition template intrinsic retry choice flow effort reader load validate codes format
# Of the same layer, on objects that count what they do.
CHECK_COUNTED := growth
CHECK_CORE    := cases event_text
CHECK_EMBED   := embed coroutine
# A suite that is linked a second time: see below.
CHECK_AGAIN   := coroutine_by_ucontext
CHECK_RUNTIME := host sigv4 endpoint engine handlers http_server store api test_state front_door

CHECKS = $(CHECK_PARSERS) $(CHECK_ASL) $(CHECK_COUNTED) $(CHECK_CORE) $(CHECK_EMBED) $(CHECK_AGAIN) $(CHECK_RUNTIME)

$(CHECK_PARSERS:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_PARSERS)
$(CHECK_ASL:%=$(BUILD)/check_%) $(CHECK_COUNTED:%=$(BUILD)/check_%) $(CHECK_CORE:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_ASL)
$(CHECK_EMBED:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_ASL)
$(CHECK_RUNTIME:%=$(BUILD)/check_%): LAYER_LIBS = $(LIBS_RUNTIME)
$(CHECK_PARSERS:%=$(BUILD)/check_%): $(PARSERS)
$(CHECK_ASL:%=$(BUILD)/check_%): $(ASL)
$(CHECK_COUNTED:%=$(BUILD)/check_%): $(COUNTED)
$(CHECK_COUNTED:%=$(BUILD)/check_%): CHECK_LDFLAGS = $(WRAP_COUNTED)
$(CHECK_CORE:%=$(BUILD)/check_%): $(CORE)
# It leaves steps in their midst, as the engine does.
$(BUILD)/check_cases: $(BUILD)/obj/runtime/coroutine.o
$(CHECK_EMBED:%=$(BUILD)/check_%): $(EMBED)
$(CHECK_RUNTIME:%=$(BUILD)/check_%): $(RUNTIME)
# Their commits fail when the suite says so; it counts who is asked what it holds, and what is read.
$(BUILD)/check_engine: CHECK_LDFLAGS = -Wl,--wrap=store_commit -Wl,--wrap=rt_exec_held -Wl,--wrap=store_read
$(BUILD)/check_store: CHECK_LDFLAGS = -Wl,--wrap=store_commit
# Its kernel has no pidfd when the suite says so; looks at the list of all processes are counted.
$(BUILD)/check_handlers: CHECK_LDFLAGS = -Wl,--wrap=syscall,--wrap=opendir
# It counts how much of histories and how many rows are read.
$(BUILD)/check_api: CHECK_LDFLAGS = -Wl,--wrap=store_read -Wl,--wrap=store_find
# From an archive, so that a suite takes only the helpers it uses, and no layer above its own.
$(BUILD)/libsupport.a: $(SUPPORT)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

define link_check
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(CHECK_LDFLAGS) -o $@ $< $(BUILD)/libsupport.a \
	    $(sort $(filter-out $< %.a,$^)) $(LIBS_CHECK) $(LAYER_LIBS)
endef

$(patsubst %,$(BUILD)/check_%,$(filter-out $(CHECK_AGAIN),$(CHECKS))): $(BUILD)/check_%: $(BUILD)/obj/tests/check_%.o $(BUILD)/libsupport.a
	$(link_check)

# With the switch of stacks that is taken where none of our own is known.
$(BUILD)/check_coroutine_by_ucontext: LAYER_LIBS = $(LIBS_ASL)
$(BUILD)/check_coroutine_by_ucontext: $(BUILD)/obj/tests/check_coroutine.o $(BUILD)/libsupport.a \
    $(BUILD)/ucontext/coroutine.o $(filter-out %/runtime/coroutine.o,$(EMBED))
	$(link_check)

$(BUILD)/ucontext/coroutine.o: runtime/coroutine.c Makefile $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) -DCOROUTINE_BY_UCONTEXT $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

PRELOADS = $(patsubst tests/preload/%.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))

# The programs of `make check`: each prints its count of passed and failed tests last.
TESTS = $(CHECKS:%=$(BUILD)/check_%) tests/samples tests/eval tests/jsonata tests/validate tests/fmt tests/templates tests/hooks tests/serve tests/life tests/store-damage tests/old-stores tests/install tests/docs tests/cli

# First what the machine lacks, then, in a make of its own that sees it, the rest.
.PHONY: setup
setup:
	@tools/setup

.PHONY: demo
demo: setup
	@$(MAKE) --no-print-directory all
	@echo 'samples/api-retry: an API refuses two requests, Lambda throttles a third; then comes the answer'
	@ASL=$(BUILD)/asl samples/api-retry/run

.PHONY: check tests
check: setup
	@$(MAKE) --no-print-directory tests
tests: all $(CHECKS:%=$(BUILD)/check_%) $(PRELOADS)
	@ASL=$(BUILD)/asl SLOW_NAMES=$(abspath $(BUILD))/slow_names.so OTHER_DAY_SO=$(abspath $(BUILD))/other_day.so SAMPLE_CC='$(CC) -std=c11 $(WARN) $(OPT) $(CFLAGS)' tests/run $(TESTS)

# What a library does otherwise in some of them: PRELOADS.
$(BUILD)/%.so: tests/preload/%.c Makefile
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared $(LINK_HARDEN) $(OPT) $(LDFLAGS) -o $@ $<

# The program broken on purpose, a line at a time: do the tests notice? MUTATE="asl/ core/" picks lines of the list.
.PHONY: mutate
mutate: setup
	@CC='$(CC)' tests/mutate $(MUTATE)

.PHONY: conformance
conformance: setup
	@$(MAKE) --no-print-directory all
	@tests/conformance --asl $(BUILD)/asl $(if $(RAISE),--raise) $(CASES)

.PHONY: bench
bench: setup
	@$(MAKE) --no-print-directory all
	@tests/bench/run --asl $(BUILD)/asl --out build/bench $(BENCH)

# ---- flavours: the same build with other flags, in a folder of its own ----

.PHONY: debug
debug:
	@$(MAKE) --no-print-directory all BUILD=build/debug HARDEN= OPT='-O0 -g3'

# A forked Check child leaves without looking for leaks.
.PHONY: asan
asan:
	@CK_FORK=no CK_DEFAULT_TIMEOUT=120 $(MAKE) --no-print-directory check BUILD=build/asan HARDEN= \
	    OPT='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'

# What people run, one program after the other: minutes.
.PHONY: valgrind
valgrind:
	@tools/setup --dev
	@$(MAKE) --no-print-directory all
	@ASL=tests/valgrind VALGRIND_ASL=$(abspath $(BUILD)/asl) tests/run tests/samples tests/cli

# AWS's command line and SDK against asl serve; what they need is installed, the SDK into build/clients.
.PHONY: check-clients
check-clients: setup
	@tools/setup --clients
	@$(MAKE) --no-print-directory all
	@ASL=$(BUILD)/asl tests/clients/run

# asl serve, killed at random under load, and on a full disk: make crash KILLS=500
KILLS ?= 25

.PHONY: crash
crash: setup
	@$(MAKE) --no-print-directory all $(BUILD)/bad_disk.so
	@ASL=$(BUILD)/asl BAD_DISK=$(BUILD)/bad_disk.so tests/crash/run --kills $(KILLS)

$(BUILD)/bad_disk.so: tests/crash/bad_disk.c Makefile $(BUILD)/flags
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared $(LINK_HARDEN) $(OPT) $(LDFLAGS) -o $@ $< -ldl

.PHONY: coverage
coverage:
	@tools/setup --dev
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	@$(MAKE) --no-print-directory tests BUILD=build/coverage HARDEN= OPT='-O0 -g --coverage'
	@tests/coverage build/coverage

# ---- fuzzing: make fuzz, or make fuzz TARGET=json SECONDS=600 ----

FUZZ_PARSERS := json jsonpath yaml jsonata_text jsonata
FUZZ_ASL     := intrinsic load lint format
FUZZ_CORE    := exec event
FUZZ_RUNTIME := http api aws sigv4 credentials routes handlers http_event mock
FUZZ_TOOLS   := template

TARGET  ?= $(FUZZ_PARSERS) $(FUZZ_ASL) $(FUZZ_CORE) $(FUZZ_RUNTIME) $(FUZZ_TOOLS)
SECONDS ?= 60

$(FUZZ_PARSERS:%=$(BUILD)/fuzz_%): LAYER_LIBS = $(LIBS_PARSERS)
$(FUZZ_ASL:%=$(BUILD)/fuzz_%) $(FUZZ_CORE:%=$(BUILD)/fuzz_%): LAYER_LIBS = $(LIBS_ASL)
$(FUZZ_PARSERS:%=$(BUILD)/fuzz_%): $(PARSERS)
$(FUZZ_ASL:%=$(BUILD)/fuzz_%): $(ASL)
$(FUZZ_CORE:%=$(BUILD)/fuzz_%): $(CORE) $(BUILD)/obj/tests/support/play.o
$(FUZZ_RUNTIME:%=$(BUILD)/fuzz_%): LAYER_LIBS = $(LIBS_RUNTIME)
$(FUZZ_RUNTIME:%=$(BUILD)/fuzz_%): $(RUNTIME)
$(FUZZ_TOOLS:%=$(BUILD)/fuzz_%): LAYER_LIBS = $(LIBS_ASL)
$(FUZZ_TOOLS:%=$(BUILD)/fuzz_%): $(call objs,tools/template) $(ASL)
$(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $(sort $^) $(LAYER_LIBS)

# What is found is kept in build/fuzz; the seeds are only read.
.PHONY: fuzz
fuzz:
	@tools/setup --dev
	@$(MAKE) --no-print-directory $(TARGET:%=build/fuzz/fuzz_%) BUILD=build/fuzz CC=clang HARDEN= \
	    OPT='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@if [ -d $(CASES)/asl/cases ]; then tests/fuzz/api_seeds $(CASES)/asl/cases build/fuzz/corpus/api; fi
	@set -e; for t in $(TARGET); do mkdir -p build/fuzz/corpus/$$t; \
	    build/fuzz/fuzz_$$t -max_total_time=$(SECONDS) -artifact_prefix=build/fuzz/$$t- \
	        -rss_limit_mb=2048 -timeout=10 build/fuzz/corpus/$$t tests/fuzz/corpus/$$t; done

# ---- speed: make bench-json, bench-jsonata, bench-work, bench-waiting, bench-http, bench-store, bench-serve ----

BENCH_PARSERS := json jsonata work
BENCH_RUNTIME := waiting http store serve

BENCHES = $(BENCH_PARSERS) $(BENCH_RUNTIME)
# Beside another's; BENCH picks what is measured.
BESIDES = jsonata

$(BENCH_PARSERS:%=$(BUILD)/bench_%): LAYER_LIBS = $(LIBS_PARSERS)
$(BENCH_RUNTIME:%=$(BUILD)/bench_%): LAYER_LIBS = $(LIBS_RUNTIME)
$(BENCH_PARSERS:%=$(BUILD)/bench_%): $(PARSERS)
$(BENCH_RUNTIME:%=$(BUILD)/bench_%): $(RUNTIME)
$(BUILD)/bench_%: $(BUILD)/obj/tests/bench/bench_%.o
	$(call say,LINK)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(sort $^) $(LAYER_LIBS)

.PHONY: $(BENCHES:%=bench-%)
$(filter-out $(BESIDES:%=bench-%),$(BENCHES:%=bench-%)): bench-%: $(BUILD)/bench_%
	@$< $(BENCH)
bench-serve: $(BUILD)/asl
bench-serve: BENCH := --asl $(BUILD)/asl $(BENCH)
$(BESIDES:%=bench-%): bench-%: $(BUILD)/bench_%
	@tests/bench/$* $< build/bench $(if $(BENCH),'$(BENCH)')

# Random expressions beside the reference implementation, which needs Node: COUNT of each dialect;
# ONLY=regex for searches alone.
COUNT ?= 20000
SEED  ?= 1

.PHONY: jsonata-differential
jsonata-differential: all
	@tests/jsonata-reference/fetch build/bench || { echo 'it needs node and npm' >&2; exit 1; }
	@status=0; for d in aws reference; do NODE_PATH=build/bench/node_modules \
	    node tests/jsonata-reference/differential.js $(BUILD)/asl $$d $(COUNT) $(SEED) $(ONLY) || status=1; done; exit $$status

.PHONY: bench-validate
bench-validate: all
	@tests/bench/validate --asl $(BUILD)/asl $(BENCH)

# ---- what the code looks like ----

SOURCES = $(shell git ls-files '*.c' '*.h')
SCRIPTS = $(shell git ls-files | xargs grep -lE '^.!/bin/(ba)?sh|^.!/usr/bin/env (ba)?sh')

.PHONY: objects lint
objects: $(TOOLS) $(SUPPORT) $(call objs,tests tests/fuzz tests/bench)
	@:
lint:
	@tools/setup --dev
	@$(MAKE) --no-print-directory objects BUILD=build/lint-gcc CC=gcc CFLAGS='$(CFLAGS) -Werror'
	@$(MAKE) --no-print-directory objects BUILD=build/lint-clang CC=clang CFLAGS='$(CFLAGS) -Werror'
	@clang-format --dry-run -Werror $(SOURCES)
	@shellcheck $(SCRIPTS)
	@echo 'lint: gcc, clang, clang-format, shellcheck have nothing to say'

.PHONY: format
format:
	clang-format -i $(SOURCES)

# ---- the rest ----

DATADIR := $(DESTDIR)$(PREFIX)/share
SHELLS  := bash-completion/completions/asl zsh/site-functions/_asl fish/vendor_completions.d/asl.fish

.PHONY: install uninstall
install: all
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include lib/pkgconfig share/man/man1) $(addprefix $(DATADIR)/,$(dir $(SHELLS)))
	install -m 755 $(BUILD)/asl $(DESTDIR)$(PREFIX)/bin/asl
	install -m 644 include/asl.h $(DESTDIR)$(PREFIX)/include/asl.h
	install -m 644 $(BUILD)/libasl.a $(DESTDIR)$(PREFIX)/lib/libasl.a
	install -m 755 $(BUILD)/libasl.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/libasl.so.$(VERSION)
	ln -sf libasl.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(PREFIX)/lib/libasl.so
	$(call pc,$(PREFIX),$${prefix}/lib,$${prefix}/include) > $(DESTDIR)$(PREFIX)/lib/pkgconfig/asl.pc
	install -m 644 docs/asl.1 $(DATADIR)/man/man1/asl.1
	$(BUILD)/asl --completion bash > $(DATADIR)/$(word 1,$(SHELLS))
	$(BUILD)/asl --completion zsh > $(DATADIR)/$(word 2,$(SHELLS))
	$(BUILD)/asl --completion fish > $(DATADIR)/$(word 3,$(SHELLS))
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,bin/asl include/asl.h share/man/man1/asl.1) $(addprefix $(DATADIR)/,$(SHELLS))
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/lib/,libasl.a libasl.so $(SONAME) libasl.so.$(VERSION) pkgconfig/asl.pc)

.PHONY: clean
clean:
	rm -rf build

.PHONY: help
help:
	@echo 'make               the program: build/release/asl; libasl.so, libasl.a'
	@echo 'make demo          set-up, build, and a real workflow to watch'
	@echo 'make check         set-up, build, all tests; TESTS=tests/cli: some of them'
	@echo 'make setup         installs what building and testing need (Debian, Ubuntu), or names it'
	@echo 'make debug         build/debug/asl: no optimizing, all symbols'
	@echo 'make asan          the tests under AddressSanitizer, UBSan and leak search (build/asan)'
	@echo 'make valgrind      the samples and the command line under valgrind'
	@echo 'make coverage      what the tests reach, per folder; pages in build/coverage/html'
	@echo 'make fuzz          parsers against made-up input: TARGET=json SECONDS=60'
	@echo 'make lint          gcc and clang with -Werror, clang-format, shellcheck'
	@echo 'make format        clang-format over all of it'
	@echo 'make check-clients AWS'"'"'s command line and SDK for JavaScript against asl serve'
	@echo 'make crash         asl serve killed under load, and on a full disk: KILLS=500'
	@echo 'make mutate        breaks the program on purpose, and looks whether the tests notice: MUTATE=tools/'
	@echo 'make conformance   answers recorded from AWS: CASES=folder; RAISE=1 raises the baseline'
	@echo 'make bench         how fast it is: BENCH="--reps 20 loop1000"; --help in tests/bench/run'
	@echo 'make bench-serve   asl serve under load: BENCH="--store bench.db --durability full"'
	@echo 'make bench-validate'
	@echo '                   asl validate: MB a second, and what a hostile file costs'
	@echo 'make bench-jsonata JSONata beside its reference implementation (with Node); also bench-json, -work, -waiting, -http, -store'
	@echo 'make jsonata-differential'
	@echo '                   random JSONata beside the reference implementation (with Node): COUNT=20000 SEED=1'
	@echo 'make install       PREFIX=$(PREFIX), DESTDIR; and make uninstall'
	@echo 'make clean         away with build/'
	@echo
	@echo 'CC, CPPFLAGS, CFLAGS, LDFLAGS come on top of ours; OPT ($(OPT)), HARDEN, BUILD replace ours; V=1: all commands.'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
