package slsa_provenance_available_test

import rego.v1

import data.lib.fixtures
import data.slsa_provenance_available

test_good_build_passes if {
	slsa_provenance_available.deny == set() with input.attestations as [fixtures.good_v02, fixtures.good_v1]
}

test_other_type_is_told if {
	results := slsa_provenance_available.deny with input.attestations as [fixtures.good_v02]
		with data.rule_data.allowed_predicate_types as ["x", "y"]
	fixtures.said(results, "slsa_provenance_available.attestation_predicate_type_accepted") == {"Attestation predicate type \"https://slsa.dev/provenance/v0.2\" is not an expected type (x, y)"}
}

test_rule_data_is_checked if {
	results := slsa_provenance_available.deny with data.rule_data.allowed_predicate_types as []
	fixtures.codes(results) == {"slsa_provenance_available.allowed_predicate_types_provided"}
}

test_missing_type_is_told if {
	results := slsa_provenance_available.deny with input.attestations as [json.remove(fixtures.good_v02, ["/statement/predicateType"])]
	fixtures.codes(results) == {"slsa_provenance_available.attestation_predicate_type_accepted"}
}
