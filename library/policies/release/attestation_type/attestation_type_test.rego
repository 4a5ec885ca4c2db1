package attestation_type_test

import rego.v1

import data.attestation_type
import data.lib.fixtures

test_good_build_passes if {
	attestation_type.deny == set() with input.attestations as [fixtures.good_v02, fixtures.good_v1]
}

test_unknown_type_is_told if {
	odd := json.patch(fixtures.good_v02, [{"op": "replace", "path": "/statement/_type", "value": "x"}])
	results := attestation_type.deny with input.attestations as [odd]
	fixtures.said(results, "attestation_type.known_attestation_type") == {"Unknown attestation type 'x'"}
}

test_missing_provenance_is_told if {
	results := attestation_type.deny with input.attestations as []
	fixtures.said(results, "attestation_type.pipelinerun_attestation_found") == {"Missing pipelinerun attestation"}
}

test_rule_data_is_checked if {
	results := attestation_type.deny with input.attestations as [fixtures.good_v02]
		with data.rule_data.known_attestation_types as []
	count(fixtures.said(results, "attestation_type.known_attestation_types_provided")) == 1
}

test_old_form_of_input_is_told if {
	results := attestation_type.deny with input.attestations as [fixtures.good_v02, {"predicateType": "x"}]
	fixtures.codes(results) == {"attestation_type.deprecated_policy_attestation_format"}
}

test_missing_type_is_told if {
	results := attestation_type.deny with input.attestations as [json.remove(fixtures.good_v02, ["/statement/_type"])]
	fixtures.said(results, "attestation_type.known_attestation_type") == {"Unknown attestation type ''"}
}
