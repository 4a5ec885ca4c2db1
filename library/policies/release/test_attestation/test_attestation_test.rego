package test_attestation_test

import rego.v1

import data.lib.fixtures
import data.lib.statement
import data.test_attestation

_statement(predicate) := {
	"predicateType": statement.outcome_type,
	"subject": [{"name": "app", "digest": {"sha256": fixtures.bare("a")}}],
	"predicate": object.union({"configuration": [{"name": "unit"}]}, predicate),
}

_results(document) := results if {
	results := test_attestation.deny | test_attestation.warn with statement.trusted as {{"statement": document, "name": "unit", "at": 1}}
		with input.image.ref as fixtures.image
		with data.rule_data.informative_test_attestations as ["informative"]
}

test_passed_test_passes if _results(_statement({"result": "PASSED"})) == set()

test_ways_to_end[code] if {
	some code, [predicate, message] in {
		"test_attestation.no_failed_tests": [{"result": "FAILED", "failures": 2}, "Test attestation \"unit\" has a failed result, failures: 2"],
		"test_attestation.no_erred_test_attestations": [{"result": "ERROR"}, "Test attestation \"unit\" has an erred result"],
		"test_attestation.no_skipped_test_attestations": [{"result": "SKIPPED"}, "Test attestation \"unit\" has a skipped result"],
		"test_attestation.no_test_warnings": [{"result": "WARNED"}, "Test attestation \"unit\" has warnings, warnings: 0"],
		"test_attestation.test_result_known": [{"result": "GREAT"}, "Test attestation \"unit\" has an unsupported result value \"GREAT\""],
		"test_attestation.test_data_found": [{"result": false}, "Test attestation \"unit\" is missing the required result field"],
		"test_attestation.no_failed_informative_test_attestations": [{"result": "FAILED", "configuration": [{"name": "informative"}]}, "Informative test attestation \"informative\" has a failed result, failures: 0"],
	}
	{[result.code, result.msg] | some result in _results(_statement(predicate))} == {[code, message]}
}

test_counts_weigh_as_much_as_results if {
	fixtures.codes(_results(_statement({"result": "PASSED", "failures": 1}))) == {"test_attestation.no_failed_tests"}
}

test_statement_about_another_image_is_told if {
	other := object.union(_statement({"result": "PASSED"}), {"subject": [{"digest": {"sha256": "b"}}]})
	fixtures.said(_results(other), "test_attestation.subject_mismatch") == {sprintf("Test attestation \"unit\" subject does not match image digest %q", [fixtures.digest("a")])}
}

test_image_without_digest_matches_nothing_and_misses_nothing if {
	test_attestation.deny == set() with statement.trusted as {{"statement": _statement({"result": "PASSED"}), "name": "unit", "at": 1}}
		with input.image.ref as "registry.example/team/app:1"
}

test_test_without_name_has_one if {
	unnamed := json.remove(_statement({"result": "ERROR"}), ["/predicate/configuration"])
	fixtures.terms(_results(unnamed), "test_attestation.no_erred_test_attestations") == {"unknown test"}
}

test_rule_data_is_checked if {
	results := test_attestation.deny with data.rule_data.failed_test_attestation_results as ["BAD"]
	fixtures.codes(results) == {"test_attestation.rule_data_provided"}
}
