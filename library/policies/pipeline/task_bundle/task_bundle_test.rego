package task_bundle_test

import rego.v1

import data.lib.fixtures
import data.task_bundle

_results(ref, trusted) := results if {
	results := task_bundle.deny | task_bundle.warn with input.spec.finally as [{"name": "p", "taskRef": ref}]
		with data.trusted_tasks as trusted
}

test_trusted_bundle_passes if {
	_results(fixtures.bundle("scan", "0.3", fixtures.digest("3")), fixtures.trusted_tasks) == set()
}

test_bundles_that_are_not_right_are_told[name] if {
	some name, [ref, codes] in {
		"unpinned": [{"bundle": "h/t:1"}, {"task_bundle.unpinned_task_bundle", "task_bundle.untrusted_task_bundle"}],
		"empty": [{"bundle": ""}, {"task_bundle.empty_task_bundle_reference"}],
		"none": [{"name": "t"}, {"task_bundle.disallowed_task_reference"}],
		"untrusted": [fixtures.bundle("scan", "0.3", fixtures.digest("f")), {"task_bundle.untrusted_task_bundle"}],
	}
	fixtures.codes(_results(ref, fixtures.trusted_tasks)) == codes
}

test_bundle_that_runs_out_is_warned_of if {
	trusted := {"oci://registry.example/catalog/task-scan:0.3": [{"ref": fixtures.digest("3"), "expires_on": "2200-01-01T00:00:00Z"}]}
	results := _results(fixtures.bundle("scan", "0.3", fixtures.digest("3")), trusted)
	{result.msg | some result in results} == {sprintf(
		"Pipeline task 'p' uses an out of date task bundle 'registry.example/catalog/task-scan:0.3@%s', new version of the Task must be used before 2200-01-01T00:00:00Z",
		[fixtures.digest("3")],
	)}
}

test_missing_data_is_told if fixtures.codes(task_bundle.deny) == {"task_bundle.missing_required_data"}
