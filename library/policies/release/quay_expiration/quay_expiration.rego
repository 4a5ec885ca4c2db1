# METADATA
# title: Quay expiration
# description: An image that its registry is going to remove is not released. Builds of pull requests are marked so.
package quay_expiration

import rego.v1

import data.lib.outcome

# METADATA
# title: Expires label
# description: The image has no label `quay.expires-after`.
# custom:
#   short_name: expires_label
#   pipeline_intention: [release, production, staging]
#   failure_msg: The label 'quay.expires-after' is not allowed in the released image
#   solution: Release the image that was built after the merge, or build without `image-expires-after`.
#   collections: [redhat]
deny contains result if {
	outcome.is_intended(rego.metadata.chain())
	"quay.expires-after" in object.keys(input.image.config.Labels)
	result := outcome.of(rego.metadata.chain(), [], {})
}
