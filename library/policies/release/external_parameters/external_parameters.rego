# METADATA
# title: External parameters
# description: What could be chosen from outside, when the build was started, is what was expected (SLSA v1 provenance).
package external_parameters

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.schema
import data.lib.settings

# METADATA
# title: Pipeline run params
# description: The run has the params of the rule data `pipeline_run_params`, none of them empty, and no others.
# custom:
#   short_name: pipeline_run_params
#   failure_msg: PipelineRun params, %v, do not match expectation, %v.
#   solution: Start the run with exactly the expected params; the others belong into the pipeline.
#   collections: [redhat_security]
deny contains result if {
	some build in provenance.builds
	given := {param.name | some param in _run_spec(build).params; param.value != ""}
	expected := {name | some name in settings.get("pipeline_run_params")}
	given != expected
	result := outcome.of(rego.metadata.chain(), [given, expected], {})
}

# METADATA
# title: PipelineRun params provided
# description: The rule data `pipeline_run_params` is a list of distinct texts, with at least one.
# custom:
#   short_name: pipeline_run_params_provided
#   failure_msg: '%s'
#   solution: List the params that a run must have under `pipeline_run_params`.
#   collections: [policy_data, redhat_security]
deny contains result if {
	some problem in settings.problems("pipeline_run_params", schema.some_strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}

# METADATA
# title: Restrict shared volumes
# description: The run uses no volume that was there before it.
# custom:
#   short_name: restrict_shared_volumes
#   failure_msg: PipelineRun uses shared volumes, %v.
#   solution: Use a `volumeClaimTemplate` or an `emptyDir`, or hand files on as trusted artifacts.
#   collections: [redhat_security]
deny contains result if {
	some build in provenance.builds
	shared := {workspace | some workspace in _run_spec(build).workspaces; workspace.persistentVolumeClaim}
	count(shared) > 0
	result := outcome.of(rego.metadata.chain(), [shared], {})
}

_run_spec(build) := object.get(build.statement.predicate, ["buildDefinition", "externalParameters", "runSpec"], {})
