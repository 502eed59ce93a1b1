# trapline: `make help` lists the targets. meson and ninja do the work; this file holds the commands worth remembering.
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
FUZZ_JOBS ?= 2
NINJA = ninja --quiet -C

.PHONY: all help deps demo check bench fuzz install format docs clean
.NOTPARALLEL:

all: build/build.ninja ## the optimised program, build/trapline
	@$(NINJA) build

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

deps: ## install what is missing to build and to test (Debian; as root or with sudo)
	@scripts/deps build check

demo: ## build, read the sample, write demo-report.html
	@scripts/deps build
	@$(MAKE) --no-print-directory all
	@scripts/demo

check: ## unit and end-to-end tests
	@scripts/deps build check
	@scripts/setup build-check
	@$(NINJA) build-check
	@scripts/run-tests build-check

bench: ## measure parse, ingest and report; one JSON line each (BENCH_FILE: an mbox of your own)
	@scripts/deps build check
	@$(MAKE) --no-print-directory all
	@bench/run $(BENCH_FILE)

fuzz: ## libFuzzer over every target, FUZZ_SECONDS each (default 60)
	@scripts/deps build check
	@scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_JOBS)

install: all ## program, packs and man pages below PREFIX (default /usr/local); DESTDIR is honoured
	@meson configure build -Dprefix=$(abspath $(PREFIX))
	@DESTDIR=$(DESTDIR) meson install -C build

format: ## clang-format all C files
	@scripts/c-files | xargs clang-format -i

docs: ## docs/FEATURES.md from the tables
	@scripts/gen-features

clean: ## remove every build and what the demo wrote
	@rm -rf build build-* demo-report.html

build/build.ninja:
	@scripts/setup build --buildtype=release -Ddebug=true -Db_lto=true -Dtests=disabled
