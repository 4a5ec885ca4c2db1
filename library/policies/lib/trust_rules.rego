package lib.trust

import rego.v1

import data.lib.clock
import data.lib.provenance
import data.lib.settings
import data.lib.task

# `{allow, deny}`, each a list of `{pattern, effective_on, versions, message}` from data and then from rule data.
rules[kind] := [rule |
	some source in _rule_sources
	is_object(source[kind])
	some group in source[kind]
	some rule in group
] if {
	some kind in {"allow", "deny"}
}

_rule_sources[1] := data.trusted_task_rules

_rule_sources[2] := settings.get("trusted_task_rules")

# Rules in effect that allow a reference: all their versions hold for it.
allowing(ref) := [rule |
	some rule in _effective("allow")
	_matches(ref, rule)
	_all_versions_hold(ref, rule)
]

# Rules in effect that deny a reference: one of their versions holds for it, or its version is not known.
denying(ref) := _denying(ref, _effective("deny"))

# Rules that will deny a reference some day.
denying_later(ref) := _denying(ref, [rule | some rule in rules.deny; clock.is_ahead(rule.effective_on)])

_denying(ref, candidates) := [rule |
	some rule in candidates
	_matches(ref, rule)
	_any_version_holds(ref, rule)
]

# A rule whose date cannot be read never takes effect.
_effective(kind) := [rule |
	some rule in rules[kind]
	clock.instant(object.get(rule, "effective_on", "1970-01-01T00:00:00Z")) <= clock.now
]

_matches(ref, rule) if glob.match(rule.pattern, null, ref.key)

# A pattern without a wildcard is for every tag.
_matches(ref, rule) if {
	not contains(rule.pattern, "*")
	startswith(ref.key, sprintf("%s:", [rule.pattern]))
}

_all_versions_hold(_, rule) if not _has_versions(rule)

_all_versions_hold(ref, rule) if {
	_has_versions(rule)
	version := version_of(ref)
	every constraint in rule.versions { _holds(version, constraint) }
}

_any_version_holds(_, rule) if not _has_versions(rule)

_any_version_holds(ref, rule) if {
	_has_versions(rule)
	not version_of(ref)
}

_any_version_holds(ref, rule) if {
	some constraint in rule.versions
	_holds(version_of(ref), constraint)
}

_has_versions(rule) if "versions" in object.keys(rule)

# The version of a task, as three numbers: what its bundle says, else what the directory in a catalog of tasks is called. Undefined when
# neither is a version.
version_of(ref) := _normal(declared) if {
	declared := _manifest(ref.bundle).annotations["org.opencontainers.image.version"]
	declared != null
} else := _normal(parts[2]) if {
	parts := split(ref.path, "/")
	count(parts) >= 4
	parts[0] in {"task", "stepaction"}
	regex.match(`^v?\d+(\.\d+){0,2}$`, parts[2])
}

# `<op><version>`, with one of four operators; anything else never holds.
_holds(version, constraint) if {
	[_, operator, operand] := regex.find_all_string_submatch_n(`^(>=|<=|>|<)(.*)$`, constraint, 1)[0]
	semver.compare(version, _normal(operand)) in {">=": {0, 1}, ">": {1}, "<=": {-1, 0}, "<": {-1}}[operator]
}

_normal(text) := version if {
	parts := split(trim_prefix(text, "v"), ".")
	version := concat(".", array.slice(array.concat(parts, ["0", "0"]), 0, max({3, count(parts)})))
	semver.is_valid(version)
}

# All bundles are asked for at once: that is one round trip.
_manifest(bundle) := _manifests[bundle] if {
	_manifests[bundle]
} else := ec.oci.image_manifests({bundle})[bundle] if {
	bundle != ""
}

default _manifests := {}

_manifests := ec.oci.image_manifests(_bundles)

_bundles contains view.ref.bundle if {
	some run in provenance.runs
	some view in provenance.tasks(run)
	view.ref.bundle != ""
}

_bundles contains view.ref.bundle if {
	some record in input.spec.tasks
	view := task.view(record)
	view.ref.bundle != ""
}
