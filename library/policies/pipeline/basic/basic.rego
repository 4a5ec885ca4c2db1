# METADATA
# title: Pipeline definition sanity checks
# description: The definition judged is one of a Pipeline.
package basic

import rego.v1

import data.lib.outcome

# METADATA
# title: Pipeline definition has expected kind
# description: The definition is of the kind `Pipeline`.
# custom:
#   short_name: expected_kind
#   failure_msg: Unexpected kind '%s' for pipeline definition
#   solution: Give the file of the Pipeline.
deny contains result if {
	kind := object.get(input, "kind", "")
	kind != "Pipeline"
	result := outcome.of(rego.metadata.chain(), [kind], {})
}
