package trusted_artifacts_test

import rego.v1

import data.trusted_artifacts

_task(steps, workspaces) := {
	"metadata": {"name": "t", "labels": {"app.kubernetes.io/version": "1"}},
	"spec": {"params": [{"name": "SOURCE_ARTIFACT"}], "steps": steps, "workspaces": workspaces},
}

# Konflux' step, and the factory's own.
_steps(param, result) := [
	{"image": "quay.example/build-trusted-artifacts", "args": ["use", sprintf("$(params.%s)=/w", [param])]},
	{"image": "localhost/toolbox", "command": ["create-trusted-artifact"], "args": [sprintf("$(results.%s.path)=/w", [result])]},
	{"image": "localhost/toolbox", "args": ["use", "$(params.other)"]},
	{"image": "quay.example/build-trusted-artifacts", "args": ["create", "$(params.other)"]},
]

test_task_with_good_names_passes if {
	trusted_artifacts.deny == set() with input as _task(_steps("SOURCE_ARTIFACT", "SOURCE_ARTIFACT"), [{"name": "netrc"}])
		with data.rule_data.allowed_trusted_artifacts_workspaces as ["netrc"]
}

test_names_and_workspaces_that_are_not_right_are_told if {
	results := trusted_artifacts.deny with input as _task(_steps("source", "out"), [{"name": "shared"}])
	{result.msg | some result in results} == {
		"The parameter \"source\" of the Task \"t/1\" does not use the _ARTIFACT suffix",
		"The result \"out\" of the Task \"t/1\" does not use the _ARTIFACT suffix",
		"General purpose workspace \"shared\" is not allowed",
	}
}

test_task_without_artifacts_may_share if {
	trusted_artifacts.deny == set() with input as {"spec": {"workspaces": [{"name": "shared"}]}}
}
