# A short front for Meson: each target installs what it needs, and works when run twice.
BUILD = build
JOBS = $(shell nproc)
SECONDS = 60

all: $(BUILD)/build.ninja
	ninja -C $(BUILD) -j$(JOBS) interlock

$(BUILD)/build.ninja:
	sh tools/setup.sh build
	meson setup $(BUILD)

run: all
	sh tools/run.sh $(BUILD)/interlock

test: with-tests
	ninja -C $(BUILD) -j$(JOBS)
	python3 tools/run_tests.py $(BUILD)

proof: with-tests setup-node
	ninja -C $(BUILD) -j$(JOBS)
	python3 tools/run_tests.py $(BUILD) --suite proof

lint: setup-test
	sh tools/lint.sh

# The description of the API, by a linter from npm.
lint-api: setup-node
	sh tools/lint_api.sh

# ASan and UBSan on the whole suite, TSan on what has threads.
san: setup-test
	sh tools/san.sh

# A minute a parser, clang's libFuzzer under ASan and UBSan; then a minute the whole server.
fuzz: setup-test
	sh tools/fuzz.sh $(SECONDS)

bench: with-tests
	ninja -C $(BUILD) -j$(JOBS)
	sh tools/setup.sh bench || echo "the peers cannot be installed: their parts are left out"
	python3 tests/bench/bench.py $(BUILD)
	python3 tests/bench/bench.py $(BUILD) --document

fmt:
	find src tests examples -name '*.[ch]' | xargs clang-format -i

setup-test:
	sh tools/setup.sh test

setup-node:
	sh tools/setup.sh node

# A build that was set up without the tests' libraries learns of them.
with-tests: setup-test $(BUILD)/build.ninja
	@[ -d $(BUILD)/tests ] || meson setup --reconfigure $(BUILD)

clean:
	rm -rf $(BUILD) build-*

.PHONY: all run test proof lint lint-api san fuzz bench fmt setup-test setup-node with-tests clean
