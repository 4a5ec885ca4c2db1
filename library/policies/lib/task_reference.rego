package lib.task

import rego.v1

import data.lib.reference as images_

nameless := "<NAMELESS>"

unknown_key := "<UNKNOWN>"

# Where a task's definition comes from: `{name, kind, key, pinned, pinned_ref, tagged, tag, bundle, url, revision, path, text}`. `key` says
# where, whatever the version: `oci://repo[:tag]` or `git+<url>.git//<path>`. `pinned_ref` is the digest or commit, or empty.
reference(ref, labels) := object.union_n([_blank, {"name": _name(ref, labels), "kind": _kind(ref)}, described]) if {
	found := _origin(ref)
	described := object.union(found, {
		"pinned": found.pinned_ref != "",
		"text": sprintf("%s@%s", [found.key, found.pinned_ref]),
	})
}

_blank := {"bundle": "", "tagged": false, "tag": "", "url": "", "revision": "", "path": ""}

# Written out where it is used: nothing can change it but the pipeline.
_origin(ref) := {"key": unknown_key, "pinned_ref": "<INLINED>", "source": "inline"} if {
	ref == {}
} else := _bundle(ref.bundle) if {
	# Tekton prefers the old way of naming a bundle.
	ref.bundle
} else := _bundle(_param(ref, "bundle")) if {
	ref.resolver == "bundles"
} else := found if {
	ref.resolver == "git"
	url := _param(ref, "url")
	revision := _param(ref, "revision")
	path := _param(ref, "pathInRepo")
	found := {
		"source": "git",
		"url": url,
		"revision": revision,
		"path": path,
		"key": sprintf("%s//%s", [git_uri(url), path]),
		"pinned_ref": concat("", regex.find_n(`^[0-9a-f]{40}$`, revision, 1)),
	}
} else := {"key": unknown_key, "pinned_ref": "", "source": "cluster"}

_bundle(text) := {
	"source": "bundle",
	"bundle": text,
	"tag": parts.tag,
	"tagged": parts.tag != "",
	"key": sprintf("oci://%s", [trim_suffix(sprintf("%s:%s", [parts.repo, parts.tag]), ":")]),
	"pinned_ref": parts.digest,
} if {
	parts := images_.parse(text)
} else := {"source": "bundle", "bundle": text, "key": sprintf("oci://%s", [text]), "pinned_ref": ""}

# A git URL as provenance writes it: `git+https://host/repo.git`.
git_uri(url) := sprintf("git+%s.git", [trim_suffix(trim_prefix(url, "git+"), ".git")])

# Tekton labels every TaskRun with the name of its task; definitions have params or a name. What is written out in the pipeline has no name,
# whatever it says of itself.
_name(ref, labels) := nameless if {
	ref == {}
} else := [name |
	some name in [
		object.get(labels, "tekton.dev/task", ""),
		_param(ref, "name"),
		object.get(ref, "name", ""),
		nameless,
	]
	is_string(name)
	name != ""
][0]

_kind(ref) := lower(_param(ref, "kind")) if {
	ref.resolver == "bundles"
	_param(ref, "kind") != ""
} else := lower(ref.kind) if {
	is_string(ref.kind)
} else := "task"

_param(ref, name) := concat("", [param.value | some param in ref.params; param.name == name; is_string(param.value)])
