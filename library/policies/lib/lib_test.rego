package lib.lib_test

import rego.v1

import data.lib.artifact
import data.lib.clock
import data.lib.definition
import data.lib.fixtures
import data.lib.outcome
import data.lib.provenance
import data.lib.reference
import data.lib.requirement
import data.lib.schema
import data.lib.settings
import data.lib.task
import data.lib.waiver

_day := time.parse_rfc3339_ns("2026-06-15T00:00:00Z")

test_outcome_takes_the_narrowest_date if {
	rule := {"path": ["data", "a", "b", "deny"], "annotations": {"scope": "rule", "custom": {
		"short_name": "c",
		"failure_msg": "%s!",
		"collections": ["x"],
	}}}
	file := {"path": ["a", "b"], "annotations": {"scope": "package", "custom": {"effective_on": "2030-01-01T00:00:00Z"}}}
	outcome.of([rule, {"path": []}, file], ["no"], {"term": "t"}) == {
		"code": "a.b.c",
		"msg": "no!",
		"collections": ["x"],
		"effective_on": "2030-01-01T00:00:00Z",
		"term": "t",
	}
	outcome.of([rule], ["no"], {}).effective_on == "2022-01-01T00:00:00Z"
	outcome.problem([rule], {"message": "m", "severity": "warning"}).severity == "warning"
	outcome.dated({"name": "n", "effective_on": "2030"}) == {"effective_on": "2030"}
}

test_clock_prefers_the_effective_time if {
	clock.now == 5 with data.config.policy.when_ns as 5
	clock.now > 5 with data.config as {}
}

test_clock_reads_dates if {
	clock.is_over("2020-01-01T00:00:00Z")
	clock.is_ahead("2220-01-01T00:00:00Z")
	clock.is_invalid("tomorrow")
	not clock.is_invalid("")
	not clock.instant(7)
}

test_clock_finds_the_newest_and_the_current if {
	entries := [
		{"effective_on": "2026-01-01T00:00:00Z", "n": 1},
		{"effective_on": "2026-06-01T00:00:00+02:00", "n": 2},
		{"effective_on": "2026-12-01T00:00:00Z", "n": 3},
		{"n": 4},
	]
	clock.newest(entries).n == 3
	clock.current(entries).n == 2 with data.config.policy.when_ns as _day
	not clock.newest([{"n": 1}])
	not clock.current([])
}

test_settings_come_from_the_nearest_place if {
	settings.get("k") == 1 with data.rule_data__configuration__ as {"k": 1}
		with data.rule_data_custom as {"k": 2}
		with data.rule_data as {"k": 3}
	settings.get("k") == 2 with data.rule_data_custom as {"k": 2} with data.rule_data as {"k": 3}
	settings.get("cve_leeway").high == 7 with data.rule_data as {"cve_leeway": {"high": 7}}
	settings.get("trusted_task_rules_enabled") == false
	settings.get("pipeline_intention") == null
	settings.get("unheard of") == []
}

test_schema_tells_problems_and_their_weight if {
	schema.problems([1, "a", "a"], schema.some_strings) == {
		{"message": "(Root): array items[1,2] must be unique", "severity": "failure"},
		{"message": "0: Invalid type. Expected: string, given: integer", "severity": "failure"},
	}
	schema.problems({"a": 1}, schema.record({}, [])) == {{
		"message": "(Root): Additional property a is not allowed",
		"severity": "warning",
	}}
	schema.problems(null, schema.strings) == {{
		"message": "Provided empty document for schema validation",
		"severity": "failure",
	}}
	count(schema.problems([], schema.strings)) == 0
}

test_reference_comes_apart if {
	reference.parse(" host:5000/a/b:1@sha256:c ") == {"repo": "host:5000/a/b", "tag": "1", "digest": "sha256:c"}
	reference.parse("host/a") == {"repo": "host/a", "tag": "", "digest": ""}
	not reference.parse("a")
	not reference.parse("ho st/a")
	reference.beside("host/a:1@x", "y") == "host/a@y"
}

