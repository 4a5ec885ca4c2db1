package slsa_build_build_service_test

import rego.v1

import data.lib.fixtures
import data.slsa_build_build_service

test_good_build_passes if {
	slsa_build_build_service.deny == set() with input.attestations as [fixtures.good_v02, fixtures.good_v1]
}

test_build_without_builder_is_told if {
	results := slsa_build_build_service.deny with input.attestations as [json.remove(fixtures.good_v02, ["/statement/predicate/builder"])]
	fixtures.codes(results) == {"slsa_build_build_service.slsa_builder_id_found"}
}

test_unknown_builder_is_told if {
	results := slsa_build_build_service.deny with input.attestations as [fixtures.good_v1]
		with data.rule_data.allowed_builder_ids as ["https://assay.example"]
	fixtures.said(results, "slsa_build_build_service.slsa_builder_id_accepted") == {"Builder ID \"https://tekton.dev/chains/v2\" is unexpected"}
}

test_rule_data_is_checked if {
	results := slsa_build_build_service.deny with data.rule_data.allowed_builder_ids as [1]
	fixtures.codes(results) == {"slsa_build_build_service.allowed_builder_ids_provided"}
}
