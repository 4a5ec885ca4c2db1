# METADATA
# title: Tekton task kind checks
# description: The definition judged is one of a Task.
package kind

import rego.v1

import data.lib.definition
import data.lib.outcome

# METADATA
# title: Task definition has expected kind
# description: The definition is of the kind `Task`.
# custom:
#   short_name: expected_kind
#   failure_msg: Unexpected kind '%s' for task definition
#   solution: Give the file of a Task.
deny contains result if {
	some definition_ in definition.tasks
	definition_.kind != "Task"
	result := outcome.of(rego.metadata.chain(), [definition_.kind], {})
}

# METADATA
# title: Kind field is present in task definition
# description: The definition says of which kind it is.
# custom:
#   short_name: kind_present
#   failure_msg: Required field 'kind' not found
#   solution: Add `kind`.
deny contains result if {
	some definition_ in definition.tasks
	not definition_.kind
	result := outcome.of(rego.metadata.chain(), [], {})
}
