package test_test

import rego.v1

import data.lib.fixtures
import data.lib.statement_test
import data.test

_reporting(value) := fixtures.v02([fixtures.task("check", fixtures.bundle("scan", "0.3", fixtures.digest("3")), {}, [fixtures.text(
	"TEST_OUTPUT",
	json.marshal(value),
)])])

_results(value) := results if {
	results := test.deny | test.warn with input.attestations as [_reporting(value)]
		with input.image.ref as fixtures.image
		with data.rule_data.informative_tests as ["informative"]
}

test_good_build_passes if {
test.deny |
	test.warn == set() with input.attestations as [fixtures.good_v02] with input.image.ref as fixtures.image
	test.deny | test.warn == set() with input.attestations as [fixtures.good_v1] with input.image.ref as fixtures.image
}

test_ways_to_end[code] if {
	some code, [value, message] in {
		"test.no_failed_tests": [{"result": "FAILURE"}, "The Task \"scan\" from the build Pipeline reports a failed test"],
		"test.no_erred_tests": [{"result": "ERROR"}, "The Task \"scan\" from the build Pipeline reports a test erred"],
		"test.no_skipped_tests": [{"result": "SKIPPED"}, "The Task \"scan\" from the build Pipeline reports a test was skipped"],
		"test.no_test_warnings": [{"result": "WARNING"}, "The Task \"scan\" from the build Pipeline reports a test contains warnings"],
		"test.test_results_known": [{"result": "GREAT"}, "The Task \"scan\" from the build Pipeline has an unsupported test result \"GREAT\""],
		"test.test_results_found": [{"outcome": "SUCCESS"}, "Found tests without results"],
	}
	{[result.code, result.msg] | some result in _results(value)} == {[code, message]}
}

test_counts_weigh_as_much_as_results if {
	fixtures.codes(_results({"result": "SUCCESS", "failures": 1, "warnings": 0})) == {"test.no_failed_tests"}
	fixtures.codes(_results({"result": "SUCCESS", "failures": 0, "warnings": 1})) == {"test.no_test_warnings"}
}

test_informative_tests_only_warn if {
	informative := fixtures.task("check", {"name": "informative"}, {}, [fixtures.test_output("FAILURE")])
	results := test.warn with input.attestations as [fixtures.v02([informative])]
		with data.rule_data.informative_tests as ["informative"]
	fixtures.said(results, "test.no_failed_informative_tests") == {"The Task \"informative\" from the build Pipeline reports a failed informative test"}
	test.deny == set() with input.attestations as [fixtures.v02([informative])]
		with data.rule_data.informative_tests as ["informative"]
}

test_build_without_tests_is_told if {
	results := test.deny with input.attestations as [fixtures.v02([fixtures.build])]
	fixtures.codes(results) == {"test.test_data_found"}
}

test_attached_test_stands_for_one_in_the_build if {
	test.deny == set() with input.attestations as [fixtures.v02([fixtures.build])]
		with input.image.ref as fixtures.image
		with data.trusted_tasks as fixtures.trusted_tasks
		with ec.oci.image_referrers as statement_test.referrers
		with ec.oci.image_manifest as statement_test.manifest
		with ec.oci.blob as statement_test.blob
		with ec.sigstore.verify_attestation as statement_test.verify
}

_looking_at(name, character) := fixtures.task(name, {"name": "scan"}, {}, [
	fixtures.test_output("SUCCESS"),
	fixtures.text("IMAGES_PROCESSED", json.marshal({"image": {"digests": [fixtures.digest(character)]}})),
])

test_image_that_a_test_left_out_is_told if {
	results := test.deny with input.attestations as [fixtures.v02([_looking_at("one", "b")])]
		with input.image.ref as fixtures.image
	fixtures.said(results, "test.test_all_images") == {sprintf("Test 'scan' did not process image with digest '%s'.", [fixtures.digest("a")])}
	test.deny == set() with input.attestations as [fixtures.v02([_looking_at("one", "b"), _looking_at("two", "a")])]
		with input.image.ref as fixtures.image
}

test_rule_data_is_checked if {
	results := test.deny with data.rule_data as {"failed_tests_results": ["BAD"], "informative_tests": [1]}
	count(fixtures.said(results, "test.rule_data_provided")) == 2
}
