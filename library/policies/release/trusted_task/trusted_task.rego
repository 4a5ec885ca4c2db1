# METADATA
# title: Trusted Task checks
# description: >-
#   The tasks that had a part in the image are trusted. What is trusted is told by patterns (`trusted_task_rules`) or by a list of references
#   (`trusted_tasks`), as data or as rule data.
package trusted_task

import rego.v1

import data.lib.artifact
import data.lib.outcome
import data.lib.provenance
import data.lib.reference
import data.lib.task
import data.lib.trust

# METADATA
# title: Task references are tagged
# description: Tasks of a bundle are referred to by a tag, besides the digest; the tag says which version is meant.
# custom:
#   short_name: tagged
#   failure_msg: Pipeline task %q uses an untagged task reference, %s
#   solution: Write the bundle as `repository:tag@digest`.
#   collections: [redhat, redhat_rpms]
#   effective_on: 2024-05-07T00:00:00Z
warn contains result if {
	some view in provenance.all_tasks
	view.ref.source == "bundle"
	not view.ref.tagged
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task, view.ref.text], {"term": view.name})
}

# METADATA
# title: Task references are pinned
# description: Tasks are referred to by what cannot change, a digest of a bundle or a commit of a repository.
# custom:
#   short_name: pinned
#   failure_msg: Pipeline task %q uses an unpinned task reference, %s
#   solution: Add the digest to the bundle, or give the commit as `revision`; `fix` says what is trusted.
#   collections: [redhat, redhat_rpms, redhat_security]
#   effective_on: 2024-05-07T00:00:00Z
warn contains result if {
	some view in provenance.all_tasks
	not view.ref.pinned
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task, view.ref.text], {
		"term": view.name,
		"fix": trust.fix(view),
	})
}

# METADATA
# title: Tasks using the latest versions
# description: >-
#   A task from the list of trusted references does not run out. The rule data `task_expiry_warning_days` says which dates are worth a
#   warning.
# custom:
#   short_name: current
#   failure_msg: >-
#     A newer version of task %q exists. Please update before %s. The current bundle is %q and the latest bundle ref is %q
#   solution: Replace the reference by the newest one, which `fix` names.
#   collections: [redhat, redhat_rpms, redhat_security]
#   effective_on: 2024-05-07T00:00:00Z
warn contains result if {
	trust.system == "list"
	some view in provenance.all_tasks
	expiry := time.format(trust.expiry(view))
	newest := trust.records_of(view.ref.key)[0].ref
	result := outcome.of(
		rego.metadata.chain(),
		[view.pipeline_task, expiry, view.ref.text, newest],
		{"term": view.name, "fix": trust.fix(view)},
	)
}

# METADATA
# title: Future deny rule will apply
# description: No pattern that takes effect later denies a task of the build.
# custom:
#   short_name: future_deny_rule
#   failure_msg: Task %q will be denied by rule pattern %q starting on %s.
#   solution: Move to a version that the pattern does not match, before the date.
#   collections: [redhat]
warn contains result if {
	trust.system == "rules"
	some view in provenance.all_tasks
	some rule in trust.denying_later(view.ref)
	result := outcome.of(
		rego.metadata.chain(),
		[view.pipeline_task, rule.pattern, rule.effective_on],
		{"term": view.name},
	)
}

# METADATA
# title: Tasks are trusted
# description: >-
#   Every task that had a part in the image or in a test is trusted. Where tasks hand on trusted artifacts, these are the tasks from which
#   artifacts reached a task that builds or tests; otherwise they are all tasks of the build, since any could have changed what the others
#   shared.
# custom:
#   short_name: trusted
#   failure_msg: "%s"
#   solution: >-
#     Change the reference as `fix` says. A task that only you trust can be taken out of the chain: nothing that it made may reach a task that
#     builds or tests.
#   collections: [redhat, redhat_security]
#   effective_on: 2024-05-07T00:00:00Z
deny contains result if {
	trust.system != "nothing"
	some complaint in _complaints
	result := outcome.of(rego.metadata.chain(), [complaint.said], {
		"term": complaint.view.name,
		"fix": object.union(trust.fix(complaint.view), complaint.more),
	})
}

# METADATA
# title: Trusted parameters
# description: >-
#   Every image digest in a param of a build task comes from a trusted task of the build, or is a component of the Snapshot.
# custom:
#   short_name: trusted_parameters
#   failure_msg: 'The %q parameter of the %q PipelineTask includes an untrusted digest: %s'
#   solution: Pass the digest as the result of a trusted task, and not as a text.
#   collections: [redhat, redhat_security]
#   effective_on: 2021-07-04T00:00:00Z
deny contains result if {
	trust.system != "nothing"
	some build in provenance.builds
	some view in provenance.build_tasks(build)
	some name, value in view.params
	not endswith(name, "_ARTIFACT")
	some digest in (_digests_in(task.texts(value)) - _trusted_digests)
	result := outcome.of(rego.metadata.chain(), [name, view.pipeline_task, digest], {})
}

