#!/bin/sh
# Fetches Debian's kubectl in two versions, for the tests that drive our API with clients we did not write: 1.20 from bookworm
# (no server-side field validation, OpenAPI v2, bodies without a type) and the newest from sid (OpenAPI v3, protobuf bodies).
# Nothing is installed: apt works in a root of its own below the cache directory, the host's sources and package database
# stay as they are. Prints the two paths, one a line. Running it again does nothing but print them.
set -eu

root=${XDG_CACHE_HOME:-$HOME/.cache}/assay/debian
mkdir -p "$root"
architecture=$(dpkg --print-architecture)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fetch() { # release, package, directory
  target=$root/$3
  if [ ! -x "$target/usr/bin/kubectl" ]; then
    work=$root/$3.apt
    prepare "$1" "$work"
    (cd "$work/download" && APT_CONFIG=$work/apt.conf apt-get -qq download "$2/$1") >&2
    rm -rf "$target.new"
    dpkg-deb -x "$work"/download/"$2"_*.deb "$target.new"
    rm -rf "$target" "$work"
    mv "$target.new" "$target"
  fi
  echo "$target/usr/bin/kubectl"
}

prepare() { # release, directory
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | grep -E '/debian/?$' | head -n 1)
  if [ -z "$mirror" ]; then
    echo "error: the system's apt sources name no Debian archive" >&2
    echo "hint: set ASSAY_KUBECTL to a kubectl binary instead" >&2
    exit 1
  fi
  if [ ! -r "$keyring" ]; then
    echo "error: $keyring is missing, so a Debian release cannot be verified" >&2
    echo "hint: install debian-archive-keyring" >&2
    exit 1
  fi
  rm -rf "$2"
  mkdir -p "$2/none" "$2/lists/partial" "$2/cache/archives/partial" "$2/download"
  : >"$2/status"
  echo "deb [arch=$architecture signed-by=$keyring] $mirror $1 main" >"$2/sources.list"
  cat >"$2/apt.conf" <<END
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Dir::Etc::sourcelist "$2/sources.list";
Dir::Etc::sourceparts "$2/none";
Dir::Etc::preferences "$2/no-preferences";
Dir::Etc::preferencesparts "$2/none";
Dir::State "$2";
Dir::State::lists "$2/lists";
Dir::State::status "$2/status";
Dir::Cache "$2/cache";
END
  APT_CONFIG=$2/apt.conf apt-get -qq update >&2
}

fetch bookworm kubernetes-client kubectl-old
fetch sid kubectl kubectl-new
