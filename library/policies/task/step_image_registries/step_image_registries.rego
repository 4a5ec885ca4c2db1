# METADATA
# title: Tekton Task Step image registry policies
# description: The steps of a task run in images from places that are trusted.
package step_image_registries

import rego.v1

import data.lib.definition
import data.lib.outcome
import data.lib.schema
import data.lib.settings

# METADATA
# title: Step images come from permitted registry
# description: Every step's image starts with one of the rule data `allowed_step_image_registry_prefixes`.
# custom:
#   short_name: step_images_permitted
#   failure_msg: Step %d uses disallowed image ref '%s'
#   solution: Use an image of an allowed registry.
deny contains result if {
	some definition_ in definition.tasks
	definition_.kind == "Task"
	some position, step in definition_.spec.steps
	not definition.is_permitted(step.image, settings.get("allowed_step_image_registry_prefixes"))
	result := outcome.of(rego.metadata.chain(), [position, step.image], {"term": definition.title(definition_)})
}

# METADATA
# title: Permitted step image registry prefix list provided
# description: The rule data `allowed_step_image_registry_prefixes` is a list of distinct texts, with at least one.
# custom:
#   short_name: step_image_registry_prefix_list_provided
#   failure_msg: "%s"
#   solution: List the beginnings of references to accept under `allowed_step_image_registry_prefixes`; end each with a slash.
deny contains result if {
	some problem in settings.problems("allowed_step_image_registry_prefixes", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}
