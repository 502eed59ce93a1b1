# trapline: `make help` lists the targets. meson and ninja do the work; this file holds the commands worth remembering.
PREFIX ?= /usr/local
DESTDIR ?=
FUZZ_SECONDS ?= 60
FUZZ_JOBS ?= 2
# On a terminal ninja shows how far it is.
NINJA = ninja $(shell [ -t 2 ] || echo --quiet) -C

.PHONY: all help deps demo check bench fuzz install uninstall format docs clean
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

bench: ## measure parse, ingest, pages and report; one JSON line each (BENCH_FILE: an mbox of your own)
	@scripts/deps build check
	@$(MAKE) --no-print-directory all
	@bench/run $(BENCH_FILE)

fuzz: ## libFuzzer over every target, FUZZ_SECONDS each (default 60)
	@scripts/deps build check
	@scripts/fuzz $(FUZZ_SECONDS) $(FUZZ_JOBS)

# Builds nothing that is there: after `make`, `sudo make install` must leave no file of root's in build/.
install: $(if $(wildcard build/trapline),,all) ## program, man pages, bash completion below PREFIX (default /usr/local); DESTDIR is honoured
	@install -D -m 755 build/trapline "$(DESTDIR)$(PREFIX)/bin/trapline"
	@install -d "$(DESTDIR)$(PREFIX)/share/man/man1"
	@install -m 644 docs/man/*.1 "$(DESTDIR)$(PREFIX)/share/man/man1/"
	@install -D -m 644 docs/trapline.bash "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/trapline"
	@echo "installed: $(DESTDIR)$(PREFIX)/bin/trapline, its man pages and its completion; make uninstall removes them"

uninstall: ## remove what install put there (same PREFIX and DESTDIR)
	@rm -f "$(DESTDIR)$(PREFIX)/bin/trapline" "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/trapline"
	@for page in docs/man/*.1; do rm -f "$(DESTDIR)$(PREFIX)/share/man/man1/$${page##*/}"; done

format: ## clang-format all C files
	@scripts/c-files | xargs clang-format -i

docs: ## docs/FEATURES.md and docs/FINGERPRINT.md from the tables
	@scripts/gen-features

clean: ## remove every build and what the demo wrote
	@rm -rf build build-* demo-report.html

build/build.ninja:
	@scripts/setup build --buildtype=release -Ddebug=true -Db_lto=true -Dtests=disabled
