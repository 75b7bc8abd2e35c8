# asl: the Amazon States Language without AWS. `make help` lists what can be made.

BUILD      ?= build/release
# What users build is the library's rooms optimized as one. Who gives an OPT of their own, as OPT='-O2 -g' while
# working on the code, links the objects as they are, and waits for no such pass. clang can't join objects so.
ifeq ($(origin OPT),undefined)
WHOLE ?= $(if $(findstring Free Software Foundation,$(shell $(CC) --version 2>/dev/null)),-O3 -flto=auto)
endif
OPT        ?= -O2 -g
PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
PKG_CONFIG ?= pkg-config
OBJCOPY    ?= objcopy
# Recorded answers of AWS; not part of this repository.
CASES      ?= ../shared/conformance

# The one place of the version; soname and asl --version follow it.
VERSION := $(shell cat VERSION)
SONAME  := libasl.so.$(firstword $(subst ., ,$(VERSION)))

# Hardening and sanitizers don't mix: build/asan sets HARDEN to nothing.
HARDEN ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection
WARN   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wconversion -Wno-sign-conversion \
          -Werror=implicit-function-declaration

# Nobody reads errno or the exceptions' flags after arithmetic, so gcc may write floor and its like out, and the program does
# without libm at its start: parsers/base/maths.h.
MATHS := -fno-math-errno -fno-trapping-math

# What a user gives in CPPFLAGS, CFLAGS, LDFLAGS comes on top of ours. Nothing tells where the checkout was: two give the
# same program. Hidden: what libasl shows is what include/asl.h marks with ASL_API.
ALL_CPPFLAGS := -I. -D_POSIX_C_SOURCE=200809L -DASL_VERSION='"$(VERSION)"' $(CPPFLAGS)
ALL_CFLAGS   := -std=c11 $(WARN) $(OPT) $(HARDEN) -ffile-prefix-map=$(CURDIR)=. -fPIC -fvisibility=hidden $(MATHS) $(CFLAGS)
comma        := ,
LINK_HARDEN  := $(if $(HARDEN),-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)
ALL_LDFLAGS  := $(if $(HARDEN),-pie) $(LINK_HARDEN) $(OPT) $(LDFLAGS)

