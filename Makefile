# What a builder types. `make` alone prints the lines that start with a target and a ##.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run test soak bench dist fmt peers clean

# Maven runs on JDK 25 too: the formatter parses with the compiler of the JVM it is in.
MAVEN = export JAVA_HOME="$$(deploy/find-jdk)"; \
  export MAVEN_OPTS="$${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"; \
  mvn -B --no-transfer-progress -Dstyle.color=never

help: ## this list
	@echo 'Sekisho, the outbound gateway. To start it: ./sekisho run'
	@echo
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

run: ## build when needed and start the gateway (the same as ./sekisho run)
	@exec ./sekisho run

test: peers ## format, rules of the house and every test, then the launcher in a clone and the packages in a clean root; at most 15 minutes
	@$(MAVEN) spotless:check verify
	.ci/launcher-test
	.ci/dist-test

soak: peers ## the same tests with larger counts: a hundred kills of gateway and journal, a thousand policies, ten tables of deliveries
	@$(MAVEN) verify -Dsekisho.soak=true -Dtests.timeout=0

bench: peers ## Sekisho beside Squid, HAProxy and Traffic Server on this machine; writes bench/RESULTS.md
	@exec bench/run

dist: ## what people install: dist/*.tar.gz and dist/*.deb, with their own Java runtime
	@exec deploy/dist

fmt: peers ## format the Java sources
	@$(MAVEN) -q spotless:apply

peers: ## install what building and testing need from Debian's packages (as root), starting no daemon
	@exec .ci/peers

clean: ## remove what was built
	@rm -rf dist gateway/target backoffice/target target
