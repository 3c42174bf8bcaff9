#!/usr/bin/env bash
# Compiles the plugin to a core WebAssembly module, of which `shiftmill plugin build --module` makes a component.
# Usage: build.sh [MODULE]. Needs Python; the C compiler is the Python package `ziglang`, fetched when it is missing.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$here/../../target}"
module="${1:-$target/weekend-meal.module.wasm}"

python=python3
if ! "$python" -c 'import ziglang' 2>/dev/null; then
    python="$target/ziglang/bin/python"
    if ! "$python" -c 'import ziglang' 2>/dev/null; then
        python3 -m venv "$target/ziglang"
        "$python" -m pip install --quiet ziglang==0.17.1
    fi
fi

mkdir -p "$(dirname "$module")"
export ZIG_GLOBAL_CACHE_DIR="${ZIG_GLOBAL_CACHE_DIR:-$target/ziglang-cache}"
export ZIG_LOCAL_CACHE_DIR="${ZIG_LOCAL_CACHE_DIR:-$target/ziglang-cache}"
"$python" -m ziglang cc -target wasm32-freestanding -std=c11 -Os -g -Wall -Wextra -Werror -nostdlib -Wl,--no-entry \
    -ffile-prefix-map="$here"=. -o "$module" "$here/weekend_meal.c"
echo "$module"
