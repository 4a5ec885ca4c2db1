package step_image_registries_test

import rego.v1

import data.lib.fixtures
import data.step_image_registries

_task := {"apiVersion": "tekton.dev/v1", "kind": "Task", "spec": {"steps": [{"image": "a.example/x"}, {"image": "b.example/y"}]}}

test_images_of_allowed_registries_pass if {
	step_image_registries.deny == set() with input as _task
		with data.rule_data.allowed_step_image_registry_prefixes as ["a.example/", "b.example/"]
}

test_image_of_another_registry_is_told if {
	results := step_image_registries.deny with input as _task
		with data.rule_data.allowed_step_image_registry_prefixes as ["a.example/"]
	{[result.msg, result.term] | some result in results} == {["Step 1 uses disallowed image ref 'b.example/y'", "noname/noversion"]}
}

test_rule_data_is_checked if {
	fixtures.codes(step_image_registries.deny) == {"step_image_registries.step_image_registry_prefix_list_provided"}
}
