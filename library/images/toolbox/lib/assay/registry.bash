# shellcheck disable=SC2034,SC2016 # tag is for the sourcing program; hints name variables
# Talks to one repository of an OCI registry (distribution-spec 1.1) with curl and jq. Sourced, not run.
#
#   open_repository REFERENCE pull|pull,push   sets registry, repository, tag, digest and authenticates
#   fetch_blob DIGEST FILE WHAT                downloads; does not check; WHAT names it in errors
#   push_blob FILE DIGEST                      uploads unless present
#   mount_blob DIGEST FROM_REPOSITORY          true when the registry made the blob appear here
#   fetch_manifest REFERENCE FILE              REFERENCE is a tag or a digest; does not check
#   push_manifest FILE MEDIA_TYPE REFERENCE
#
# Credentials come from $AUTHFILE or the docker config.json: the entry with the most specific repository path.
# They pass through files that only this user can read, never through a command line.

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() {
  printf 'error: %s\n' "$1" >&2
  [[ -z ${2:-} ]] || printf 'hint: %s\n' "$2" >&2
  exit 1
}

warn() {
  printf 'warning: %s\n' "$1" >&2
}

digest_of() {
  local sum
  sum=$(sha256sum <"$1")
  printf 'sha256:%s' "${sum%% *}"
}

is_digest() {
  [[ $1 =~ ^sha256:[0-9a-f]{64}$ ]]
}

# Splits host[:port]/path[:tag][@digest]; tag and digest may come out empty.
parse_reference() {
  local rest=$1
  digest='' tag=''
  if [[ $rest == *@* ]]; then
    digest=${rest#*@}
    rest=${rest%%@*}
  fi
  registry=${rest%%/*}
  [[ $rest == */* && $registry =~ [.:]|^localhost$ ]] ||
    die "\"$1\" does not name a registry" 'write the reference in full: host[:port]/path[:tag]'
  repository=${rest#*/}
  if [[ ${repository##*/} == *:* ]]; then
    tag=${repository##*:}
    repository=${repository%:*}
  fi
  [[ $repository =~ ^[a-z0-9]+([._/-]+[a-z0-9]+)*$ ]] || die "\"$1\" is not an image reference"
}

open_repository() {
  parse_reference "$1"
  case $registry in
    localhost | localhost:* | 127.* | '[::1]'*) base_url=http://$registry/v2 ;;
    *) base_url=https://$registry/v2 ;;
  esac
  repository_url=$base_url/$repository
  authorization=$scratch/authorization
  : >"$authorization"
  authenticate "$2"
}

# request URL [curl argument...]: body in $scratch/body, headers in $scratch/headers, status in $status.
request() {
  local url=$1
  shift
  status=$(curl --silent --show-error --location --retry 3 --header "@$authorization" \
    --dump-header "$scratch/headers" --output "$scratch/body" --write-out '%{http_code}' "$@" "$url") ||
    die "cannot reach $registry" 'check the name and that this step has a network'
}

# expect WHAT STATUS...: dies with the registry's own words unless the last status is one of those.
expect() {
  local what=$1 wanted
  shift
  for wanted in "$@"; do
    [[ $status != "$wanted" ]] || return 0
  done
  local words
  words=$(jq -r '[.errors[]? | .code + " " + (.message // "")] | join(", ")' "$scratch/body" 2>/dev/null) || words=''
  case $status in
    401) die "$registry wants credentials to $what" 'put them in $AUTHFILE or ~/.docker/config.json' ;;
    *) die "$registry answers $status to $what${words:+: $words}" ;;
  esac
}

header() {
  sed -n "s/^$1: *//Ip" "$scratch/headers" | tr -d '\r' | tail -n 1
}

# The most specific key of "auths" wins: registry/org/repository, registry/org, registry.
find_credentials() {
  local file=${AUTHFILE:-${DOCKER_CONFIG:-${HOME:-/root}/.docker}/config.json} key=$registry/$repository
  [[ -r $file ]] || return 0
  while :; do
    local entry
    entry=$(jq -c --arg key "$key" '.auths[$key] // empty' "$file")
    [[ -z $entry ]] || break
    [[ $key == */* ]] || return 0
    key=${key%/*}
  done
  jq -r 'if .registrytoken then "Bearer " + .registrytoken
    elif .auth then "Basic " + .auth
    elif .username then "Basic " + (.username + ":" + .password | @base64)
    else empty end' <<<"$entry"
}

authenticate() {
  local actions=$1 credentials challenge
  credentials=$(find_credentials)
  request "$base_url/"
  challenge=$(header www-authenticate)
  if [[ $status == 401 && ${challenge,,} == bearer* && $credentials != Bearer* ]]; then
    fetch_token "$challenge" "$actions" "$credentials"
  elif [[ -n $credentials ]]; then
    printf 'Authorization: %s\n' "$credentials" >"$authorization"
  fi
}

fetch_token() {
  local challenge=$1 actions=$2 credentials=$3 realm service
  realm=$(sed -n 's/.*realm="\([^"]*\)".*/\1/p' <<<"$challenge")
  service=$(sed -n 's/.*service="\([^"]*\)".*/\1/p' <<<"$challenge")
  [[ -z $credentials ]] || printf 'Authorization: %s\n' "$credentials" >"$authorization"
  request "$realm" --get --data-urlencode "service=$service" \
    --data-urlencode "scope=repository:$repository:$actions"
  expect "give a token for $repository" 200
  jq -r '"Authorization: Bearer " + (.token // .access_token)' "$scratch/body" >"$scratch/token"
  mv "$scratch/token" "$authorization"
}

fetch_blob() {
  request "$repository_url/blobs/$1"
  expect "fetch $3" 200
  mv "$scratch/body" "$2"
}

blob_exists() {
  request "$repository_url/blobs/$1" --head
  [[ $status == 200 ]]
}

push_blob() {
  local file=$1 digest=$2 location separator='?'
  ! blob_exists "$digest" || return 0
  request "$repository_url/blobs/uploads/" --request POST --data ''
  expect "take a blob for $repository" 202
  location=$(upload_location)
  [[ $location != *\?* ]] || separator='&'
  request "$location${separator}digest=$digest" --upload-file "$file" --header 'Expect:' \
    --header 'Content-Type: application/octet-stream'
  expect "take blob $digest for $repository" 201
}

mount_blob() {
  request "$repository_url/blobs/uploads/?mount=$1&from=$2" --request POST --data ''
  [[ $status == 201 ]]
}

upload_location() {
  local location
  location=$(header location)
  case $location in
    /*) printf '%s%s' "${base_url%/v2}" "$location" ;;
    *) printf '%s' "$location" ;;
  esac
}

fetch_manifest() {
  request "$repository_url/manifests/$1" \
    --header 'Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json' \
    --header 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
    --header 'Accept: application/vnd.docker.distribution.manifest.list.v2+json'
  expect "fetch $repository at $1" 200
  mv "$scratch/body" "$2"
}

push_manifest() {
  request "$repository_url/manifests/$3" --upload-file "$1" --header 'Expect:' --header "Content-Type: $2"
  expect "take the manifest of $repository at $3" 201
}
