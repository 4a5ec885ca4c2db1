# METADATA
# title: Tekton StepAction images policies
# description: A StepAction runs in an image that is there, from a place that is trusted.
package stepaction_image

import rego.v1

import data.lib.definition
import data.lib.outcome
import data.lib.schema
import data.lib.settings

# METADATA
# title: Image is accessible
# description: The manifest of the image can be read.
# custom:
#   short_name: accessible
#   failure_msg: Image ref %q is inaccessible
#   solution: Push the image, or correct the reference.
deny contains result if {
	image := input.spec.image
	not ec.oci.image_manifest(image)
	result := outcome.of(rego.metadata.chain(), [image], {"term": image})
}

# METADATA
# title: Image comes from permitted registry
# description: The image starts with one of the rule data `allowed_step_image_registry_prefixes`.
# custom:
#   short_name: permitted
#   failure_msg: Image ref %q is disallowed
#   solution: Use an image of an allowed registry.
deny contains result if {
	image := input.spec.image
	not definition.is_permitted(image, settings.get("allowed_step_image_registry_prefixes"))
	result := outcome.of(rego.metadata.chain(), [image], {"term": definition.title(input)})
}

# METADATA
# title: Rule data provided
# description: The rule data `allowed_step_image_registry_prefixes` is a list of distinct texts, with at least one.
# custom:
#   short_name: rule_data
#   failure_msg: "%s"
#   solution: List the beginnings of references to accept under `allowed_step_image_registry_prefixes`; end each with a slash.
deny contains result if {
	some problem in settings.problems("allowed_step_image_registry_prefixes", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}
