# METADATA
# title: Trusted Artifacts Conventions
# description: A task that takes or makes trusted artifacts names them so that the chain between tasks can be followed, and shares nothing else.
package trusted_artifacts

import rego.v1

import data.lib.definition
import data.lib.outcome
import data.lib.settings

# METADATA
# title: Parameter
# description: A param with the address of an artifact has a name that ends in `_ARTIFACT`.
# custom:
#   short_name: parameter
#   failure_msg: The parameter %q of the Task %q does not use the _ARTIFACT suffix
#   solution: Rename the param.
deny contains result if {
	some name in _named_in("use", `\$\(params\.([^)]*)\)`)
	not endswith(name, "_ARTIFACT")
	result := outcome.of(rego.metadata.chain(), [name, definition.title(input)], {})
}

# METADATA
# title: Result
# description: A result with the address of an artifact has a name that ends in `_ARTIFACT`.
# custom:
#   short_name: result
#   failure_msg: The result %q of the Task %q does not use the _ARTIFACT suffix
#   solution: Rename the result.
deny contains result if {
	some name in _named_in("create", `\$\(results\.([^)]*)\.path\)`)
	not endswith(name, "_ARTIFACT")
	result := outcome.of(rego.metadata.chain(), [name, definition.title(input)], {})
}

# METADATA
# title: Workspace
# description: >-
#   A task with artifacts has no workspaces but those of the rule data `allowed_trusted_artifacts_workspaces`; what passes through a workspace is
#   not in the provenance.
# custom:
#   short_name: workspace
#   failure_msg: General purpose workspace %q is not allowed
#   solution: Pass the files as an artifact; workspaces with credentials can be allowed by name.
#   effective_on: 2024-07-07T00:00:00Z
deny contains result if {
	some field in ["params", "results"]
	some each in input.spec[field]
	endswith(each.name, "_ARTIFACT")
	some workspace in input.spec.workspaces
	not workspace.name in settings.get("allowed_trusted_artifacts_workspaces")
	result := outcome.of(rego.metadata.chain(), [workspace.name], {})
}

# What the arguments name of steps that use or create artifacts. The program that does is known by its image, or by its own name.
_named_in(verb, pattern) := {found[1] |
	some step in input.spec.steps
	_does(step, verb)
	some argument in step.args
	some found in regex.find_all_string_submatch_n(pattern, argument, -1)
}

_does(step, verb) if {
	contains(step.image, "trusted-artifacts")
	verb in step.args
}

_does(step, verb) if sprintf("%s-trusted-artifact", [verb]) in step.command
