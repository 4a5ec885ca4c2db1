package results_test

import rego.v1

import data.lib.fixtures
import data.results

_task(version) := {
	"apiVersion": "tekton.dev/v1",
	"metadata": {"name": "scan", "labels": {"app.kubernetes.io/version": version}},
	"spec": {"results": [{"name": "TEST_OUTPUT"}]},
}

_said(version, required) := said if {
	said := {result.msg | some result in results.deny} with input as _task(version)
		with data.rule_data.required_task_results as required
}

_all := {"task": "scan", "result": "SCAN_OUTPUT"}

_two := object.union(_all, {"result": "REPORTS", "version": "2"})

test_task_with_its_results_passes if _said("1", [{"task": "scan", "result": "TEST_OUTPUT"}, {"task": "other", "result": "X"}]) == set()

test_missing_result_is_told if {
	_said("1", [_all, _two]) == {"\"SCAN_OUTPUT\" result not found in \"scan\" Task/v1 (all versions)"}
	_said("", [_all]) == {"\"SCAN_OUTPUT\" result not found in \"scan\" Task (all versions)"}
	_said("2", [_all, _two]) == {"\"REPORTS\" result not found in \"scan\" Task/v2"}
}

test_rule_data_is_checked if {
	found := results.deny with data.rule_data.required_task_results as [{"task": "a"}]
	fixtures.codes(found) == {"results.rule_data_provided"}
}
