# METADATA
# title: Test
# description: >-
#   The tests of the build passed. A task is a test if it has the result TEST_OUTPUT, a JSON object with `result` and the counts
#   `failures` and `warnings`. A count above zero weighs as much as the `result`.
package test

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.reference
import data.lib.schema
import data.lib.settings
import data.lib.statement

# METADATA
# title: No informative tests failed
# description: None of the tests in the rule data `informative_tests` failed; these never stop a release.
# custom:
#   short_name: no_failed_informative_tests
#   failure_msg: The Task %q from the build Pipeline reports a failed informative test
#   solution: Look at the log of the task.
#   collections: [redhat]
#   depends_on:
#   - test.test_data_found
warn contains result if {
	some name in _ended("failed_tests_results", "failures")
	name in settings.get("informative_tests")
	result := outcome.of(rego.metadata.chain(), [name], {"term": name})
}

# METADATA
# title: No tests produced warnings
# description: No test has a result of the rule data `warned_tests_results`, or counts warnings.
# custom:
#   short_name: no_test_warnings
#   failure_msg: The Task %q from the build Pipeline reports a test contains warnings
#   solution: Look at the log of the task.
#   collections: [redhat]
#   depends_on:
#   - test.test_data_found
warn contains result if {
	some name in _ended("warned_tests_results", "warnings")
	result := outcome.of(rego.metadata.chain(), [name], {"term": name})
}

# METADATA
# title: Test data found in task results
# description: At least one task of the build is a test, or a trusted test is attached to the image as a statement.
# custom:
#   short_name: test_data_found
#   failure_msg: No test data found
#   solution: Add a task with the result TEST_OUTPUT to the pipeline, or test the image in a pipeline whose trusted tasks attach a statement.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	count(provenance.builds) > 0
	count(_tests) == 0
	count(statement.newest({statement.outcome_type})) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Test data includes results key
# description: Every TEST_OUTPUT says how the test ended.
# custom:
#   short_name: test_results_found
#   failure_msg: Found tests without results
#   solution: Have the task write `result` into its TEST_OUTPUT.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - test.test_data_found
deny contains result if {
	some each in _tests
	not each.value.result
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: No unsupported test result values found
# description: Every test ended in a way of the rule data `supported_tests_results`.
# custom:
#   short_name: test_results_known
#   failure_msg: The Task %q from the build Pipeline has an unsupported test result %q
#   solution: Have the task write one of the supported words.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - test.test_data_found
deny contains result if {
	some each in _tests
	word := each.value.result
	not word in settings.get("supported_tests_results")
	result := outcome.of(rego.metadata.chain(), [each.name, word], {"term": each.name})
}

# METADATA
# title: No tests failed
# description: No test has a result of the rule data `failed_tests_results`, or counts failures, unless it is one of `informative_tests`.
# custom:
#   short_name: no_failed_tests
#   failure_msg: The Task %q from the build Pipeline reports a failed test
#   solution: Look at the log of the task, correct what it found, and build again.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - test.test_data_found
deny contains result if {
	some name in _ended("failed_tests_results", "failures")
	not name in settings.get("informative_tests")
	result := outcome.of(rego.metadata.chain(), [name], {"term": name})
}

# METADATA
# title: No tests erred
# description: No test has a result of the rule data `erred_tests_results`.
# custom:
#   short_name: no_erred_tests
#   failure_msg: The Task %q from the build Pipeline reports a test erred
#   solution: The test did not come to a result. Look at the log of the task, and build again.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - test.test_data_found
deny contains result if {
	some name in _ended("erred_tests_results", "")
	result := outcome.of(rego.metadata.chain(), [name], {"term": name})
}

# METADATA
# title: No tests were skipped
# description: No test has a result of the rule data `skipped_tests_results`. A test is skipped when something that it needs is missing.
# custom:
#   short_name: no_skipped_tests
#   failure_msg: The Task %q from the build Pipeline reports a test was skipped
#   solution: Give the test what it needs, such as a licence; its log says what is missing.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - test.test_data_found
#   effective_on: 2023-12-08T00:00:00Z
deny contains result if {
	some name in _ended("skipped_tests_results", "")
	result := outcome.of(rego.metadata.chain(), [name], {"term": name})
}

# METADATA
# title: Rule data provided
# description: The rule data of this package has the right form.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: Give `*_tests_results` as lists of SUCCESS, FAILURE, WARNING, SKIPPED and ERROR, and `informative_tests` as a list of texts.
#   collections: [redhat, policy_data, redhat_security]
deny contains result if {
	words := schema.choices(["SUCCESS", "FAILURE", "WARNING", "SKIPPED", "ERROR"])
	some key, expected in {
		"supported_tests_results": words,
		"failed_tests_results": words,
		"erred_tests_results": words,
		"skipped_tests_results": words,
		"warned_tests_results": words,
		"informative_tests": schema.strings,
	}
	some problem in settings.problems(key, expected)
	result := outcome.problem(rego.metadata.chain(), problem)
}

# METADATA
# title: Image digest is present in IMAGES_PROCESSED result
# description: A test that says which images it looked at looked at this one. Runs of a matrix count together.
# custom:
#   short_name: test_all_images
#   failure_msg: Test '%s' did not process image with digest '%s'.
#   solution: Have the task test every image of the build, and list all digests in IMAGES_PROCESSED.
#   collections: [redhat, redhat_security]
#   effective_on: 2024-05-29T00:00:00Z
deny contains result if {
	digest := reference.parse(input.image.ref).digest
	processed := provenance.results("IMAGES_PROCESSED")
	some each in processed
	seen := {found | some other in processed; other.name == each.name; some found in other.value.image.digests}
	not digest in seen
	result := outcome.of(rego.metadata.chain(), [each.name, digest], {"term": each.name})
}

_tests := provenance.results("TEST_OUTPUT")

# Names of tests with a result of the rule data `key`, or with a count above zero.
_ended(key, counted) := {each.name |
	some each in _tests
	_is(each.value, settings.get(key), counted)
}

_is(value, words, _) if value.result in words

_is(value, _, counted) if value[counted] > 0
