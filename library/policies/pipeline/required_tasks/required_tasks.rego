# METADATA
# title: Required tasks
# description: >-
#   A pipeline has the tasks that builds of its kind must have, before it ever runs. The kind is its label
#   `pipelines.openshift.io/runtime`; only trusted tasks count.
package required_tasks

import rego.v1

import data.lib.outcome
import data.lib.requirement
import data.lib.task
import data.lib.trust

# METADATA
# title: Required tasks found in pipeline definition
# description: There is a list of required tasks for this kind of pipeline.
# custom:
#   short_name: required_tasks_found
#   failure_msg: Required tasks do not exist for pipeline %q
#   solution: Add the kind to `pipeline-required-tasks`, or label the pipeline with a kind that is there.
warn contains result if {
	count(_views) > 0
	not _has_own_list
	result := outcome.of(rego.metadata.chain(), [input.metadata.name], {})
}

# METADATA
# title: Missing future required task
# description: No task is missing that will be required later.
# custom:
#   short_name: missing_future_required_task
#   failure_msg: '%s is missing and will be required on %s'
#   solution: Add the task to the pipeline before the date.
warn contains result if {
	count(_views) > 0
	some needed in requirement.missing(_latest.tasks, _names)
	not needed in _now.tasks
	result := outcome.of(
		rego.metadata.chain(),
		[requirement.described(needed, "Task"), _latest.dates[needed]],
		{"term": needed},
	)
}

# METADATA
# title: Pipeline contains tasks
# description: The pipeline has at least one task.
# custom:
#   short_name: tasks_found
#   failure_msg: No tasks found in pipeline
#   solution: Add tasks to the pipeline.
deny contains result if {
	input.kind == "Pipeline"
	count(_views) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Missing required task
# description: Every task that is required now, and still will be by the newest list, is there, and trusted.
# custom:
#   short_name: missing_required_task
#   failure_msg: '%s is missing or outdated'
#   solution: Add the task, or change its reference as `fix` says.
deny contains result if {
	count(_views) > 0
	some needed in requirement.missing(_now.tasks, _names)
	needed in _latest.tasks
	outdated := [trust.fix(view) |
		some view in _views
		count(view.names & task.texts(needed)) > 0
	]
	result := outcome.of(
		rego.metadata.chain(),
		[requirement.described(needed, "Required task")],
		object.union({"term": needed}, {"fix": fix | fix := outdated[0]}),
	)
}

# METADATA
# title: Required task list is present in rule data
# description: There is a list of required tasks at all.
# custom:
#   short_name: required_tasks_list_present
#   failure_msg: The required tasks list is missing from the rule data
#   solution: Add a data source with the key `required-tasks`.
deny contains result if {
	requirement.is_default_missing
	not _has_own_list
	result := outcome.of(rego.metadata.chain(), [], {})
}

_views := [view | some field in ["tasks", "finally"]; some record in input.spec[field]; view := task.view(record)]

# What the trusted tasks are called.
_names := {name | some view in _views; trust.is_trusted(view); some name in view.names}

_selectors := requirement.selectors_of_pipeline(input)

_has_own_list if requirement.lists_for(_selectors)

_now := requirement.now(_selectors)

_latest := requirement.latest(_selectors)
