# METADATA
# title: Tekton Task result
# description: Tasks have the results that others rely on.
package results

import rego.v1

import data.lib.definition
import data.lib.outcome
import data.lib.schema
import data.lib.settings

# METADATA
# title: Required result defined
# description: >-
#   A task in the rule data `required_task_results` has the result that is listed with it: `{task, result, version}`. An item without a version
#   is for every version that has no item of its own.
# custom:
#   short_name: required
#   failure_msg: '%s'
#   solution: Declare the result, and write it.
deny contains result if {
	some definition_ in definition.tasks
	version := object.get(definition_.metadata, ["labels", "app.kubernetes.io/version"], "")
	some needed in settings.get("required_task_results")
	needed.task == definition_.metadata.name
	said := _complaint(needed, version)
	not needed.result in {each.name | some each in definition_.spec.results}
	result := outcome.of(rego.metadata.chain(), [said], {})
}

# METADATA
# title: Rule data provided
# description: The rule data `required_task_results` has the right form.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: Give every item a `task` and a `result`, and a `version` if it is for one.
deny contains result if {
	text := {"type": "string"}
	item := schema.record({"task": text, "version": text, "result": text}, ["task", "result"])
	some problem in settings.problems("required_task_results", schema.list_of(item))
	result := outcome.problem(rego.metadata.chain(), problem)
}

# What is said when an item that is for a version is not fulfilled.
_complaint(needed, version) := sprintf("%q result not found in %q Task/v%s", [needed.result, needed.task, version]) if {
	needed.version == version
} else := sprintf("%q result not found in %q Task%s (all versions)", [needed.result, needed.task, shown]) if {
	not needed.version
	not version in {each.version | some each in settings.get("required_task_results")}
	shown := concat("", [sprintf("/v%s", [version]) | version != ""])
}
