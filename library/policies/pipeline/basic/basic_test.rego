package basic_test

import rego.v1

import data.basic
import data.lib.fixtures

test_pipeline_passes if basic.deny == set() with input as {"kind": "Pipeline"}

test_something_else_is_told if {
	fixtures.said(basic.deny, "basic.expected_kind") == {"Unexpected kind 'Task' for pipeline definition"} with input as {"kind": "Task"}
	fixtures.said(basic.deny, "basic.expected_kind") == {"Unexpected kind '' for pipeline definition"} with input as {}
}
