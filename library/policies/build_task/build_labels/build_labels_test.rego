package build_labels_test

import rego.v1

import data.build_labels
import data.lib.fixtures

test_labelled_task_passes if {
	build_labels.deny == set() with input.metadata.labels as {"build.appstudio.redhat.com/build_type": "docker"}
}

test_task_without_its_label_is_told if {
	fixtures.codes(build_labels.deny) == {"build_labels.build_type_label_set"} with input.metadata.labels as {"a": "b"}
	fixtures.codes(build_labels.deny) == {"build_labels.build_task_has_label"} with input as {}
}
