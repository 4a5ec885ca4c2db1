package kind_test

import rego.v1

import data.kind
import data.lib.fixtures

test_task_passes if kind.deny == set() with input as {"apiVersion": "tekton.dev/v1", "kind": "Task"}

test_something_else_is_told if {
	fixtures.said(kind.deny, "kind.expected_kind") == {"Unexpected kind 'Pipeline' for task definition"} with input as {"apiVersion": "tekton.dev/v1", "kind": "Pipeline"}
	fixtures.codes(kind.deny) == {"kind.kind_present"} with input as {"apiVersion": "tekton.dev/v1"}
}
