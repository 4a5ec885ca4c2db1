package trusted_task_test

import rego.v1

import data.lib.fixtures
import data.trusted_task

_day := time.parse_rfc3339_ns("2026-06-15T00:00:00Z")

_denials(attestation) := results if {
	results := trusted_task.deny with input.attestations as [attestation] with data.trusted_tasks as fixtures.trusted_tasks
}

_warnings(attestation) := results if {
	results := trusted_task.warn with input.attestations as [attestation] with data.trusted_tasks as fixtures.trusted_tasks
}

_rogue(record) := fixtures.referring(record, fixtures.bundle("rogue", "0.1", fixtures.digest("f")))

test_good_build_passes[name] if {
	some name, attestation in {"v0.2": fixtures.good_v02, "v1": fixtures.good_v1}
	_denials(attestation) == set()
	_warnings(attestation) == set()
}

test_references_must_be_tagged_and_pinned if {
	loose := fixtures.task("loose", {"name": "loose", "bundle": "registry.example/loose"}, {}, [])
	results := _warnings(fixtures.v02([loose]))
	fixtures.said(results, "trusted_task.tagged") == {"Pipeline task \"loose\" uses an untagged task reference, oci://registry.example/loose@"}
	fixtures.said(results, "trusted_task.pinned") == {"Pipeline task \"loose\" uses an unpinned task reference, oci://registry.example/loose@"}
}

test_reference_that_runs_out_is_warned_of if {
	key := "oci://registry.example/catalog/task-scan:0.3"
	results := trusted_task.warn with input.attestations as [fixtures.good_v02]
		with data.config.policy.when_ns as _day
		with data.trusted_tasks as object.union(fixtures.trusted_tasks, {key: [
			{"ref": fixtures.digest("3"), "expires_on": "2026-07-01T00:00:00Z"},
			{"ref": fixtures.digest("4")},
		]})
	some result in results
	result.code == "trusted_task.current"
	result.msg == sprintf(
		"A newer version of task \"check\" exists. Please update before 2026-07-01T00:00:00Z. The current bundle is \"%s@%s\" and the latest bundle ref is %q",
		[key, fixtures.digest("3"), fixtures.digest("4")],
	)
	result.fix.to == sprintf("%s@%s", [key, fixtures.digest("4")])
}

test_dates_of_the_list_do_not_matter_beside_patterns if {
	trusted_task.warn == set() with input.attestations as [fixtures.good_v02]
		with data.trusted_tasks as {"oci://registry.example/catalog/task-scan:0.3": [{"ref": fixtures.digest("3"), "expires_on": "2200-01-01T00:00:00Z"}]}
		with data.rule_data as {"trusted_task_rules": fixtures.trusted_task_rules, "trusted_task_rules_enabled": true}
}

test_later_denial_is_warned_of if {
	rules := object.union(
		fixtures.trusted_task_rules,
		{"deny": {"old": [{"pattern": "oci://*/task-scan*", "effective_on": "2026-07-01T00:00:00Z"}]}},
	)
	results := trusted_task.warn with input.attestations as [fixtures.good_v02]
		with data.config.policy.when_ns as _day
		with data.rule_data as {"trusted_task_rules": rules, "trusted_task_rules_enabled": true}
	{result.msg | some result in results} == {"Task \"check\" will be denied by rule pattern \"oci://*/task-scan*\" starting on 2026-07-01T00:00:00Z."}
}

test_rogue_in_the_chain_is_told_with_its_edges if {
	some result in _denials(fixtures.v02([_rogue(fixtures.clone), fixtures.build]))
	result.code == "trusted_task.trusted"
	result.msg == "Code tampering detected, untrusted PipelineTask \"clone\" (Task \"rogue\") was included in build chain comprised of: build, clone"
	result.term == "rogue"
	result.fix.edges == {{"producer": "clone", "consumer": "build", "artifact": fixtures.artifact}}
}

test_rogue_outside_the_chain_may_stay if {
	aside := fixtures.task("aside", {"name": "mine"}, {}, [])
	_denials(fixtures.v02([fixtures.clone, fixtures.build, aside])) == set()
}

test_old_task_in_the_chain_is_told_with_the_new_one if {
	old := fixtures.referring(fixtures.clone, fixtures.bundle("git-clone", "0.1", fixtures.digest("f")))
	fixtures.said(_denials(fixtures.v02([old, fixtures.build])), "trusted_task.trusted") == {sprintf(
		"Untrusted version of PipelineTask \"clone\" (Task \"git-clone\") was included in build chain comprised of: build, clone. Please upgrade the task version to: %s",
		[fixtures.digest("1")],
	)}
}

test_chain_is_judged_by_patterns_too if {
	rules := object.union(fixtures.trusted_task_rules, {"deny": {"x": [{"pattern": "*git-clone*", "message": "No."}]}})
	results := trusted_task.deny with input.attestations as [fixtures.v02([fixtures.clone, fixtures.build])]
		with data.rule_data as {"trusted_task_rules": rules, "trusted_task_rules_enabled": true}
	fixtures.said(results, "trusted_task.trusted") == {"Untrusted version of PipelineTask \"clone\" (Task \"git-clone\") was included in build chain comprised of: build, clone. The denial reason is: deny_rule\n  - *git-clone*\nMessages:\n  - No."}
}

