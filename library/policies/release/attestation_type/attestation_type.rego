# METADATA
# title: Attestation type
# description: The attestations of the image are of a kind that the other rules can read.
package attestation_type

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.schema
import data.lib.settings

# METADATA
# title: Known attestation type found
# description: The provenance of the build is an in-toto statement of a known version (rule data `known_attestation_types`).
# custom:
#   short_name: known_attestation_type
#   failure_msg: Unknown attestation type '%s'
#   solution: Have the builder sign in-toto statements whose `_type` is in the rule data.
#   collections: [minimal, redhat, redhat_rpms, slsa3, redhat_security]
#   depends_on:
#   - attestation_type.pipelinerun_attestation_found
deny contains result if {
	some build in provenance.builds
	type := object.get(build.statement, "_type", "")
	not type in settings.get("known_attestation_types")
	result := outcome.of(rego.metadata.chain(), [type], {})
}

# METADATA
# title: Known attestation types provided
# description: The rule data `known_attestation_types` is a list of distinct texts, with at least one.
# custom:
#   short_name: known_attestation_types_provided
#   failure_msg: '%s'
#   solution: List the statement types to accept under `known_attestation_types`.
#   collections: [minimal, redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some problem in settings.problems("known_attestation_types", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}

# METADATA
# title: PipelineRun attestation found
# description: There is provenance of at least one PipelineRun.
# custom:
#   short_name: pipelinerun_attestation_found
#   failure_msg: Missing pipelinerun attestation
#   solution: >-
#     Build the image with a PipelineRun whose observer signs provenance, with a build type of the rule data
#     `allowed_provenance_build_types`.
#   collections: [minimal, redhat, redhat_rpms, slsa3, redhat_security]
deny contains result if {
	count(provenance.builds) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Deprecated policy attestation format
# description: Attestations come as an object with a `statement`, as present evaluators give them.
# custom:
#   short_name: deprecated_policy_attestation_format
#   failure_msg: Deprecated policy attestation format found
#   solution: Update the program that evaluates the policy.
#   collections: [minimal, redhat, redhat_rpms]
#   effective_on: 2023-08-31T00:00:00Z
deny contains result if {
	some attestation in input.attestations
	not attestation.statement
	result := outcome.of(rego.metadata.chain(), [], {})
}
