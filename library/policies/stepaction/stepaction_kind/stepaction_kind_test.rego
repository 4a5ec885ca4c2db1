package stepaction_kind_test

import rego.v1

import data.stepaction_kind

test_step_action_passes if stepaction_kind.deny == set() with input as {"kind": "StepAction"}

test_something_else_is_told if {
	{result.msg | some result in stepaction_kind.deny} == {"Unexpected kind \"Task\" for StepAction definition"} with input as {"kind": "Task"}
}
