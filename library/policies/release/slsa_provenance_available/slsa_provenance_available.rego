# METADATA
# title: SLSA - Provenance - Available
# description: The provenance has a format that its consumers have agreed on.
package slsa_provenance_available

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.schema
import data.lib.settings

# METADATA
# title: Expected attestation predicate type found
# description: The predicate type of the build's provenance is one of the rule data `allowed_predicate_types`.
# custom:
#   short_name: attestation_predicate_type_accepted
#   failure_msg: Attestation predicate type %q is not an expected type (%s)
#   solution: Choose another format of provenance for the builder, or add the type to `allowed_predicate_types`.
#   collections: [minimal, slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	allowed := settings.get("allowed_predicate_types")
	type := object.get(build.statement, "predicateType", "")
	not type in allowed
	result := outcome.of(rego.metadata.chain(), [type, concat(", ", allowed)], {})
}

# METADATA
# title: Allowed predicate types provided
# description: The rule data `allowed_predicate_types` is a list of distinct texts, with at least one.
# custom:
#   short_name: allowed_predicate_types_provided
#   failure_msg: "%s"
#   solution: List the predicate types to accept under `allowed_predicate_types`.
#   collections: [minimal, slsa3, redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some problem in settings.problems("allowed_predicate_types", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}