test_reference_compares if {
	reference.same("h/a:1", "h/a:1")
	reference.same("h/a:1@d", "h/a:2@d")
	not reference.same("h/a:1", "h/a:2")
	not reference.same("h/a@d", "h/b@d")
}

test_reference_knows_an_index if {
	reference.is_index("h/a@d") with ec.oci.descriptor as {"mediaType": "application/vnd.oci.image.index.v1+json"}
	not reference.is_index("h/a@d") with ec.oci.descriptor as {"mediaType": "x"}
}

_same_fields(view) := object.remove(view, ["labels", "annotations"])

test_all_forms_of_provenance_give_the_same_tasks if {
	old := {_same_fields(view) | some view in provenance.tasks(fixtures.good_v02)}
	new := {_same_fields(view) | some view in provenance.tasks(fixtures.good_v1)}
	count(old) == 3
	old == new
}

test_references_of_tasks if {
	task.reference({}, {}) == {
		"name": "<NAMELESS>", "kind": "task", "key": "<UNKNOWN>", "pinned": true, "pinned_ref": "<INLINED>",
		"text": "<UNKNOWN>@<INLINED>", "source": "inline", "bundle": "", "tag": "", "tagged": false, "url": "",
		"revision": "", "path": "",
	}
	task.reference({"name": "n"}, {}).text == "<UNKNOWN>@"
	task.reference({"name": "n", "bundle": "h/a:1@sha256:d", "kind": "Task"}, {}).text == "oci://h/a:1@sha256:d"
	task.reference({"name": "n", "bundle": "h/a"}, {}).pinned == false
	task.reference({"name": "n", "bundle": "odd"}, {}).key == "oci://odd"
	labelled := task.reference({"resolver": "bundles", "kind": "Task"}, {"tekton.dev/task": "l"})
	[labelled.name, labelled.kind] == ["l", "task"]
	task.reference({"resolver": "git", "params": [{"name": "kind", "value": "pipeline"}]}, {}).kind == "task"
	pinned := task.reference(fixtures.git("task/a/0.1/a.yaml", fixtures.commit), {})
	pinned.text == sprintf("git+https://git.example/ci/tasks.git//task/a/0.1/a.yaml@%s", [fixtures.commit])
	pinned.pinned
	task.reference(fixtures.git("a.yaml", "main"), {}).pinned == false
}

test_task_that_is_none_has_no_view if {
	not task.view({"name": "a", "taskRef": {"kind": "Approval", "name": "x"}})
	task.view({"name": "a", "taskSpec": {}}).name == "<NAMELESS>"
	task.view({"taskRef": {"name": "x"}}).pipeline_task == "x"
}

test_malformed_records_are_not_lost[name] if {
	some name, record in {
		"reference": {"ref": 7},
		"name": {"ref": {"name": []}},
		"null": {"ref": null},
		"kind": {"taskRef": {"name": "<NAMELESS>", "kind": null}},
		"lists": {"ref": {"name": "<NAMELESS>"}, "results": {}, "steps": "x", "params": {"a": "b"}, "status": 7},
		"labels": {"spec": {"taskRef": {"name": "<NAMELESS>"}}, "metadata": {"labels": [], "annotations": "x", "name": 5}},
	}
	view := task.view(record)
	[view.name, view.pipeline_task, view.ref.pinned, view.images, view.steps] == ["<NAMELESS>", "<NAMELESS>", false, set(), []]
}

test_what_is_written_out_cannot_name_itself if {
	task.view({"ref": {}, "invocation": {"environment": {"labels": {"tekton.dev/task": "buildah"}}}}).name == "<NAMELESS>"
}

test_names_of_a_task_hold_its_params if {
	task.names("a[b=c]", {"d": "e"}) == {"a", "a[d=e]"}
}

