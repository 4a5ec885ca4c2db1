package slsa_build_scripted_build_test

import rego.v1

import data.lib.fixtures
import data.slsa_build_scripted_build

_results(attestation) := results if {
	results := slsa_build_scripted_build.deny with input.attestations as [attestation]
		with input.image.ref as fixtures.image
		with data.trusted_tasks as fixtures.trusted_tasks
}

test_good_build_passes if {
	_results(fixtures.good_v02) == set()
	_results(fixtures.good_v1) == set()
}

test_build_without_steps_is_told if {
	results := _results(fixtures.v02([object.union(fixtures.build, {"steps": []})]))
	fixtures.said(results, "slsa_build_scripted_build.build_script_used") == {"Build task \"build\" does not contain any steps"}
}

test_build_without_build_task_is_told if {
	results := _results(fixtures.v02([fixtures.clone]))
	count(fixtures.codes(results)) == 2
	fixtures.said(results, "slsa_build_scripted_build.build_task_image_results_found") == {"Build task not found"}
	fixtures.said(results, "slsa_build_scripted_build.image_built_by_trusted_task") == {sprintf(
		"Image %q not built by a trusted task: No Pipeline Tasks built the image",
		[fixtures.image],
	)}
}

test_subject_that_nobody_built_is_told if {
	other := json.patch(fixtures.good_v02, [{
		"op": "replace",
		"path": "/statement/subject/0/name",
		"value": "registry.example/other",
	}])
	fixtures.said(_results(other), "slsa_build_scripted_build.subject_build_task_matches") == {sprintf(
		"The attestation subject, \"registry.example/other@%s\", does not match any of the images built",
		[fixtures.digest("a")],
	)}
}

test_builder_that_nobody_trusts_is_told_with_a_fix if {
	rogue := fixtures.referring(fixtures.build, fixtures.bundle("buildah", "0.2", fixtures.digest("f")))
	some result in _results(fixtures.v02([rogue]))
	result.msg == sprintf("Image %q not built by a trusted task: Build Task(s) \"buildah\" are not trusted", [fixtures.image])
	result.fix.to == sprintf("oci://registry.example/catalog/task-buildah:0.2@%s", [fixtures.digest("2")])
}
