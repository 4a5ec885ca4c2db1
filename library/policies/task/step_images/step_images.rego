# METADATA
# title: Tekton Task Step image policies
# description: The images that a task's steps run in are there.
package step_images

import rego.v1

import data.lib.definition
import data.lib.outcome

# METADATA
# title: Step images are valid
# description: The manifest of every step's image can be read.
# custom:
#   short_name: step_images_accessible
#   failure_msg: Step %d uses inaccessible image ref '%s'
#   solution: Push the image, or correct the reference.
#   effective_on: 2025-02-10T00:00:00Z
deny contains result if {
	some definition_ in definition.tasks
	definition_.kind == "Task"
	some position, step in definition_.spec.steps
	not ec.oci.image_manifest(step.image)
	result := outcome.of(rego.metadata.chain(), [position, step.image], {"term": step.image})
}