test_images_of_results if {
	task.images([
		{"name": "IMAGE_URL", "value": "h/a:1\n"},
		{"name": "IMAGE_DIGEST", "value": "d1"},
		{"name": "x-ARTIFACT_URI", "value": "h/b"},
		{"name": "x-ARTIFACT_DIGEST", "value": "d2"},
		{"name": "lonely-IMAGE_URL", "value": "h/c"},
		{"name": "IMAGES", "value": "h/d@d3, h/e@d4\nbroken"},
		{"name": "y-ARTIFACT_OUTPUTS", "value": {"uri": "h/f", "digest": "d5"}},
	]) == {
		{"url": "h/a:1", "digest": "d1"},
		{"url": "h/b", "digest": "d2"},
		{"url": "h/d", "digest": "d3"},
		{"url": "h/e", "digest": "d4"},
		{"url": "h/f", "digest": "d5"},
	}
}

test_outcomes_of_a_task if {
	task.outcomes({"status": "Failed"}) == {"Failed"}
	task.outcomes({"status": {"conditions": [{"type": "Succeeded", "status": "False"}]}}) == {"Failed"}
	task.outcomes({"status": {"conditions": []}}) == {"MISSING"}
	task.outcomes({}) == {"MISSING"}
}

test_texts_of_values if {
	task.texts("a") == {"a"}
	task.texts(["a", "b"]) == {"a", "b"}
	task.texts({"k": "a"}) == {"a"}
}

test_dependencies_that_are_no_tasks_are_none if {
	odd := json.patch(fixtures.good_v1, [{
		"op": "replace",
		"path": "/statement/predicate/buildDefinition/resolvedDependencies/1/name",
		"value": "other",
	}])
	count(provenance.tasks(odd)) == 2
}

_finished(attestation, date) := json.patch(attestation, [{
	"op": "replace",
	"path": "/statement/predicate/metadata/buildFinishedOn",
	"value": date,
}])

test_newest_build_of_each_version_is_judged if {
	new := _finished(fixtures.good_v02, "2026-02-01T00:00:00Z")
	undated := json.remove(new, ["/statement/predicate/metadata"])
	provenance.builds == [new, fixtures.good_v1] with input.attestations as [fixtures.good_v02, new, fixtures.good_v1]
	provenance.builds == [undated] with input.attestations as [undated]
	provenance.builds == [] with input.attestations as [undated, new]
	count(provenance.runs) == 2 with input.attestations as [undated, new]
}

test_time_of_a_build if {
	provenance.finished(fixtures.good_v1) == "2026-01-01T00:00:00Z"
	provenance.finished({"statement": {"predicate": {"runDetails": {"metadata": {"buildFinishedOn": "x"}}}}}) == "x"
	provenance.finished_at(fixtures.good_v1) == time.parse_rfc3339_ns("2026-01-01T00:00:00Z")
}

test_provenance_of_a_task_run_is_no_build if {
	run := json.patch(fixtures.good_v1, [{
		"op": "replace",
		"path": "/statement/predicate/buildDefinition/externalParameters/runSpec",
		"value": {"taskRef": {"name": "a"}},
	}])
	provenance.builds == [] with input.attestations as [run]
}

test_statement_of_another_type_is_no_build if {
	odd := json.patch(fixtures.good_v1, [{"op": "replace", "path": "/statement/predicateType", "value": "x"}])
	provenance.builds == [] with input.attestations as [odd]
}

test_materials_of_something_else if provenance.materials({"statement": {"predicateType": "x"}}) == []

test_results_are_json_where_they_are if {
	odd := fixtures.task("odd", {}, {}, [fixtures.text("TEST_OUTPUT", "{")])
	found := provenance.results("TEST_OUTPUT") with input.attestations as [fixtures.v02([fixtures.check, odd])]
	{each.value | some each in found} == {"{", {"result": "SUCCESS", "failures": 0, "warnings": 0}}
	{each.name | some each in found} == {"scan", "<NAMELESS>"}
}

