package stepaction_image_test

import rego.v1

import data.lib.fixtures
import data.stepaction_image

_action := {"metadata": {"name": "a"}, "spec": {"image": "a.example/x"}}

test_allowed_image_passes if {
	stepaction_image.deny == set() with input as _action
		with ec.oci.image_manifest as {"layers": []}
		with data.rule_data.allowed_step_image_registry_prefixes as ["a.example/"]
}

test_image_that_is_not_right_is_told if {
	results := stepaction_image.deny with input as _action
		with data.rule_data.allowed_step_image_registry_prefixes as ["b.example/"]
	{[result.msg, result.term] | some result in results} == {
		["Image ref \"a.example/x\" is inaccessible", "a.example/x"],
		["Image ref \"a.example/x\" is disallowed", "a/noversion"],
	}
}

test_rule_data_is_checked if fixtures.codes(stepaction_image.deny) == {"stepaction_image.rule_data"}
