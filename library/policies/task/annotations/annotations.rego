# METADATA
# title: Tekton Task annotations
# description: The annotations of a task can be read by those who rely on them.
package annotations

import rego.v1

import data.lib.clock
import data.lib.definition
import data.lib.outcome

# METADATA
# title: Task definition uses expires-on annotation in RFC3339 format
# description: The annotation `build.appstudio.redhat.com/expires-on`, if it is there, is a date.
# custom:
#   short_name: expires_on_format
#   failure_msg: 'Expires on time is not in RFC3339 format: %q'
#   solution: Write the date like 2026-12-31T00:00:00Z.
deny contains result if {
	some definition_ in definition.tasks
	date := definition_.metadata.annotations["build.appstudio.redhat.com/expires-on"]
	not clock.instant(date)
	result := outcome.of(rego.metadata.chain(), [date], {})
}
