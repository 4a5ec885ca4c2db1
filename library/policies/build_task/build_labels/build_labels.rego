# METADATA
# title: Tekton task build type label checks
# description: A task that builds says what kind of build it is, so that the right tasks are required beside it.
package build_labels

import rego.v1

import data.lib.outcome

# METADATA
# title: Build task has build type label
# description: The task has the label `build.appstudio.redhat.com/build_type`.
# custom:
#   short_name: build_type_label_set
#   failure_msg: The required build label '%s' is missing
#   solution: Label the task with a kind of build that `pipeline-required-tasks` knows.
deny contains result if {
	label := "build.appstudio.redhat.com/build_type"
	not label in object.keys(object.get(input, ["metadata", "labels"], {label: ""}))
	result := outcome.of(rego.metadata.chain(), [label], {})
}

# METADATA
# title: Build task has label
# description: The task has labels.
# custom:
#   short_name: build_task_has_label
#   failure_msg: The task definition does not include any labels
#   solution: Label the task.
deny contains result if {
	not input.metadata.labels
	result := outcome.of(rego.metadata.chain(), [], {})
}
