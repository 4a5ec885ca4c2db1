package slsa_source_version_controlled_test

import rego.v1

import data.lib.fixtures
import data.slsa_source_version_controlled

_made_of(materials) := json.patch(fixtures.good_v02, [{
	"op": "replace",
	"path": "/statement/predicate/materials",
	"value": materials,
}])

test_good_build_passes if {
	slsa_source_version_controlled.deny == set() with input.attestations as [fixtures.good_v02, fixtures.good_v1]
}

test_build_without_source_is_told if {
	results := slsa_source_version_controlled.deny with input.attestations as [_made_of([{"uri": "oci://a", "digest": {"sha256": "b"}}])]
	fixtures.codes(results) == {"slsa_source_version_controlled.materials_format_okay"}
	nameless := slsa_source_version_controlled.deny with input.attestations as [_made_of([{"digest": {"sha1": fixtures.commit}}])]
	fixtures.codes(nameless) == {"slsa_source_version_controlled.materials_format_okay"}
}

test_odd_source_is_told if {
	results := slsa_source_version_controlled.deny with input.attestations as [_made_of([{"uri": "ftp://a", "digest": {"sha1": "b"}}])]
	{result.msg | some result in results} == {
		"Material URI \"ftp://a\" is not a git URI",
		"Material digest \"b\" is not a git commit sha",
	}
}
