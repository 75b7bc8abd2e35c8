# Test programs: check_*.c, fuzz/fuzz_*.c, bench/bench_*.c. Each links a room and those below, and can't call above.

# Names of programs of a kind, and the room that they link: its objects are theirs, its libraries too. What is measured is
# what users build: the rooms that are optimized as one, whose libraries are those of the uppermost of them.
define program
$(2:%=$(BUILD)/$(1)_%): $(4)
$(2:%=$(BUILD)/$(1)_%): ROOM = $(3)
endef
suites  = $(eval CHECKS  += $(2))$(eval $(call program,check,$(2),$(1),$(call linked,$(1))))
fuzzers = $(eval FUZZERS += $(2))$(eval $(call program,fuzz,$(2),$(1),$(call linked,$(1))))
benches = $(eval BENCHES += $(2))$(eval $(call program,bench,$(2),$(1) $(if $(WHOLE),runtime/embed),$(call as_one,$(call linked,$(1)))))

$(call suites,parsers/base,ground timestamp digest)
$(call suites,parsers/json,json json_read json_tree double)
$(call suites,parsers/items,items)
$(call suites,parsers/parquet,parquet parquet_bounds)
$(call suites,parsers/yaml,yaml)
$(call suites,parsers/regex,regex)
$(call suites,parsers/jsonpath,jsonpath)
$(call suites,parsers/picture,picture)
$(call suites,parsers/jsonata,url jsonata)
$(call suites,parsers,source)
$(call suites,asl/resource,resource)
$(call suites,asl/model,model)
$(call suites,asl/report,reader)
$(call suites,asl/eval,template intrinsic retry choice flow effort)
$(call suites,asl/layout,layout)
$(call suites,asl asl/drawing,drawing)
$(call suites,asl,definition load validate calls codes format)
# check_cases leaves steps in their midst, as the engine does.
$(call suites,runtime/core runtime/base asl,cases event_text)
$(call suites,runtime/base,coroutine)
$(call suites,runtime/folder,folder folder_lists folder_uploads folder_writers)
$(call suites,runtime/shapes,shapes)
$(call suites,runtime/stores,stores store store_file postgresql)
$(call suites,runtime/engine runtime/stores,store_recovery store_crash)
$(call suites,runtime/embed,engine engine_steps engine_recover embed)
$(call suites,runtime/http,http_server http_requests http_message http_crowd)
$(call suites,runtime/console,console)
$(call suites,runtime/aws,sigv4 cluster_token aws_requests aws_answers)
$(call suites,runtime/handlers,handlers bucket bucket_locks command lambda handlers_http integration endpoint lambda_endpoint side_calls conversation cluster job named_jobs invoke roles)
$(call suites,runtime/handlers asl/call,jobs single_calls)
$(call suites,runtime/aws runtime/engine,places)
$(call suites,runtime/mapio,mapio results)
$(call suites,runtime/api,test_state)
$(call suites,runtime/api runtime/stores,api api_machines api_executions api_map_runs api_tasks api_faults)
$(call suites,runtime/serve,front_door service)
$(call suites,runtime/host runtime/store/sqlite,host host_timers)

