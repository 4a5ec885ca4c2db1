package hermetic_task_test

import rego.v1

import data.hermetic_task
import data.lib.fixtures

_with(params) := fixtures.v02([fixtures.task("b", {"name": "buildah"}, params, [])])

test_hermetic_task_passes if {
	hermetic_task.deny == set() with input.attestations as [_with({"HERMETIC": "true"})]
	hermetic_task.deny == set() with input.attestations as [fixtures.v02([fixtures.clone])]
}

test_task_with_a_network_is_told[value] if {
	some value in ["false", "", "TRUE"]
	results := hermetic_task.deny with input.attestations as [_with({"HERMETIC": value})]
	fixtures.said(results, "hermetic_task.hermetic") == {"Task 'buildah' was not invoked with the hermetic parameter set"}
}