# One short line a file, unless V=1.
Q    := $(if $(V),,@)
say   = $(if $(V),,@printf '  %-4s %s\n' $(1) $@)
link  = $(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@
share = $(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -shared $(LINK_HARDEN) $(OPT) $(LDFLAGS) -o $@
# A make of its own, which sees what tools/setup has installed.
then  = @$(MAKE) --no-print-directory

# ---- rooms: a folder each, above those that it stands on ----

# A room: what it stands on, and pkg-config's names of the libraries that it uses itself. Whatever links a room links
# those below it and no more, so a call upwards does not link; tests/rooms proves that there is no circle.
define room
ROOMS += $(1)
ON.$(1) := $(2)
BELOW.$(1) := $(sort $(2) $(foreach r,$(2),$(BELOW.$r)))
PKGS.$(1) := $(3)
endef

include rooms.mk

# In a folder of their own: $(BUILD)/asl is the program, not the objects of asl/.
objs   = $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(foreach d,$(1),$(wildcard $(d)/*.c)))) $(if $(filter runtime/console,$(1)),$(CONSOLE))
# Rooms with those below them; their objects; the libraries they need.
below  = $(sort $(1) $(foreach r,$(1),$(BELOW.$r)))
linked = $(call objs,$(call below,$(1)))
pkgs   = $(sort $(foreach r,$(call below,$(1)),$(PKGS.$r)))
libs   = $(shell $(PKG_CONFIG) --libs $(call pkgs,$(1))) -lm -ldl

# The program takes into itself, from their archives, the small libraries that it needs at its start: to find and to bind a
# shared one takes 0.1 ms of each start. ARCHIVES= links all of them shared, as a distribution wants it; so is linked
# one that has no archive here. An archive is libNAME.a, libNAME_a.a or libNAME_s.a. Of libm's functions the C library has
# frexp and the like itself; the others are found when they are first called, and so libm isn't needed.
ARCHIVES ?= expat libpcre2-8 libutf8proc libuv libzstd yajl zlib
flag_of       = $(firstword $(shell $(PKG_CONFIG) --libs-only-l $(1)))
in_folders    = $(wildcard $(shell $(PKG_CONFIG) --variable=libdir $(1))/$(2)) $(filter /%,$(shell $(CC) -print-file-name=$(2)))
archive_of    = $(firstword $(foreach end,.a _a.a _s.a,$(call in_folders,$(1),$(2:-l%=lib%)$(end))))
with_archive  = $(patsubst $(2),$(or $(call archive_of,$(1),$(2)),$(2)),$(shell $(PKG_CONFIG) --static --libs $(1)))
archived      = -Wl,--as-needed -lc $(foreach p,$(call pkgs,$(1)),$(if $(filter $p,$(ARCHIVES)),$(call with_archive,$p,$(call flag_of,$p)),\
                    $(shell $(PKG_CONFIG) --libs $p))) -lm -ldl

# The console's page and scripts, as bytes of the program.
CONSOLE       := $(BUILD)/obj/runtime/console/console_files.o
CONSOLE_FILES := $(sort $(wildcard $(addprefix runtime/console/*.,html css js svg)))

SUPPORT := $(call objs,tests/support)
# The library: what needs neither libuv nor libcurl.
EMBED   := $(call linked,runtime/embed)

# What the program and both libraries are linked of. With WHOLE the rooms below runtime/embed, in which an execution spends
# its time, are compiled a second time and become one object, which needs no more of the compiler than any other.
# Suites and the rest have the objects of $(BUILD)/obj.
WHOLE_OF   := $(if $(WHOLE),$(call objs,$(BELOW.runtime/embed)))
as_one      = $(if $(WHOLE),$(BUILD)/whole.o) $(filter-out $(WHOLE_OF),$(1))
WHOLE_FLAGS = $(ALL_CFLAGS) $(WHOLE)

# ---- the program and the library ----

.PHONY: all
all: $(BUILD)/asl $(BUILD)/libasl.so $(BUILD)/libasl.a $(BUILD)/asl.pc $(BUILD)/services.dat ## the program build/release/asl; libasl.so, libasl.a.
	@:

$(BUILD)/whole.o: $(WHOLE_OF:$(BUILD)/obj/%=$(BUILD)/whole/%)
	$(call say,LTO)
	$(Q)$(CC) $(WHOLE_FLAGS) -r -flinker-output=nolto-rel -o $@ $^

$(BUILD)/whole/%.o: %.c Makefile rooms.mk $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(WHOLE_FLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/asl: $(call as_one,$(call linked,tools))
	$(call say,LINK)
	$(link) $^ $(call archived,tools)

# The models of AWS's services, which the program and the library look for beside themselves: asl/model/model.h.
$(BUILD)/services.dat: asl/model/services.dat
	@mkdir -p $(@D)
	$(Q)cp $< $@

# libasl.so also hides symbols taken from archives (libgcov's).
$(BUILD)/libasl.so.$(VERSION): $(call as_one,$(EMBED))
	$(call say,LINK)
	$(share) -Wl,-soname,$(SONAME) -Wl,--exclude-libs,ALL $^ $(call libs,runtime/embed)

$(BUILD)/libasl.so: $(BUILD)/libasl.so.$(VERSION)
	@ln -sf libasl.so.$(VERSION) $(BUILD)/$(SONAME)
	@ln -sf $(SONAME) $@

# One object, whose inner names are out of the way of the names of the program that links it.
$(BUILD)/libasl.a: $(call as_one,$(EMBED))
	$(call say,AR)
	@rm -f $@
	$(Q)$(LD) -r -o $(BUILD)/libasl.o $^
	$(Q)$(OBJCOPY) --localize-hidden $(BUILD)/libasl.o
	$(Q)$(AR) rcs $@ $(BUILD)/libasl.o

# asl.pc of PREFIX, LIBDIR and INCLUDEDIR. The one in BUILD is for programs that are built before anything is
# installed: PKG_CONFIG_PATH=build/release.
pc = sed -e 's|@PREFIX@|$(1)|' -e 's|@LIBDIR@|$(2)|' -e 's|@INCLUDEDIR@|$(3)|' -e 's|@VERSION@|$(VERSION)|' \
    -e 's|@REQUIRES@|$(call pkgs,runtime/embed)|' -e 's|@LIBS@|-lm|' asl.pc.in

$(BUILD)/asl.pc: asl.pc.in VERSION Makefile
	@mkdir -p $(@D)
	$(Q)$(call pc,$(CURDIR),$(abspath $(BUILD)),$(CURDIR)/include) > $@

$(patsubst %,$(BUILD)/obj/%.o,tools/asl tools/report_format runtime/embed/embed runtime/serve/metrics): VERSION

# Other flags, other objects: the file is written anew when they are not those that it has. What is installed is what was
# built, with whatever flags.
FLAGS  = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(WHOLE) $(ARCHIVES)
quoted = '$(subst ','\'',$(1))'
ONLY_INSTALL := $(and $(MAKECMDGOALS),$(if $(filter-out install uninstall,$(MAKECMDGOALS)),,yes))

.PHONY: look
$(BUILD)/flags: $(if $(ONLY_INSTALL),,look)
	@mkdir -p $(@D)
	@printf '%s\n' $(call quoted,$(FLAGS)) | cmp -s - $@ || printf '%s\n' $(call quoted,$(FLAGS)) > $@

# Objects depend on the Makefile, too.
$(BUILD)/obj/%.o: %.c Makefile rooms.mk $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/console_files.c: tools/embed-files $(CONSOLE_FILES)
	$(call say,MAKE)
	@mkdir -p $(@D)
	$(Q)tools/embed-files $(CONSOLE_FILES) > $@.new && mv $@.new $@

$(CONSOLE): $(BUILD)/console_files.c Makefile $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Test programs, fuzzing, speed.
include tests/rules.mk

# ---- trying it ----

.PHONY: setup demo check tests rooms mutate conformance crash check-clients check-console emulators debug fast asan valgrind coverage
setup: ## installs what building and testing need (Debian, Ubuntu), or names it
	@tools/setup
demo: setup ## set-up, build, and a real workflow to watch
	$(then) all
	@echo 'samples/api-retry: an API refuses two requests, Lambda throttles a third; then comes the answer'
	@ASL=$(BUILD)/asl samples/api-retry/run
check: setup ## set-up, build, all tests; TESTS=tests/cli: some of them
	$(then) tests
tests: all $(SUITES) $(PRELOADS)
	@ASL=$(BUILD)/asl PRELOADS=$(abspath $(BUILD)) SAMPLE_CC='$(CC) -std=c11 $(WARN) $(OPT) $(CFLAGS)' tests/run $(TESTS)
# That of docs/ has a run laid over it. tests/graph looks whether they are those of the definitions.
pictures: setup ## samples/*/*.svg and docs/saga-run.svg, out of the definitions
	$(then) all
	@set -e; for f in samples/*/*.asl.json; do $(BUILD)/asl graph $$f -o $${f%.asl.json}.svg; done
	@$(BUILD)/asl run samples/saga/saga.asl.json --handlers samples/saga/handlers.json --clock virtual --seed 1 --history --quiet \
	    -i '{"traveller": "Ada", "sold_out": "card"}' | $(BUILD)/asl graph samples/saga/saga.asl.json --history - -o docs/saga-run.svg
rooms: ## what each room stands on; tests/rooms holds that against the objects
	@$(foreach r,$(ROOMS),echo '$r: $(ON.$r)';)
mutate: setup ## breaks the program on purpose, a line at a time: do the tests notice? MUTATE=tools/
	@CC='$(CC)' tests/mutate $(MUTATE)
conformance: setup ## answers recorded from AWS: CASES=folder; STORE=postgresql: its API on a database; RAISE=1 raises the baseline
	$(then) all
	@tests/conformance --asl $(BUILD)/asl $(if $(STORE),--store $(STORE)) $(if $(RAISE),--raise) $(CASES)
KILLS ?= 25
crash: setup ## asl serve killed under load, and on a full disk: KILLS=500
	$(then) all $(PRELOADS)
	@ASL=$(BUILD)/asl BAD_DISK=$(BUILD)/bad_disk.so tests/crash/run --kills $(KILLS)
check-clients: setup ## AWS's command line and SDK for JavaScript against asl serve
	@tools/setup --clients
	$(then) all
	@ASL=$(BUILD)/asl tests/clients/run
check-console: setup ## the console in Chromium, as a person drives it; pictures in build/console/shots
	@tools/setup --console
	$(then) all
	@ASL=$(BUILD)/asl tests/console/run
emulators: setup ## a tour of AWS's services as moto's server answers for them: SERVICES="s3 sqs"
	$(then) all
	@ASL=$(BUILD)/asl tests/emulators/run $(SERVICES)

# The same build with other flags, in a folder of its own. A forked Check child leaves without looking for leaks.
debug: ## build/debug/asl: no optimizing, all symbols
	$(then) all BUILD=build/debug HARDEN= OPT='-O0 -g3'
# Linked as one, by a profile of what the samples, the expressions of the tests and the workloads of make bench do.
fast: ## build/fast/asl: a third less of the processor, minutes to build
	@rm -rf build/fast
	$(then) build/fast/asl BUILD=build/fast OPT='-O2 -g -flto=auto -fprofile-generate'
	@ASL=build/fast/asl tests/run tests/samples tests/eval tests/jsonata tests/validate
	@tests/bench/workloads --asl build/fast/asl --out build/bench --reps 3
	@tests/bench/run --build build/fast --turns 1 append assign-1000 merge result-path
	$(then) build/fast/asl BUILD=build/fast OPT='-O2 -g -flto=auto -fprofile-use -Wno-missing-profile'
asan: ## the tests under AddressSanitizer, UBSan and leak search (build/asan)
	@CK_FORK=no CK_DEFAULT_TIMEOUT=120 $(MAKE) --no-print-directory check BUILD=build/asan HARDEN= \
	    OPT='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
valgrind: ## the samples and the command line under valgrind: minutes
	@tools/setup --dev
	$(then) all
	@ASL=tests/valgrind VALGRIND_ASL=$(abspath $(BUILD)/asl) tests/run tests/samples tests/cli
coverage: ## what the tests reach, per folder; pages in build/coverage/html
	@tools/setup --dev
	@find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	$(then) tests BUILD=build/coverage HARDEN= OPT='-O0 -g --coverage'
	@tests/coverage build/coverage

# ---- what the code looks like ----

SOURCES = $(shell git ls-files '*.c' '*.h')
SCRIPTS = $(shell git ls-files | xargs grep -lE '^.!/bin/(ba)?sh|^.!/usr/bin/env (ba)?sh')

.PHONY: objects lint format
objects: $(call linked,tools runtime/embed) $(SUPPORT) $(call objs,tests tests/fuzz tests/bench)
	@:
lint: ## gcc and clang with -Werror, clang-format, shellcheck
	@tools/setup --dev
	$(then) objects BUILD=build/lint-gcc CC=gcc CFLAGS='$(CFLAGS) -Werror'
	$(then) objects BUILD=build/lint-clang CC=clang CFLAGS='$(CFLAGS) -Werror'
	@clang-format --dry-run -Werror $(SOURCES)
	@shellcheck $(SCRIPTS)
	@tools/json-powers | cmp - parsers/json/json_powers.c
	@echo 'lint: gcc, clang, clang-format, shellcheck have nothing to say'
format: ## clang-format over all of it
	clang-format -i $(SOURCES)

# ---- the rest ----

.PHONY: install uninstall dist clean help
TO     := $(DESTDIR)$(PREFIX)
TO_LIB := $(DESTDIR)$(LIBDIR)
# SHELL:PATH, where each shell's completion file is installed.
SHELLS := bash:bash-completion/completions/asl zsh:zsh/site-functions/_asl fish:fish/vendor_completions.d/asl.fish
install: all ## PREFIX=/usr/local, LIBDIR, DESTDIR; and make uninstall
	install -d $(TO)/bin $(TO)/include $(TO_LIB)/pkgconfig $(TO)/share/man/man1 $(TO)/share/asl
	install -m 755 $(BUILD)/asl $(TO)/bin/asl
	install -m 644 include/asl.h $(TO)/include/asl.h
	install -m 644 $(BUILD)/libasl.a $(TO_LIB)/libasl.a
	install -m 755 $(BUILD)/libasl.so.$(VERSION) $(TO_LIB)/libasl.so.$(VERSION)
	ln -sf libasl.so.$(VERSION) $(TO_LIB)/$(SONAME)
	ln -sf $(SONAME) $(TO_LIB)/libasl.so
	$(call pc,$(PREFIX),$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR)),$${prefix}/include) > $(TO_LIB)/pkgconfig/asl.pc
	install -m 644 docs/asl.1 $(TO)/share/man/man1/asl.1
	install -m 644 $(BUILD)/services.dat $(TO)/share/asl/services.dat
	@set -e; for s in $(SHELLS); do file=$(TO)/share/$${s#*:}; install -d "$$(dirname "$$file")"; \
	    $(BUILD)/asl --completion "$${s%%:*}" > "$$file"; done
uninstall:
	rm -f $(TO)/bin/asl $(TO)/include/asl.h $(TO)/share/man/man1/asl.1 $(TO)/share/asl/services.dat \
	    $(addprefix $(TO)/share/,bash-completion/completions/asl zsh/site-functions/_asl fish/vendor_completions.d/asl.fish) \
	    $(addprefix $(TO_LIB)/,libasl.a libasl.so $(SONAME) libasl.so.$(VERSION) pkgconfig/asl.pc)
dist: ## build/asl-VERSION.tar.gz: what is committed, the same from each checkout
	@mkdir -p build
	git archive --format=tar --prefix=asl-$(VERSION)/ HEAD | gzip -n > build/asl-$(VERSION).tar.gz
clean: ## away with build/
	rm -rf build
help: ## this list
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile tests/rules.mk | \
	    while IFS="$$(printf '\t')" read -r name text; do printf 'make %-21s %s\n' "$$name" "$$text"; done
	@echo 'CC, CPPFLAGS, CFLAGS, LDFLAGS come on top of ours; OPT ($(OPT)), WHOLE, HARDEN, ARCHIVES, BUILD replace ours; V=1: all commands.'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