# The suites can make store_commit fail; those of the engine also count calls of rt_exec_held and store_read.
$(BUILD)/check_engine $(BUILD)/check_engine_steps $(BUILD)/check_engine_recover: CHECK_LDFLAGS = -Wl,--wrap=store_commit -Wl,--wrap=rt_exec_held -Wl,--wrap=store_read
$(BUILD)/check_store_crash: CHECK_LDFLAGS = -Wl,--wrap=store_commit
# Its kernel has no pidfd when the suite says so; looks at the list of all processes are counted.
$(BUILD)/check_command $(BUILD)/check_lambda: CHECK_LDFLAGS = -Wl,--wrap=syscall,--wrap=opendir
# It counts pieces that are read of files.
$(BUILD)/check_bucket: CHECK_LDFLAGS = -Wl,--wrap=pread
# A first wait for keys ends when it says so.
$(BUILD)/check_roles: CHECK_LDFLAGS = -Wl,--wrap=uv_timer_start
# Pauses take no time when it says so, and are counted.
$(BUILD)/check_bucket_locks: CHECK_LDFLAGS = -Wl,--wrap=nanosleep,--wrap=uv_timer_start
# It looks at how long requests may take, and shortens that.
$(BUILD)/check_invoke: CHECK_LDFLAGS = -Wl,--wrap=http_client_send
# Its kernel has no openat2 when the suite says so.
$(BUILD)/check_folder: CHECK_LDFLAGS = -Wl,--wrap=syscall
# Waits for a lock take no time when it says so, and folders can't be locked.
$(BUILD)/check_folder_writers: CHECK_LDFLAGS = -Wl,--wrap=nanosleep,--wrap=flock
# They count the names that are read of folders, and set the clock ahead.
$(BUILD)/check_folder_lists $(BUILD)/check_folder_uploads: CHECK_LDFLAGS = -Wl,--wrap=readdir,--wrap=clock_gettime
# What it opens fails when the suite says so.
$(BUILD)/check_service: CHECK_LDFLAGS = -Wl,--wrap=api_new,--wrap=api_load,--wrap=host_recover,--wrap=store_commit
# Waits for a server take no time when it says so.
$(BUILD)/check_postgresql: CHECK_LDFLAGS = -Wl,--wrap=poll
# It counts how much of histories and how many rows are read.
$(BUILD)/check_api_map_runs: CHECK_LDFLAGS = -Wl,--wrap=store_read -Wl,--wrap=store_find -Wl,--wrap=store_read_outline

# A suite that is linked once more, with the ucontext fallback, for processors without our own stack switch.
CHECKS_AGAIN := coroutine_by_ucontext
$(BUILD)/check_coroutine_by_ucontext: $(BUILD)/obj/tests/check_coroutine.o $(BUILD)/libsupport.a \
    $(BUILD)/ucontext/coroutine.o $(filter-out %/coroutine.o,$(call linked,runtime/base))
	$(link_check)
$(BUILD)/check_coroutine_by_ucontext: ROOM = runtime/base
$(BUILD)/ucontext/coroutine.o: runtime/base/coroutine.c Makefile $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) -DCOROUTINE_BY_UCONTEXT $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# check_growth links the rooms of the language from objects that count what they do: each branch calls
# __sanitizer_cov_trace_pc, and what libc goes through is seen.
CHECKS += growth
WRAP_COUNTED := $(foreach f,memcpy memmove memset memcmp memchr strlen strcmp strchr strstr strspn strcspn calloc,-Wl,--wrap=$f)
$(BUILD)/check_growth: $(patsubst $(BUILD)/obj/%,$(BUILD)/counted/%,$(call linked,asl))
$(BUILD)/check_growth: ROOM = asl
$(BUILD)/check_growth: CHECK_LDFLAGS = $(WRAP_COUNTED)

$(BUILD)/counted/%.o: %.c Makefile $(BUILD)/flags
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -U_FORTIFY_SOURCE -O1 -fno-builtin -fsanitize-coverage=trace-pc -MMD -MP -c -o $@ $<

# What `make check` runs: each prints its count of passed and failed tests last. They start in this order. Those that wait
# longest come first, so that the others run meanwhile.
SUITES = $(CHECKS:%=$(BUILD)/check_%) $(CHECKS_AGAIN:%=$(BUILD)/check_%)
TESTS  = tests/store-damage tests/serve $(BUILD)/check_host $(BUILD)/check_lambda $(filter-out %/check_host %/check_lambda,$(SUITES)) \
        tests/rooms tests/samples tests/eval tests/jsonata tests/validate tests/fmt tests/templates tests/init \
        tests/suites tests/buckets tests/workers tests/few-files tests/cluster tests/mutants tests/faults tests/replay tests/reports tests/hooks tests/speed tests/life tests/old-stores tests/install tests/docs tests/graph tests/cli

