# METADATA
# title: Tekton StepAction kind checks
# description: The definition judged is one of a StepAction.
package stepaction_kind

import rego.v1

import data.lib.outcome

# METADATA
# title: StepAction definition has expected kind
# description: The definition is of the kind `StepAction`.
# custom:
#   short_name: valid
#   failure_msg: Unexpected kind %q for StepAction definition
#   solution: Give the file of a StepAction.
deny contains result if {
	kind := object.get(input, "kind", "")
	kind != "StepAction"
	result := outcome.of(rego.metadata.chain(), [kind], {})
}
