# METADATA
# title: Test attestation
# description: >-
#   Tests that are attached to the image as in-toto statements of the type test-result passed. A statement counts if signed provenance about it
#   says that trusted tasks alone made it; of several about one test the newest counts. Where there are none, there is nothing to report.
package test_attestation

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.reference
import data.lib.schema
import data.lib.settings
import data.lib.statement

# METADATA
# title: No failed informative test attestations
# description: None of the tests in the rule data `informative_test_attestations` failed; these never stop a release.
# custom:
#   short_name: no_failed_informative_test_attestations
#   failure_msg: 'Informative test attestation %q has a failed result, failures: %s'
#   solution: Look at what the test reports.
#   collections: [redhat]
#   depends_on:
#   - attestation_type.known_attestation_type
warn contains result if {
	some each in _ended("failed_test_attestation_results", "failures")
	_name(each) in settings.get("informative_test_attestations")
	result := outcome.of(
		rego.metadata.chain(),
		[_name(each), _count(each, "failures")],
		{"term": _name(each)},
	)
}

# METADATA
# title: No test attestation warnings
# description: No test has a result of the rule data `warned_test_attestation_results`, or counts warnings.
# custom:
#   short_name: no_test_warnings
#   failure_msg: 'Test attestation %q has warnings, warnings: %s'
#   solution: Look at what the test reports.
#   collections: [redhat]
#   depends_on:
#   - attestation_type.known_attestation_type
warn contains result if {
	some each in _ended("warned_test_attestation_results", "warnings")
	result := outcome.of(
		rego.metadata.chain(),
		[_name(each), _count(each, "warnings")],
		{"term": _name(each)},
	)
}

# METADATA
# title: No failed test attestations
# description: >-
#   No test has a result of the rule data `failed_test_attestation_results`, or counts failures, unless it is one of
#   `informative_test_attestations`.
# custom:
#   short_name: no_failed_tests
#   failure_msg: 'Test attestation %q has a failed result, failures: %s'
#   solution: Correct what the test found and run it again; the newer statement then counts.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some each in _ended("failed_test_attestation_results", "failures")
	not _name(each) in settings.get("informative_test_attestations")
	result := outcome.of(
		rego.metadata.chain(),
		[_name(each), _count(each, "failures")],
		{"term": _name(each)},
	)
}

# METADATA
# title: No unsupported test attestation result values
# description: Every test ended in a way of the rule data `supported_test_attestation_results`.
# custom:
#   short_name: test_result_known
#   failure_msg: Test attestation %q has an unsupported result value %q
#   solution: Have the task write one of the supported words.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some each in _tests
	each.predicate.result
	word := each.predicate.result
	not word in settings.get("supported_test_attestation_results")
	result := outcome.of(rego.metadata.chain(), [_name(each), word], {"term": _name(each)})
}

# METADATA
# title: Test attestation data includes result
# description: Every statement says how the test ended.
# custom:
#   short_name: test_data_found
#   failure_msg: Test attestation %q is missing the required result field
#   solution: Have the task write `result` into the predicate.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some each in _tests
	not each.predicate.result
	result := outcome.of(rego.metadata.chain(), [_name(each)], {"term": _name(each)})
}

# METADATA
# title: No erred test attestations
# description: No test has a result of the rule data `erred_test_attestation_results`.
# custom:
#   short_name: no_erred_test_attestations
#   failure_msg: Test attestation %q has an erred result
#   solution: The test did not come to a result. Run it again; the newer statement then counts.
#   collections: [redhat]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some each in _ended("erred_test_attestation_results", "")
	result := outcome.of(rego.metadata.chain(), [_name(each)], {"term": _name(each)})
}

# METADATA
# title: No skipped test attestations
# description: No test has a result of the rule data `skipped_test_attestation_results`.
# custom:
#   short_name: no_skipped_test_attestations
#   failure_msg: Test attestation %q has a skipped result
#   solution: Give the test what it needs and run it again; the newer statement then counts.
#   collections: [redhat]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some each in _ended("skipped_test_attestation_results", "")
	result := outcome.of(rego.metadata.chain(), [_name(each)], {"term": _name(each)})
}

# METADATA
# title: Test attestation subject matches image
# description: Every statement is about the image judged.
# custom:
#   short_name: subject_mismatch
#   failure_msg: Test attestation %q subject does not match image digest %q
#   solution: Have the task name the digest of the image that it tested, and attach the statement to that image.
#   collections: [redhat]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	digest := reference.parse(input.image.ref).digest
	digest != ""
	some each in _tests
	not _is_about(each, digest)
	result := outcome.of(rego.metadata.chain(), [_name(each), digest], {"term": _name(each)})
}

# METADATA
# title: Rule data provided
# description: The rule data of this package has the right form.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: >-
#     Give `*_test_attestation_results` as lists of PASSED, FAILED, WARNED, ERROR and SKIPPED, and `informative_test_attestations` as a
#     list of texts.
#   collections: [redhat, policy_data]
deny contains result if {
	words := schema.choices(["PASSED", "FAILED", "WARNED", "ERROR", "SKIPPED"])
	some key, expected in {
		"supported_test_attestation_results": words,
		"failed_test_attestation_results": words,
		"erred_test_attestation_results": words,
		"skipped_test_attestation_results": words,
		"warned_test_attestation_results": words,
		"informative_test_attestations": schema.strings,
	}
	some problem in settings.problems(key, expected)
	result := outcome.problem(rego.metadata.chain(), problem)
}

_tests := statement.newest({statement.outcome_type})

_name(each) := each.predicate.configuration[0].name if {
	each.predicate.configuration[0].name
} else := "unknown test"

# Tests with a result of the rule data `key`, or with a count above zero.
_ended(key, counted) := {each |
	some each in _tests
	_is(each.predicate, settings.get(key), counted)
}

_is(predicate, words, _) if predicate.result in words

_is(predicate, _, counted) if {
	is_number(predicate[counted])
	predicate[counted] > 0
}

_count(each, key) := sprintf("%d", [each.predicate[key]]) if {
	is_number(each.predicate[key])
	each.predicate[key] > 0
} else := "0"

_is_about(each, digest) if {
	some subject in each.subject
	digest in provenance.digests(subject)
}