$(call fuzzers,parsers/json,json)
$(call fuzzers,parsers/items,items)
$(call fuzzers,parsers/parquet,parquet)
$(call fuzzers,parsers/jsonpath,jsonpath)
$(call fuzzers,parsers/yaml,yaml)
$(call fuzzers,parsers/jsonata,jsonata_text jsonata)
$(call fuzzers,asl/model,model)
$(call fuzzers,asl,intrinsic load lint format)
$(call fuzzers,asl asl/drawing,drawing)
$(BUILD)/fuzz_drawing: $(BUILD)/obj/tests/support/geometry.o
$(call fuzzers,runtime/core asl,exec event)
$(BUILD)/fuzz_exec $(BUILD)/fuzz_event: $(BUILD)/obj/tests/support/play.o
$(call fuzzers,runtime/http,http)
$(call fuzzers,runtime/aws,aws aws_answers sigv4 credentials)
$(call fuzzers,runtime/engine,mock)
$(call fuzzers,runtime/mapio,mapio)
$(call fuzzers,runtime/handlers asl,handlers)
$(call fuzzers,runtime/api,api)
$(call fuzzers,runtime/serve,routes http_event)
$(call fuzzers,tools/template,template)
$(call fuzzers,tools/test,history suite)

$(call benches,parsers/json,json spawn)
$(call benches,parsers/items,items)
$(call benches,parsers/parquet,parquet)
$(call benches,parsers/jsonata,jsonata work)
$(call benches,runtime/embed,waiting)
$(call benches,runtime/engine runtime/store/sqlite,store)
$(call benches,runtime/api runtime/store/sqlite,pages)
$(call benches,runtime/http,http)
$(call benches,runtime/http runtime/store/sqlite,serve)

# From an archive, so that a suite takes only the helpers it uses, and no room above its own.
$(BUILD)/libsupport.a: $(SUPPORT)
	$(call say,AR)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# Libraries that are loaded when first used, and which a test or a measurement calls itself.
loaded = $(if $(filter runtime/store/sqlite,$(call below,$(1))),sqlite3) $(if $(filter parsers/parquet,$(1)),snappy)

define link_check
	$(call say,LINK)
	$(link) -Wl,--wrap=_mark_point $(CHECK_LDFLAGS) $< $(BUILD)/libsupport.a $(sort $(filter-out $< %.a,$^)) $(shell $(PKG_CONFIG) --libs check $(call loaded,$(ROOM))) $(call libs,$(ROOM))
endef

# A program finds the services' models beside itself.
$(CHECKS:%=$(BUILD)/check_%): $(BUILD)/check_%: $(BUILD)/obj/tests/check_%.o $(BUILD)/libsupport.a | $(BUILD)/services.dat
	$(link_check)
$(FUZZERS:%=$(BUILD)/fuzz_%): $(BUILD)/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o | $(BUILD)/services.dat
	$(call say,LINK)
	$(link) -fsanitize=fuzzer $(sort $^) $(call libs,$(ROOM))
$(BENCHES:%=$(BUILD)/bench_%): $(BUILD)/bench_%: $(BUILD)/obj/tests/bench/bench_%.o
	$(call say,LINK)
	$(link) $(sort $^) $(if $(strip $(call loaded,$(ROOM))),$(shell $(PKG_CONFIG) --libs $(call loaded,$(ROOM)))) $(call libs,$(ROOM))

