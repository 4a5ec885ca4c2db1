package slsa_source_correlated_test

import rego.v1

import data.lib.fixtures
import data.slsa_source_correlated

_expecting(url, revision) := {
	"image": {"source": {"git": {"url": url, "revision": revision}}},
	"attestations": [fixtures.good_v02],
}

test_expected_source_passes_however_it_is_written[url] if {
	some url in ["https://git.example/team/app", "https://git.example/team/app.git", "https://git.example/team/app/"]
	slsa_source_correlated.deny == set() with input as _expecting(url, fixtures.commit)
}

test_other_source_is_told if {
	results := slsa_source_correlated.deny with input as _expecting("https://git.example/team/app", "main")
	fixtures.said(results, "slsa_source_correlated.expected_source_code_reference") == {"The expected source code reference \"git+https://git.example/team/app@main\" is not attested"}
	fixtures.terms(results, "slsa_source_correlated.expected_source_code_reference") == {sprintf(
		"git+https://git.example/team/app.git@sha1:%s",
		[fixtures.commit],
	)}
}

test_no_expectation_is_told if {
	results := slsa_source_correlated.deny with input.attestations as [fixtures.good_v02]
	fixtures.codes(results) == {"slsa_source_correlated.source_code_reference_provided"}
}

test_no_source_is_told if {
	results := slsa_source_correlated.deny with input as object.union(
		_expecting("https://git.example/team/app", "main"),
		{"attestations": []},
	)
	fixtures.codes(results) == {"slsa_source_correlated.attested_source_code_reference"}
}

test_material_that_is_no_source_is_not_taken_for_one if {
	image := json.patch(fixtures.good_v02, [{"op": "replace", "path": "/statement/predicate/materials/0/uri", "value": "oci://h/a"}])
	results := slsa_source_correlated.deny with input as object.union(
		_expecting("https://git.example/team/app", fixtures.commit),
		{"attestations": [image]},
	)
	fixtures.codes(results) == {"slsa_source_correlated.attested_source_code_reference"}
}

test_rule_data_is_checked if {
	results := slsa_source_correlated.deny with data.rule_data.supported_vcs as [1]
	"slsa_source_correlated.rule_data_provided" in fixtures.codes(results)
}
