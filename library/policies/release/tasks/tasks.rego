# METADATA
# title: Tasks
# description: >-
#   The build has the tasks that it must have, they ended well, and their definitions cannot change. `data["pipeline-required-tasks"]` lists
#   required tasks by kind of build (the label `build.appstudio.redhat.com/build_type` of build tasks), `data["required-tasks"]` those of all
#   other builds. An entry is `{effective_on, tasks}`. A task is given by name, as `name[PARAM=value]` if it must have a param, or as a
#   list of which one is enough. Instead of `tasks`, an entry may have `required_in_build` (in the build itself, as `tasks`) and `required`
#   (in any trusted run whose provenance is about the image or about a statement on the image).
package tasks

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.requirement
import data.lib.statement
import data.lib.trust

# METADATA
# title: Required tasks list for pipeline was provided
# description: There is a list of required tasks for this kind of build.
# custom:
#   short_name: pipeline_required_tasks_list_provided
#   failure_msg: Required tasks do not exist for pipeline
#   solution: Add the kind of build to `pipeline-required-tasks`, or be content with the list in `required-tasks`.
#   collections: [redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
warn contains result if {
	not _has_own_list
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Future required tasks were found
# description: No task is missing that will be required later.
# custom:
#   short_name: future_required_tasks_found
#   failure_msg: '%s is missing and will be required on %s'
#   solution: Add the task to the pipeline before the date.
#   collections: [redhat, redhat_rpms]
#   depends_on:
#   - tasks.pipeline_has_tasks
warn contains result if {
	some build in _builds_with_tasks
	some needed in _missing(build, _latest)
	not needed in (_now.tasks | _now.elsewhere)
	result := outcome.of(
		rego.metadata.chain(),
		[requirement.described(needed, "Task"), _latest.dates[needed]],
		{"term": needed},
	)
}

# METADATA
# title: Pipeline run includes at least one task
# description: The provenance tells which tasks ran.
# custom:
#   short_name: pipeline_has_tasks
#   failure_msg: No tasks found in PipelineRun attestation
#   solution: >-
#     Choose a format of provenance that records tasks - SLSA v0.2, or SLSA v1 with the build type
#     `https://tekton.dev/chains/v2/slsa-tekton` - and build again.
#   collections: [minimal, redhat, redhat_rpms, slsa3, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	count(provenance.tasks(build)) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Successful pipeline tasks
# description: Every task that ran ended well. Tasks that were skipped do not count.
# custom:
#   short_name: successful_pipeline_tasks
#   failure_msg: Pipeline task %q did not complete successfully, %q
#   solution: Look at the log of the task, and build again.
#   collections: [minimal, redhat, redhat_rpms, slsa3, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
deny contains result if {
	some build in provenance.builds
	some view in provenance.tasks(build)
	some word in view.outcomes
	word != "Succeeded"
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task, word], {"term": view.pipeline_task})
}

# METADATA
# title: All required tasks were included in the pipeline
# description: Every task that is required now, and still will be by the newest list, ran.
# custom:
#   short_name: required_tasks_found
#   failure_msg: '%s is missing'
#   solution: Add the task to the pipeline, or, if the list has it under `required`, to a trusted test of the image.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
deny contains result if {
	some build in _builds_with_tasks
	some needed in _missing(build, _now)
	needed in (_latest.tasks | _latest.elsewhere)
	result := outcome.of(rego.metadata.chain(), [requirement.described(needed, "Required task")], {"term": needed})
}

# METADATA
# title: All required tasks are from trusted tasks
# description: A task that is required is a trusted one; another of the same name does not count.
# custom:
#   short_name: required_untrusted_task_found
#   failure_msg: '%s is required and present but not from a trusted task'
#   solution: Change the reference as `fix` says.
#   collections: [redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
deny contains result if {
	some view in trust.untrusted(provenance.all_tasks)
	some name in (view.names & requirement.names_in(_now.tasks | _now.elsewhere))
	result := outcome.of(rego.metadata.chain(), [requirement.described(name, "Required task")], {
		"term": name,
		"fix": trust.fix(view),
	})
}

# METADATA
# title: Required tasks list was provided
# description: There is a list of required tasks at all.
# custom:
#   short_name: required_tasks_list_provided
#   failure_msg: Missing required required-tasks data
#   solution: Add a data source with the key `required-tasks`.
#   collections: [redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
deny contains result if {
	requirement.is_default_missing
	not _has_own_list
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Pinned Task references
# description: Every task that ran is referred to by what cannot change.
# custom:
#   short_name: pinned_task_refs
#   failure_msg: Task %s is used by pipeline task %s via an unpinned reference.
#   solution: Add the digest to the bundle, or give the commit as `revision`.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
deny contains result if {
	some view in provenance.all_tasks
	not view.ref.pinned
	result := outcome.of(rego.metadata.chain(), [view.name, view.pipeline_task], {
		"term": view.name,
		"fix": trust.fix(view),
	})
}

# METADATA
# title: Task version unsupported
# description: No task is past the date that its annotation `build.appstudio.redhat.com/expires-on` gives.
# custom:
#   short_name: unsupported
#   failure_msg: Task %q is used by pipeline task %q is or will be unsupported as of %s. %s
#   solution: Move to a newer version of the task.
#   collections: [redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - tasks.pipeline_has_tasks
deny contains result if {
	some view in provenance.all_tasks
	date := view.annotations["build.appstudio.redhat.com/expires-on"]
	advice := object.get(
		view.annotations,
		"build.appstudio.redhat.com/expiry-message",
		"Upgrade to a newer version of the Task.",
	)
	result := outcome.of(rego.metadata.chain(), [view.name, view.pipeline_task, date, advice], {
		"term": view.name,
		"effective_on": date,
		"fix": trust.fix(view),
	})
}

# METADATA
# title: Data provided
# description: The lists of required tasks have the right form.
# custom:
#   short_name: data_provided
#   failure_msg: '%s'
#   solution: Correct the place that the message names; dates are written as RFC 3339 has them.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some problem in requirement.problems
	result := outcome.problem(rego.metadata.chain(), problem)
}

_builds_with_tasks := [build | some build in provenance.builds; count(provenance.tasks(build)) > 0]

# Kinds of build that all builds with tasks stand for.
_selectors := {kind | some build in _builds_with_tasks; some kind in requirement.selectors_of(build)}

_has_own_list if requirement.lists_for(_selectors)

_now := requirement.now(_selectors)

_latest := requirement.latest(_selectors)

# What a build lacks of what is required; `elsewhere` may be in other trusted runs.
_missing(build, required) := requirement.missing(required.tasks, own) | requirement.missing(required.elsewhere, own | _others) if {
	own := {name | some view in provenance.tasks(build); some name in view.names}
}

# Names of tasks in trusted runs about the image, or about statements on it.
_others contains name if {
	some run in array.concat(provenance.runs, _test_runs)
	views := provenance.tasks(run)
	count(trust.untrusted(views)) == 0
	some view in views
	some name in view.names
}

_test_runs := [run | some runs in statement.trusted_runs; some run in runs]
