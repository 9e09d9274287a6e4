#!/bin/sh
set -eu

scratch=$(mktemp)

cleanup() {
    rm -f "$scratch"
}
trap cleanup EXIT

df -h > "$scratch"
mail -s "disk report" root < "$scratch"
