# METADATA
# title: SBOM
# description: The image has a bill of materials, and the rule data about packages can be used.
package sbom

import rego.v1

import data.lib.bom
import data.lib.outcome
import data.lib.provenance

# METADATA
# title: Found
# description: >-
#   There is an SBOM: attested, attached to the image, or named by the task that built it. An index needs none of its own.
# custom:
#   short_name: found
#   failure_msg: No SBOM attestations found
#   solution: Have the task that builds the image write an SBOM, and attach it to the image or attest it.
#   collections: [minimal, redhat, redhat_security]
deny contains result if {
	count(bom.all) == 0
	not provenance.is_index
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Disallowed packages list is provided
# description: The rule data of this package and of sbom_cyclonedx and sbom_spdx has the right form.
# custom:
#   short_name: disallowed_packages_provided
#   failure_msg: "%s"
#   solution: Correct the place that the message names.
#   collections: [redhat, policy_data, redhat_rpms, redhat_security]
deny contains result if {
	some problem in bom.problems
	result := outcome.problem(rego.metadata.chain(), problem)
}