# What a library does otherwise in some tests.
PRELOADS := $(patsubst tests/preload/%.c,$(BUILD)/%.so,$(wildcard tests/preload/*.c))
$(BUILD)/%.so: tests/preload/%.c Makefile $(BUILD)/flags
	$(call say,LINK)
	@mkdir -p $(@D)
	$(share) $< -ldl

# ---- fuzzing and speed ----

# What is found is kept in build/fuzz; the seeds are only read.
TARGET  ?= $(FUZZERS)
SECONDS ?= 60
fuzz: ## parsers against made-up input: TARGET=json SECONDS=60
	@tools/setup --dev
	$(then) $(TARGET:%=build/fuzz/fuzz_%) BUILD=build/fuzz CC=clang HARDEN= \
	    OPT='-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'
	@if [ -d $(CASES)/asl/cases ]; then tests/fuzz/api_seeds $(CASES)/asl/cases build/fuzz/corpus/api; fi
	@set -e; for t in $(TARGET); do mkdir -p build/fuzz/corpus/$$t; \
	    build/fuzz/fuzz_$$t -max_total_time=$(SECONDS) -artifact_prefix=build/fuzz/$$t- \
	        -rss_limit_mb=2048 -timeout=10 build/fuzz/corpus/$$t tests/fuzz/corpus/$$t; done

.PHONY: fuzz bench bench-compare bench-jsonatapy bench-workloads bench-validate bench-test bench-calls bench-commands bench-map parquet-differential jsonata-differential $(BENCHES:%=bench-%)
bench: setup ## how fast it is, beside the limits: ROWS="loop json-*" TURNS=5 JSON=FILE. Parts: bench-workloads, -json, -items, -parquet (BENCH=files), -work, -waiting, -http, -store, -pages
	$(then) all $(BENCHES:%=$(BUILD)/bench_%)
	@tests/bench/run --build $(BUILD) $(TURNS:%=--turns %) $(JSON:%=--json %) $(foreach r,$(ROWS),'$r')
bench-compare: ## instructions beside those of another commit, by valgrind: BASE=commit ROWS="loop json-*" ACCEPT=row JSON=FILE
	@tools/setup --dev
	+@MAKE='$(MAKE)' tests/bench/compare --build $(BUILD) $(BASE:%=--base %) $(CI:%=--ci) $(ACCEPT:%=--accept %) $(JSON:%=--json %) $(foreach r,$(ROWS),'$r')
bench-workloads: all ## executions of many kinds: BENCH="--reps 20 loop1000"
	@tests/bench/workloads --asl $(BUILD)/asl --out build/bench $(BENCH)
$(filter-out bench-jsonata bench-spawn,$(BENCHES:%=bench-%)): bench-%: $(BUILD)/bench_%
	@$< $(BENCH)
bench-serve: $(BUILD)/asl ## asl serve under load: BENCH="--store bench.db --durability full"
bench-serve: BENCH := --asl $(BUILD)/asl $(BENCH)
bench-jsonata: $(BUILD)/bench_jsonata ## JSONata beside its reference implementation (with Node)
	@tests/bench/jsonata $< build/bench $(if $(BENCH),'$(BENCH)')
bench-jsonatapy: $(BUILD)/bench_jsonata ## JSONata beside jsonatapy, which is in Rust (pip install jsonatapy)
	@tests/bench/jsonatapy $< $(if $(BENCH),'$(BENCH)')
bench-validate: all ## asl validate: MB a second, and what a hostile file costs
	@tests/bench/validate --asl $(BUILD)/asl $(BENCH)
bench-test: $(BUILD)/asl ## asl test: cases a second, on one core and on two, and what mutants cost
	@tests/bench/test --asl $(BUILD)/asl $(BENCH)
bench-calls: $(BUILD)/asl ## what a signed call of a service costs beside a call of a plain HTTP handler
	@tests/bench/calls --asl $(BUILD)/asl $(BENCH)
bench-commands: $(BUILD)/asl ## commands as Tasks: how many a second, beside posix_spawn alone
	@tests/bench/commands --asl $(BUILD)/asl $(BENCH)
bench-map: all ## a distributed Map over a million lines in S3, with result files: items a second, and memory
	@tests/bench/map --asl $(BUILD)/asl $(BENCH)
COUNT ?= 20000
SEED  ?= 1
parquet-differential: $(BUILD)/bench_parquet ## random Parquet files beside pyarrow (pip install pyarrow duckdb): COUNT=200 SEED=0
	@ASL=$(BUILD)/asl tests/parquet/run --count $(if $(filter file,$(origin COUNT)),200,$(COUNT)) --seed $(if $(filter file,$(origin SEED)),0,$(SEED))
jsonata-differential: all ## random JSONata beside the reference implementation (with Node): COUNT=20000 SEED=1 ONLY=regex
	@tests/jsonata-reference/fetch build/bench || { echo 'it needs node and npm' >&2; exit 1; }
	@status=0; for d in aws reference; do NODE_PATH=build/bench/node_modules \
	    node tests/jsonata-reference/differential.js $(BUILD)/asl $$d $(COUNT) $(SEED) $(ONLY) || status=1; done; exit $$status
