#!/bin/sh
# Unpacks Debian's docker-registry into the cache, uninstalled: its package would start a service. Prints the program.
set -eu
dir=${XDG_CACHE_HOME:-$HOME/.cache}/assay/debian/docker-registry
program=$dir/usr/bin/docker-registry
if [ ! -x "$program" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  (cd "$work" && { apt-get download -qq docker-registry || { apt-get update -qq && apt-get download -qq docker-registry; }; }) >&2
  mkdir -p "$dir"
  dpkg-deb -x "$work"/docker-registry_*.deb "$dir"
fi
echo "$program"
