#!/bin/sh
# Fetches Debian's cosign in two versions, for the tests that check our evidence with a verifier we did not write:
# cosign 2 (legacy tags only) from trixie and cosign 3 (bundles) from sid. Nothing is installed: apt works in a root
# of its own below the cache directory, the host's sources and package database stay as they are.
# Prints the two paths, one a line. Running it again does nothing but print them.
set -eu

root=${XDG_CACHE_HOME:-$HOME/.cache}/assay/debian
mkdir -p "$root"
architecture=$(dpkg --print-architecture)

fetch() { # release, directory
  target=$root/$2
  if [ ! -x "$target/usr/bin/cosign" ]; then
    prepare "$1"
    rm -rf "$root/download" "$target.new"
    mkdir "$root/download"
    (cd "$root/download" && APT_CONFIG=$root/apt.conf apt-get -qq download "cosign/$1") >&2
    dpkg-deb -x "$root"/download/cosign_*.deb "$target.new"
    rm -rf "$root/download" "$target"
    mv "$target.new" "$target"
  fi
  echo "$target/usr/bin/cosign"
}

prepare() { # release
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -E '/debian/?$' | head -n 1)
  if [ -z "$mirror" ]; then
    echo "error: the system's apt sources name no Debian archive" >&2
    echo "hint: set ASSAY_COSIGN to a cosign binary instead" >&2
    exit 1
  fi
  keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  if [ ! -r "$keyring" ]; then
    echo "error: $keyring is missing, so a Debian release cannot be verified" >&2
    echo "hint: install debian-archive-keyring" >&2
    exit 1
  fi
  mkdir -p "$root/none" "$root/lists/partial" "$root/cache/archives/partial"
  : >"$root/status"
  echo "deb [arch=$architecture signed-by=$keyring] $mirror $1 main" >"$root/sources.list"
  cat >"$root/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::Etc::sourcelist "$root/sources.list";
Dir::Etc::sourceparts "$root/none";
Dir::Etc::preferences "$root/no-preferences";
Dir::Etc::preferencesparts "$root/none";
Dir::State "$root";
Dir::State::lists "$root/lists";
Dir::State::status "$root/status";
Dir::Cache "$root/cache";
END
  APT_CONFIG=$root/apt.conf apt-get -qq update >&2
}

fetch trixie cosign-2
fetch sid cosign-3
