package step_images_test

import rego.v1

import data.step_images

_task := {"apiVersion": "tekton.dev/v1", "kind": "Task", "spec": {"steps": [{"image": "a.example/x"}]}}

test_image_that_is_there_passes if step_images.deny == set() with input as _task with ec.oci.image_manifest as {"layers": []}

test_image_that_is_gone_is_told if {
	{result.msg | some result in step_images.deny} == {"Step 0 uses inaccessible image ref 'a.example/x'"} with input as _task
}