test_an_index_is_known_by_its_build if {
	maker := fixtures.task("index", {}, {}, array.concat(
		fixtures.build_results,
		[fixtures.text("IMAGES", "registry.example/team/app@sha256:1")],
	))
	provenance.is_index with input.attestations as [fixtures.v02([maker])] with input.image.ref as fixtures.image
	not provenance.is_index with input.attestations as [fixtures.good_v02] with input.image.ref as fixtures.image
	not provenance.is_index with input.attestations as [fixtures.v02([maker])] with input.image.ref as "h/a@sha256:1"
}

test_artifacts_lead_back_to_their_makers if {
	artifact.chain(fixtures.good_v02, "build") == {"build", "clone"}
	artifact.chain(fixtures.good_v02, "clone") == {"clone"}
	artifact.edges(fixtures.good_v02) == {
		{"producer": "clone", "consumer": "build", "artifact": fixtures.artifact},
		{"producer": "clone", "consumer": "check", "artifact": fixtures.artifact},
	}
}

test_artifacts_in_lists_count_too if {
	list := fixtures.task("list", {}, {"SOURCES_ARTIFACT": [fixtures.artifact, "none"], "CACHE_ARTIFACT": ""}, [])
	artifact.foreign(fixtures.v02([list]), task.view(list)) == {fixtures.artifact}
}

test_kinds_of_build if {
	requirement.selectors_of(fixtures.good_v02) == {"docker"}
	requirement.selectors_of(fixtures.v1([fixtures.task_run(fixtures.clone)])) == {"generic"}
	catalog := {"operators.operatorframework.io.index.configs.v1": "/configs"}
	requirement.selectors_of(fixtures.v02([fixtures.build])) == {"fbc"} with input.image.config.Labels as catalog
	requirement.selectors_of(fixtures.v02([fixtures.clone])) == set()
	labelled := json.patch(fixtures.v02([fixtures.clone]), [{
		"op": "add",
		"path": "/statement/predicate/invocation",
		"value": {"environment": {"labels": {"pipelines.openshift.io/runtime": "java"}}},
	}])
	requirement.selectors_of(labelled) == {"java"}
}

test_tasks_of_a_bundle if {
	layer := {"digest": "sha256:1", "annotations": {"dev.tekton.image.kind": "task", "dev.tekton.image.name": "a"}}
	definition.tasks == {{"kind": "Task"}} with input.image.ref as "h/tasks:1"
		with ec.oci.image_manifest as {"layers": [layer, {"digest": "sha256:2", "annotations": {}}]}
		with ec.oci.blob_files as {"a": {"kind": "Task"}}
	definition.title({}) == "noname/noversion"
}

test_states_of_waivers[state] if {
	some state, entry in {
		"invalid": {"effectiveOn": "soon"},
		"pending": {"effectiveOn": "2026-07-01T00:00:00Z"},
		"no_expiration": {"effectiveOn": "2026-06-01T00:00:00Z"},
		"expired": {"effectiveUntil": "2026-06-01T00:00:00Z"},
		"expiring": {"effectiveUntil": "2026-06-30T00:00:00Z"},
	}
	waiver.state(entry) == state with data.config.policy.when_ns as _day
}

test_waiver_far_from_its_end_has_no_state if {
	not waiver.state({"effectiveUntil": "2027-01-01T00:00:00Z"}) with data.config.policy.when_ns as _day
}

test_waivers_concern_images_and_components if {
	entries := [
		{"value": "all"},
		{"value": "ref", "imageRef": fixtures.digest("a")},
		{"value": "digest", "imageDigest": fixtures.digest("a")},
		{"value": "url", "imageUrl": "registry.example/team/app"},
		{"value": "team", "imageUrl": "registry.example/team"},
		{"value": "component", "componentNames": ["app"]},
		{"value": "no", "imageDigest": fixtures.digest("b")},
		{"value": "no", "imageUrl": "registry.example/te"},
		{"value": "no", "componentNames": ["other"]},
	]
	found := waiver.applicable with input as {
		"image": {"ref": fixtures.image},
		"component_name": "app",
		"policy_spec": {"sources": [{"volatileConfig": {"include": entries}}]},
	}
	{one.entry.value | some one in found} == {"all", "ref", "digest", "url", "team", "component"}
}
