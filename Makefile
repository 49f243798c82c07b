# The commands of this project. "make" alone lists them.
# What they need beyond Go is fetched by the scripts in tools/ into this folder.

.POSIX:
export CGO_ENABLED = 0

LISTEN = 127.0.0.1:8080
DATA = data
# The CDK and the app that it starts run on the pinned Node.
CDK = PATH="$(CURDIR)/node_modules/.bin:$$PATH" CDK_DISABLE_CLI_TELEMETRY=1 node_modules/.bin/cdk

.PHONY: help up build test test-stores try-unit synth emulate tools lint bench bench-large
help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 18

up: build ## start everything on this machine: API, console and store
	@echo "==> starting on http://$(LISTEN), files in $(DATA)/ (stop with Ctrl-C)"
	@.build/bytepass serve --data $(DATA) --listen $(LISTEN)

build: ## compile the command into .build/bytepass
	@echo "==> compiling bytepass (minutes the first time, seconds after that)"
	@go build -o .build/bytepass ./runtime/cmd/bytepass

test: ## run everything that must pass
	@echo "==> compiling and running the checks"
	@go run ./tools/check

test-stores: ## run what runs on S3 servers on MinIO too, which takes minutes to compile
	@go run ./tools/check -stores minio

try-unit: build ## start the unit of deploy/systemd under a systemd of its own (as root)
	@sh test/deploy/systemd.sh

synth: ## write the CloudFormation templates to cdk.out/
	@sh tools/node.sh
	@echo "==> synthesizing (compiles the CDK the first time: minutes)"
	@$(CDK) synth --quiet
	@echo "==> templates are in cdk.out/"

emulate: ## deploy the stacks to an AWS emulator and print the URLs to try
	@sh tools/node.sh
	@sh tools/emulator.sh
	@sh tools/oidc-issuer.sh
	@go run ./test/emulator/emulate

tools: ## fetch what the tests need
	@for script in tools/*.sh; do sh $$script || exit 1; done

lint: ## check format and suspicious code
	@sh tools/golangci-lint.sh
	@.tools/golangci-lint run

bench: ## run the benchmarks
	@go test -run '^$$' -bench . -benchmem ./runtime/...

bench-large: ## send a file of 5 GB, killed and resumed, and print the memory it took
	@go run ./test/transfer/large
