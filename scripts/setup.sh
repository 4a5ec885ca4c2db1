#!/bin/sh
# Brings what is missing: `run` for Assay itself, `test` for what the tests use besides. Repeatable; says what it does.
set -eu
cd "$(dirname "$0")/.."
mode=${1:-run}
say() { printf '%s\n' "$*" >&2; }

# Programs and the Debian packages that bring them.
needs='crun:crun runc:runc slirp4netns:slirp4netns socat:socat newuidmap:uidmap git:git
  /usr/share/containers/seccomp.json:golang-github-containers-common unshare:util-linux nsenter:util-linux mount:mount ip:iproute2 tar:tar'
[ "$mode" = test ] && needs="$needs skopeo:skopeo curl:curl
  /usr/bin/chromium-headless-shell:chromium-headless-shell"

missing=
for need in $needs; do
  thing=${need%%:*}
  case $thing in
    /*) [ -e "$thing" ] || missing="$missing ${need#*:}" ;;
    *) command -v "$thing" >/dev/null 2>&1 || missing="$missing ${need#*:}" ;;
  esac
done
if [ -n "$missing" ]; then
  command="apt-get install -y --no-install-recommends$missing"
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "error: missing on this machine:$missing"
    say "hint: as root: $command"
    exit 1
  fi
  say "setup: installing$missing"
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive $command; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    say "error: could not install$missing"
    say "hint: read the lines above, then try: $command"
    exit 1
  fi
  rm -f "$log"
fi

# npm packages, again whenever the lock file changes.
stamp=node_modules/.assay-lock
if [ ! -f "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
  say 'setup: npm ci'
  npm ci --no-audit --no-fund --loglevel=error >&2
  cp package-lock.json "$stamp"
fi

if [ "$mode" = test ]; then
  sh scripts/fetch-docker-registry.sh >/dev/null
  bash scripts/fetch-cosign.sh >/dev/null
  sh scripts/fetch-kubectl.sh >/dev/null
fi
