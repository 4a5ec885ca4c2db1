# METADATA
# title: Hermetic task
# description: Tasks that must work without a network were told to.
package hermetic_task

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.settings

# METADATA
# title: Task called with hermetic param set
# description: Tasks of the rule data `required_hermetic_tasks` have the param HERMETIC, with the value `true`.
# custom:
#   short_name: hermetic
#   failure_msg: Task '%s' was not invoked with the hermetic parameter set
#   solution: Pass `HERMETIC` with the value `"true"` to the task.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some view in provenance.all_tasks
	view.name in settings.get("required_hermetic_tasks")
	object.get(view.params, "HERMETIC", "") != "true"
	result := outcome.of(rego.metadata.chain(), [view.name], {})
}
