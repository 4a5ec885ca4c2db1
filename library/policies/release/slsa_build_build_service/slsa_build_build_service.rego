# METADATA
# title: SLSA - Build - Build Service
# description: >-
#   The build ran on a build service that is known, and not on somebody's computer. The builder's ID in the provenance says which.
package slsa_build_build_service

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.schema
import data.lib.settings

# METADATA
# title: SLSA Builder ID found
# description: The provenance names its builder.
# custom:
#   short_name: slsa_builder_id_found
#   failure_msg: Builder ID not set in attestation
#   solution: Set the observer's builder ID, and build again.
#   collections: [slsa3, redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	not provenance.builder(build)
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: SLSA Builder ID is known and accepted
# description: The builder is one of the rule data `allowed_builder_ids`.
# custom:
#   short_name: slsa_builder_id_accepted
#   failure_msg: Builder ID %q is unexpected
#   solution: Build with an accepted builder, or add this one to `allowed_builder_ids`.
#   collections: [slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	id := provenance.builder(build)
	not id in settings.get("allowed_builder_ids")
	result := outcome.of(rego.metadata.chain(), [id], {})
}

# METADATA
# title: Allowed builder IDs provided
# description: The rule data `allowed_builder_ids` is a list of distinct texts, with at least one.
# custom:
#   short_name: allowed_builder_ids_provided
#   failure_msg: "%s"
#   solution: List the IDs of builders to accept under `allowed_builder_ids`.
#   collections: [slsa3, redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some problem in settings.problems("allowed_builder_ids", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}
