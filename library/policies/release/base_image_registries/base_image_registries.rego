# METADATA
# title: Base image checks
# description: The images that this one was built on come from places that are trusted. The SBOM tells which they are.
package base_image_registries

import rego.v1

import data.lib.bom
import data.lib.outcome
import data.lib.reference
import data.lib.schema
import data.lib.settings

# METADATA
# title: Base image comes from permitted registry
# description: >-
#   Every base image starts with one of the rule data `allowed_registry_prefixes`, or is a component of the Snapshot.
# custom:
#   short_name: base_image_permitted
#   failure_msg: Base image %q is from a disallowed registry
#   solution: Build on an image of an allowed registry, or release the base image in the same Snapshot.
#   collections: [minimal, redhat, redhat_security]
#   depends_on:
#   - base_image_registries.base_image_info_found
#   - base_image_registries.allowed_registries_provided
deny contains result if {
	some image in _base_images
	not strings.any_prefix_match(image, settings.get("allowed_registry_prefixes"))
	parts := reference.parse(image)
	not parts.digest in {reference.parse(each.containerImage).digest | some each in input.snapshot.components}
	result := outcome.of(rego.metadata.chain(), [image], {"term": parts.repo})
}

# METADATA
# title: Base images provided
# description: There is an SBOM. One without base images says that the image was built from nothing.
# custom:
#   short_name: base_image_info_found
#   failure_msg: Base images information is missing
#   solution: Have the task that builds the image write an SBOM, and attach it to the image or attest it.
#   collections: [minimal, redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	count(bom.all) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Allowed base image registry prefixes list was provided
# description: The rule data `allowed_registry_prefixes` is a list of distinct texts, with at least one.
# custom:
#   short_name: allowed_registries_provided
#   failure_msg: "%s"
#   solution: List the beginnings of references to accept under `allowed_registry_prefixes`; end each with a slash.
#   collections: [minimal, redhat, policy_data, redhat_security]
deny contains result if {
	some problem in settings.problems("allowed_registry_prefixes", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}

_base_images contains bom.image_of(component.purl) if {
	some document in bom.cyclonedx
	some formula in document.formulation
	some component in formula.components
	component.type == "container"
	some property in component.properties
	_says_base(property)
}

_base_images contains bom.image_of(purl) if {
	some document in bom.spdx
	some view in bom.spdx_packages(document)
	some property in view.properties
	_says_base(property)
	some purl in view.purls
}

# The base of the image, or of a stage of its build.
_says_base({"name": "konflux:container:is_base_image", "value": "true"})

_says_base(property) if {
	property.name == "konflux:container:is_builder_image:for_stage"
	is_number(json.unmarshal(property.value))
}