# METADATA
# title: Trusted Artifact produced in pipeline
# description: Every trusted artifact that a task takes was made by a task of the same build.
# custom:
#   short_name: valid_trusted_artifact_inputs
#   failure_msg: Code tampering detected, input %q for task %q was not produced by the pipeline as attested.
#   solution: Pass artifacts from results of tasks to params, never as a text; find out who wrote this address.
#   collections: [redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	some view in provenance.tasks(build)
	some address in artifact.foreign(build, view)
	result := outcome.of(rego.metadata.chain(), [address, view.pipeline_task], {"term": address})
}

# METADATA
# title: Task tracking data was provided
# description: There are patterns or a list to tell trusted tasks by.
# custom:
#   short_name: data
#   failure_msg: Missing required trusted_tasks data
#   solution: Add a data source with `trusted_task_rules` or `trusted_tasks`. Patterns count only with `trusted_task_rules_enabled`.
#   collections: [redhat, redhat_rpms, redhat_security]
#   effective_on: 2024-05-07T00:00:00Z
deny contains result if {
	trust.system == "nothing"
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Data format
# description: What is given to tell trusted tasks by has the right form.
# custom:
#   short_name: data_format
#   failure_msg: '%s'
#   solution: Correct the place that the message names; dates are written as RFC 3339 has them.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some problem in trust.problems
	result := outcome.problem(rego.metadata.chain(), problem)
}

_complaints contains {"view": view, "said": _in_chain(view, chain), "more": {"edges": _edges_from(build, view, chain)}} if {
	artifact.are_used
	some build in provenance.builds
	some target in _targets(build)
	chain := artifact.chain(build, target.pipeline_task)
	some view in trust.untrusted(provenance.tasks(build))
	view.pipeline_task in chain
}

_complaints contains {"view": view, "said": _alone(view), "more": {}} if {
	not artifact.are_used
	some view in trust.untrusted(provenance.all_tasks)
}

# Tasks whose work the image rests on: those that build, and those that test.
_targets(build) := {view |
	some view in provenance.tasks(build)
	count(view.images) > 0
} | {view |
	some view in provenance.tasks(build)
	task.result(view, "TEST_OUTPUT") != ""
}

_in_chain(view, chain) := sprintf(
	"Untrusted version of PipelineTask %q (Task %q) was included in build chain comprised of: %s. The denial reason is: %s",
	[view.pipeline_task, view.name, concat(", ", chain), _reason(view)],
) if {
	trust.system == "rules"
} else := sprintf(
	"Untrusted version of PipelineTask %q (Task %q) was included in build chain comprised of: %s. Please upgrade the task version to: %s",
	[view.pipeline_task, view.name, concat(", ", chain), trust.records_of(view.ref.key)[0].ref],
) if {
	count(trust.records_of(view.ref.key)) > 0
} else := sprintf(
	"Code tampering detected, untrusted PipelineTask %q (Task %q) was included in build chain comprised of: %s",
	[view.pipeline_task, view.name, concat(", ", chain)],
)

_alone(view) := sprintf("%s. The denial reason is: %s", [_reference(view), _reason(view)]) if {
	trust.system == "rules"
} else := sprintf("%s. Please upgrade the task version to: %s", [_reference(view), trust.records_of(view.ref.key)[0].ref]) if {
	count(trust.records_of(view.ref.key)) > 0
} else := _reference(view)

_reference(view) := sprintf("PipelineTask %q uses an untrusted task reference: %s", [view.pipeline_task, view.ref.text])

_reason(view) := concat("\n", array.concat([reason.type], array.concat(patterns, messages))) if {
	reason := trust.reason(view)
	patterns := [sprintf("  - %s", [pattern]) | some pattern in reason.patterns]
	messages := array.concat(
		["Messages:" | count(reason.messages) > 0],
		[sprintf("  - %s", [message]) | some message in reason.messages],
	)
}

# The hand-overs by which the work of a task gets into a chain.
_edges_from(build, view, chain) := {edge |
	some edge in artifact.edges(build)
	edge.producer == view.pipeline_task
	edge.consumer in chain
}

_digests_in(texts) := {digest | some text in texts; some digest in regex.find_n(`sha256:[0-9a-f]{64}`, text, -1)}

_trusted_digests contains digest if {
	some build in provenance.builds
	some view in provenance.build_tasks(build)
	trust.is_trusted(view)
	some result in view.results
	some digest in _digests_in(task.texts(result.value))
}

# Other components of the Snapshot are judged on their own.
_trusted_digests contains reference.parse(component.containerImage).digest if some component in input.snapshot.components

# Images in which a trusted task ran a script before the build.
_trusted_digests contains digest if {
	some view in provenance.all_tasks
	view.name in {"run-script-oci-ta"}
	trust.is_trusted(view)
	some digest in _digests_in({task.result(view, "SCRIPT_RUNNER_IMAGE_REFERENCE")})
}
