# METADATA
# title: Pipeline definition Task bundle policies
# description: The tasks of a pipeline come from bundles that are trusted, by digest.
package task_bundle

import rego.v1

import data.lib.outcome
import data.lib.reference
import data.lib.task
import data.lib.trust

# METADATA
# title: Unpinned task bundle reference
# description: Bundles are referred to by digest.
# custom:
#   short_name: unpinned_task_bundle
#   failure_msg: Pipeline task '%s' uses an unpinned task bundle reference '%s'
#   solution: Add the digest to the reference.
warn contains result if {
	some view in _views
	reference.parse(view.ref.bundle).digest == ""
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task, view.ref.bundle], {"fix": trust.fix(view)})
}

# METADATA
# title: Task bundle is out of date
# description: A bundle from the list of trusted references does not run out.
# custom:
#   short_name: out_of_date_task_bundle
#   failure_msg: Pipeline task '%s' uses an out of date task bundle '%s', new version of the Task must be used before %s
#   solution: Replace the reference by the newest one, which `fix` names.
warn contains result if {
	trust.system == "list"
	some view in _views
	expiry := time.format(trust.expiry(view))
	result := outcome.of(
		rego.metadata.chain(),
		[view.pipeline_task, view.ref.bundle, expiry],
		{"fix": trust.fix(view)},
	)
}

# METADATA
# title: Task bundle was not used or is not defined
# description: Every task comes from a bundle.
# custom:
#   short_name: disallowed_task_reference
#   failure_msg: Pipeline task '%s' does not contain a bundle reference
#   solution: Refer to the task with the resolver `bundles`.
deny contains result if {
	some view in _views
	view.ref.source != "bundle"
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task], {})
}

# METADATA
# title: Task bundle reference is empty
# description: A reference to a bundle names one.
# custom:
#   short_name: empty_task_bundle_reference
#   failure_msg: Pipeline task '%s' uses an empty bundle image reference
#   solution: Give the param `bundle` of the resolver.
deny contains result if {
	some view in _views
	view.ref.source == "bundle"
	view.ref.bundle == ""
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task], {})
}

# METADATA
# title: Task bundle is not trusted
# description: Every bundle is trusted.
# custom:
#   short_name: untrusted_task_bundle
#   failure_msg: Pipeline task '%s' uses an untrusted task bundle '%s'
#   solution: Change the reference as `fix` says.
deny contains result if {
	some view in trust.untrusted(_views)
	view.ref.bundle != ""
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task, view.ref.bundle], {"fix": trust.fix(view)})
}

# METADATA
# title: Missing required data
# description: There are patterns or a list to tell trusted tasks by.
# custom:
#   short_name: missing_required_data
#   failure_msg: Missing required trusted_tasks data
#   solution: Add a data source with `trusted_task_rules` or `trusted_tasks`.
deny contains result if {
	trust.system == "nothing"
	result := outcome.of(rego.metadata.chain(), [], {})
}

_views := [view | some field in ["tasks", "finally"]; some record in input.spec[field]; view := task.view_of_any(record)]
