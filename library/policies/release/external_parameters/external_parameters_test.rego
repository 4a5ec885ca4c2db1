package external_parameters_test

import rego.v1

import data.external_parameters
import data.lib.fixtures

_with(spec) := json.patch(fixtures.good_v1, [{
	"op": "replace",
	"path": "/statement/predicate/buildDefinition/externalParameters/runSpec",
	"value": object.union({"pipelineRef": {"name": "p"}}, spec),
}])

_results(attestation) := results if {
	results := external_parameters.deny with input.attestations as [attestation]
		with data.rule_data.pipeline_run_params as ["git-url"]
}

test_good_build_passes if _results(fixtures.good_v1) == set()

test_other_params_are_told if {
	given := [{"name": "git-url", "value": ""}, {"name": "more", "value": "x"}]
	fixtures.said(_results(_with({"params": given})), "external_parameters.pipeline_run_params") == {"PipelineRun params, {\"more\"}, do not match expectation, {\"git-url\"}."}
}

test_shared_volume_is_told if {
	workspace := {"name": "w", "persistentVolumeClaim": {"claimName": "c"}}
	results := _results(_with({"params": [{"name": "git-url", "value": "u"}], "workspaces": [workspace]}))
	fixtures.codes(results) == {"external_parameters.restrict_shared_volumes"}
}

test_rule_data_is_checked if {
	results := external_parameters.deny with input.attestations as []
	fixtures.codes(results) == {"external_parameters.pipeline_run_params_provided"}
}
