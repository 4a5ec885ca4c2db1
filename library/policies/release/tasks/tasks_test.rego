package tasks_test

import rego.v1

import data.lib.fixtures
import data.lib.statement_test
import data.tasks

_since := "2026-01-01T00:00:00Z"

_required(tasks_) := {"docker": [{"effective_on": _since, "tasks": tasks_}]}

_denials(attestations, required) := results if {
	results := tasks.deny with input.attestations as attestations
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["pipeline-required-tasks"] as required
		with data["required-tasks"] as [{"effective_on": _since, "tasks": ["git-clone"]}]
}

test_good_build_passes if {
	names := ["git-clone", "buildah[HERMETIC=true]", ["scan", "scan-min"]]
	_denials([fixtures.v02([fixtures.clone, fixtures.task("b", fixtures.bundle("buildah", "0.2", fixtures.digest("2")), {"HERMETIC": "true"}, []), fixtures.check])], {"x": []}) == set()
	_denials([fixtures.good_v1], _required(names)) == set()
	warnings := tasks.warn with input.attestations as [fixtures.good_v1] with data["pipeline-required-tasks"] as _required(names)
	warnings == set()
}

test_missing_task_is_told if {
	results := _denials([fixtures.good_v02], _required(["sast", ["b", "a"]]))
	fixtures.said(results, "tasks.required_tasks_found") == {
		"Required task \"sast\" is missing",
		"One of \"a\", \"b\" tasks is missing",
	}
	fixtures.terms(results, "tasks.required_tasks_found") == {"sast", ["a", "b"]}
}

test_dates_decide_which_list_counts if {
	lists := {"docker": [
		{"effective_on": "2025-01-01T00:00:00Z", "tasks": ["gone"]},
		{"effective_on": "2026-01-01T00:00:00Z", "tasks": ["now", "dropped"]},
		{"effective_on": "2200-01-01T00:00:00Z", "tasks": ["now", "later"]},
	]}
	fixtures.terms(_denials([fixtures.good_v02], lists), "tasks.required_tasks_found") == {"now"}
	warnings := tasks.warn with input.attestations as [fixtures.good_v02] with data["pipeline-required-tasks"] as lists
	fixtures.said(warnings, "tasks.future_required_tasks_found") == {"Task \"later\" is missing and will be required on 2200-01-01T00:00:00Z"}
}

test_lists_of_several_kinds_hold_together if {
	other := object.union(fixtures.build, {
		"name": "other",
		"invocation": {"environment": {"labels": {"build.appstudio.redhat.com/build_type": "go"}}},
	})
	lists := {"docker": [{"effective_on": _since, "tasks": ["x"]}], "go": [{"effective_on": "2025-01-01T00:00:00Z", "tasks": ["x", "y"]}]}
	fixtures.terms(_denials([fixtures.v02([fixtures.build, other])], lists), "tasks.required_tasks_found") == {"x", "y"}
}

test_missing_list_is_warned_of_and_then_told if {
	warnings := tasks.warn with input.attestations as [fixtures.good_v02]
	fixtures.codes(warnings) == {"tasks.pipeline_required_tasks_list_provided"}
	results := tasks.deny with input.attestations as [fixtures.good_v02]
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["required-tasks"] as []
	fixtures.codes(results) == {"tasks.required_tasks_list_provided"}
}

test_build_without_tasks_is_told if {
	fixtures.codes(_denials([fixtures.v02([])], {})) == {"tasks.pipeline_has_tasks"}
}

test_failed_task_is_told if {
	failed := object.union(fixtures.clone, {"status": "Failed"})
	expected := {"Pipeline task \"clone\" did not complete successfully, \"Failed\""}
	fixtures.said(_denials([fixtures.v02([failed])], {}), "tasks.successful_pipeline_tasks") == expected
	fixtures.said(_denials([fixtures.v1([fixtures.task_run(failed)])], {}), "tasks.successful_pipeline_tasks") == expected
}

test_untrusted_task_of_a_required_name_is_told if {
	mine := fixtures.referring(fixtures.clone, fixtures.bundle("git-clone", "0.1", fixtures.digest("f")))
	results := _denials([fixtures.v02([mine])], {})
	fixtures.said(results, "tasks.required_untrusted_task_found") == {"Required task \"git-clone\" is required and present but not from a trusted task"}
}

test_unpinned_task_is_told if {
	mine := fixtures.referring(fixtures.clone, {"name": "git-clone"})
	fixtures.said(_denials([fixtures.v02([mine])], {}), "tasks.pinned_task_refs") == {"Task git-clone is used by pipeline task clone via an unpinned reference."}
}

test_task_past_its_date_is_told if {
	old := object.union(fixtures.clone, {"invocation": {"environment": {"annotations": {
		"build.appstudio.redhat.com/expires-on": "2026-02-01T00:00:00Z",
		"build.appstudio.redhat.com/expiry-message": "Use git-clone 2.",
	}}}})
	some result in _denials([fixtures.v02([old])], {})
	result.msg == "Task \"git-clone\" is used by pipeline task \"clone\" is or will be unsupported as of 2026-02-01T00:00:00Z. Use git-clone 2."
	result.effective_on == "2026-02-01T00:00:00Z"
}

test_malformed_lists_are_told if {
	results := tasks.deny with data["required-tasks"] as [{"effective_on": "soon", "tasks": ["a"]}]
		with data["pipeline-required-tasks"] as {"x": [{"effective_on": "later", "tasks": []}]}
	fixtures.said(results, "tasks.data_provided") == {
		"required-tasks[0].effective_on is not valid RFC3339 format: \"soon\"",
		"pipeline-required-tasks.x[0].effective_on is not valid RFC3339 format: \"later\"",
		"Data pipeline-required-tasks has unexpected format: x.0.tasks: Array must have at least 1 items",
	}
}

_split := {"docker": [{"effective_on": _since, "required_in_build": ["buildah"], "required": ["scan"]}]}

test_task_that_may_run_elsewhere_is_found_in_the_run_of_a_trusted_statement if {
	lonely := fixtures.v02([fixtures.clone, fixtures.build])
	fixtures.terms(_denials([lonely], _split), "tasks.required_tasks_found") == {"scan"}
	results := tasks.deny with input.attestations as [lonely]
		with input.image.ref as fixtures.image
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["pipeline-required-tasks"] as _split
		with ec.oci.image_referrers as statement_test.referrers
		with ec.sigstore.verify_attestation as statement_test.verify
	results == set()
}

test_task_that_must_be_in_the_build_is_not_looked_for_elsewhere if {
	older := json.patch(fixtures.good_v02, [{
		"op": "replace",
		"path": "/statement/predicate/metadata/buildFinishedOn",
		"value": "2025-01-01T00:00:00Z",
	}])
	newer := fixtures.v02([fixtures.clone, fixtures.task("x", fixtures.bundle("scan", "0.3", fixtures.digest("3")), {}, fixtures.build_results)])
	lists := {"generic": []}
	results := tasks.deny with input.attestations as [older, newer]
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["pipeline-required-tasks"] as lists
		with data["required-tasks"] as [{"effective_on": _since, "required_in_build": ["buildah"], "required": ["buildah"]}]
	fixtures.terms(results, "tasks.required_tasks_found") == {"buildah"}
	elsewhere := tasks.deny with input.attestations as [older, newer]
		with data.trusted_tasks as fixtures.trusted_tasks
		with data["required-tasks"] as [{"effective_on": _since, "required": ["buildah"]}]
	elsewhere == set()
}
