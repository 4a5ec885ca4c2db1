package required_tasks_test

import rego.v1

import data.lib.fixtures
import data.required_tasks

_pipeline(tasks) := {
	"kind": "Pipeline",
	"metadata": {"name": "p", "labels": {"pipelines.openshift.io/runtime": "docker"}},
	"spec": {"tasks": tasks},
}

_task(name, version, pin) := {"name": name, "taskRef": fixtures.bundle(name, version, pin)}

_good := _pipeline([_task("git-clone", "0.1", fixtures.digest("1")), _task("buildah", "0.2", fixtures.digest("2"))])

_lists := {"docker": [
	{"effective_on": "2026-01-01T00:00:00Z", "tasks": ["git-clone", "dropped"]},
	{"effective_on": "2200-01-01T00:00:00Z", "tasks": ["git-clone", "scan"]},
]}

_results(pipeline) := results if {
	results := required_tasks.deny | required_tasks.warn with input as pipeline
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["pipeline-required-tasks"] as _lists
}

test_later_requirement_is_warned_of if {
	{result.msg | some result in _results(_good)} == {"Task \"scan\" is missing and will be required on 2200-01-01T00:00:00Z"}
}

test_complete_pipeline_passes if {
	_results(_pipeline(array.concat(_good.spec.tasks, [_task("scan", "0.3", fixtures.digest("3"))]))) == set()
}

test_missing_task_is_told if {
	results := _results(_pipeline([_task("buildah", "0.2", fixtures.digest("2"))]))
	fixtures.said(results, "required_tasks.missing_required_task") == {"Required task \"git-clone\" is missing or outdated"}
}

test_outdated_task_is_told_with_a_fix if {
	some result in _results(_pipeline([_task("git-clone", "0.1", fixtures.digest("f"))]))
	result.code == "required_tasks.missing_required_task"
	result.fix.to == sprintf("oci://registry.example/catalog/task-git-clone:0.1@%s", [fixtures.digest("1")])
}

test_empty_pipeline_is_told if {
	fixtures.codes(_results(_pipeline([]))) == {"required_tasks.tasks_found"}
	_results({"kind": "Task"}) == set()
}

test_missing_lists_are_told if {
	warnings := required_tasks.warn with input as _good
	fixtures.said(warnings, "required_tasks.required_tasks_found") == {"Required tasks do not exist for pipeline \"p\""}
	denials := required_tasks.deny with input as _good with data["required-tasks"] as []
	fixtures.codes(denials) == {"required_tasks.required_tasks_list_present"}
	required_tasks.deny == set() with input as _good
	complete := _pipeline([_task("git-clone", "0.1", fixtures.digest("1"))])
	required_tasks.deny == set() with input as complete
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["pipeline-required-tasks"] as _lists
		with data["required-tasks"] as []
}