_alone(ref) := fixtures.v02([fixtures.task("p", ref, {}, [])])

test_without_artifacts_every_task_must_be_trusted if {
	fixtures.said(_denials(_alone({"name": "mine"})), "trusted_task.trusted") == {"PipelineTask \"p\" uses an untrusted task reference: <UNKNOWN>@"}
	old := fixtures.bundle("scan", "0.3", fixtures.digest("f"))
	fixtures.said(_denials(_alone(old)), "trusted_task.trusted") == {sprintf(
		"PipelineTask \"p\" uses an untrusted task reference: oci://registry.example/catalog/task-scan:0.3@%s. Please upgrade the task version to: %s",
		[fixtures.digest("f"), fixtures.digest("3")],
	)}
	results := trusted_task.deny with input.attestations as [_alone({"name": "mine"})]
		with data.rule_data as {"trusted_task_rules": fixtures.trusted_task_rules, "trusted_task_rules_enabled": true}
	fixtures.said(results, "trusted_task.trusted") == {"PipelineTask \"p\" uses an untrusted task reference: <UNKNOWN>@. The denial reason is: not_allowed"}
}

_with_param(value) := fixtures.v02([
	fixtures.clone,
	fixtures.task("script", fixtures.bundle("run-script-oci-ta", "0.1", fixtures.digest("7")), {}, [fixtures.text(
		"SCRIPT_RUNNER_IMAGE_REFERENCE",
		sprintf("registry.example/runner@%s", [fixtures.digest("c")]),
	)]),
	fixtures.task("build", fixtures.bundle("buildah", "0.2", fixtures.digest("2")), {"SOURCE_ARTIFACT": fixtures.artifact, "BASE": value}, fixtures.build_results),
])

test_digests_in_params_must_be_known if {
	trusted := object.union(
		fixtures.trusted_tasks,
		{"oci://registry.example/catalog/task-run-script-oci-ta:0.1": [{"ref": fixtures.digest("7")}]},
	)
	known := ["a", "c", "d"]
	results := trusted_task.deny with input.attestations as [_with_param([sprintf("r/i@%s", [fixtures.digest(each)]) |
		some each in array.concat(known, ["e"])
	])]
		with input.snapshot.components as [{"containerImage": sprintf("r/d@%s", [fixtures.digest("d")])}]
		with data.trusted_tasks as trusted
	{result.msg | some result in results} == {sprintf(
		"The \"BASE\" parameter of the \"build\" PipelineTask includes an untrusted digest: %s",
		[fixtures.digest("e")],
	)}
}

test_digests_of_tasks_that_are_not_trusted_do_not_count if {
	results := trusted_task.deny with input.attestations as [_with_param(sprintf("%s %s", [fixtures.digest("a"), fixtures.digest("c")]))]
		with data.trusted_tasks as {"oci://registry.example/other": [{"ref": "x"}]}
	count(fixtures.said(results, "trusted_task.trusted_parameters")) == 2
	other := fixtures.task("other", fixtures.bundle("scan", "0.3", fixtures.digest("3")), {}, [fixtures.text("SCRIPT_RUNNER_IMAGE_REFERENCE", fixtures.digest("c"))])
	build := fixtures.task("build", fixtures.bundle("buildah", "0.2", fixtures.digest("2")), {"BASE": fixtures.digest("c")}, fixtures.build_results)
	count(fixtures.said(_denials(fixtures.v02([other, build])), "trusted_task.trusted_parameters")) == 1
}

test_edges_are_those_of_the_rogue_alone if {
	second := sprintf("oci:registry.example/team/app@%s", [fixtures.digest("6")])
	prefetch := fixtures.task("prefetch", {"name": "mine"}, {"SOURCE_ARTIFACT": fixtures.artifact}, [fixtures.text("SOURCE_ARTIFACT", second)])
	build := fixtures.task("build", fixtures.bundle("buildah", "0.2", fixtures.digest("2")), {"SOURCE_ARTIFACT": second}, fixtures.build_results)
	some result in _denials(fixtures.v02([fixtures.clone, prefetch, build]))
	result.fix.edges == {{"producer": "prefetch", "consumer": "build", "artifact": second}}
}

test_artifact_from_elsewhere_is_told if {
	fixtures.said(_denials(fixtures.v02([fixtures.build])), "trusted_task.valid_trusted_artifact_inputs") == {sprintf(
		"Code tampering detected, input %q for task \"build\" was not produced by the pipeline as attested.",
		[fixtures.artifact],
	)}
}

test_missing_and_malformed_data_are_told if {
	results := trusted_task.deny with input.attestations as [fixtures.good_v02] with data.rule_data.task_expiry_warning_days as -1
	fixtures.codes(results) == {"trusted_task.data", "trusted_task.data_format"}
}
