# METADATA
# title: What the tests share
# description: A build that every rule is content with, and ways to spoil it.
package lib.fixtures

import rego.v1

commit := "05669ed367ed21569f68edee8b93c64eda91e910"

digest(character) := sprintf("sha256:%s", [concat("", [character | some _ in numbers.range(1, 64)])])

bare(character) := trim_prefix(digest(character), "sha256:")

image := sprintf("registry.example/team/app@%s", [digest("a")])

artifact := sprintf("oci:registry.example/team/app@%s", [digest("5")])

# Messages of one rule.
said(results, code) := {result.msg | some result in results; result.code == code}

codes(results) := {result.code | some result in results}

terms(results, code) := {result.term | some result in results; result.code == code}

# A reference as Tekton's resolver of bundles takes it.
bundle(name, version, pin) := {"resolver": "bundles", "kind": "Task", "params": [
	{"name": "name", "value": name},
	{"name": "bundle", "value": sprintf("registry.example/catalog/task-%s:%s@%s", [name, version, pin])},
	{"name": "kind", "value": "task"},
]}

git(path, revision) := {"resolver": "git", "params": [
	{"name": "url", "value": "https://git.example/ci/tasks"},
	{"name": "revision", "value": revision},
	{"name": "pathInRepo", "value": path},
]}

text(name, value) := {"name": name, "type": "string", "value": value}

clone_results := [
	text("url", "https://git.example/team/app"),
	text("commit", commit),
	text("SOURCE_ARTIFACT", artifact),
]

build_results := [text("IMAGE_URL", "registry.example/team/app:1\n"), text("IMAGE_DIGEST", digest("a"))]

test_output(outcome) := text("TEST_OUTPUT", json.marshal({"result": outcome, "failures": 0, "warnings": 0}))

# A task as SLSA v0.2 records it.
task(pipeline_task, ref, params, results) := {
	"name": pipeline_task,
	"ref": ref,
	"status": "Succeeded",
	"steps": [{"entryPoint": "make"}],
	"invocation": {"parameters": params, "environment": {"labels": {}, "annotations": {}}},
	"results": results,
}

clone := task("clone", bundle("git-clone", "0.1", digest("1")), {"url": "https://git.example/team/app"}, clone_results)

build := object.union(
	task("build", bundle("buildah", "0.2", digest("2")), {"SOURCE_ARTIFACT": artifact, "HERMETIC": "true"}, build_results),
	{"invocation": {"environment": {"labels": {"build.appstudio.redhat.com/build_type": "docker"}}}},
)

check := task("check", bundle("scan", "0.3", digest("3")), {"SOURCE_ARTIFACT": artifact}, [
	test_output("SUCCESS"),
	text("IMAGES_PROCESSED", json.marshal({"image": {"digests": [digest("a")]}})),
])

# Provenance of SLSA v0.2.
v02(tasks) := {"statement": {
	"_type": "https://in-toto.io/Statement/v0.1",
	"predicateType": "https://slsa.dev/provenance/v0.2",
	"subject": [{"name": "registry.example/team/app", "digest": {"sha256": bare("a")}}],
	"predicate": {
		"builder": {"id": "https://tekton.dev/chains/v2"},
		"buildType": "tekton.dev/v1/PipelineRun",
		"buildConfig": {"tasks": tasks},
		"metadata": {"buildFinishedOn": "2026-01-01T00:00:00Z"},
		"materials": [{"uri": "git+https://git.example/team/app.git", "digest": {"sha1": commit}}],
	},
}}

# The same task as a TaskRun, which SLSA v1 records.
task_run(record) := {
	"kind": "TaskRun",
	"metadata": {
		"name": sprintf("run-%s", [record.name]),
		"labels": object.union(record.invocation.environment.labels, {"tekton.dev/pipelineTask": record.name}),
		"annotations": record.invocation.environment.annotations,
	},
	"spec": {
		"taskRef": record.ref,
		"params": [{"name": name, "value": value} | some name, value in record.invocation.parameters],
	},
	"status": {
		"conditions": [{"type": "Succeeded", "status": {"Succeeded": "True", "Failed": "False"}[record.status]}],
		"results": record.results,
		"taskSpec": {"steps": record.steps},
	},
}

# Provenance of SLSA v1 with whole TaskRuns.
v1(runs) := {"statement": {
	"_type": "https://in-toto.io/Statement/v1",
	"predicateType": "https://slsa.dev/provenance/v1",
	"subject": [{"name": "registry.example/team/app", "digest": {"sha256": bare("a")}}],
	"predicate": {
		"buildDefinition": {
			"buildType": "https://tekton.dev/chains/v2/slsa-tekton",
			"externalParameters": {"runSpec": {
				"pipelineRef": {"name": "p"},
				"params": [{"name": "git-url", "value": "https://git.example/team/app"}],
				"workspaces": [{"name": "w", "emptyDir": {}}],
			}},
			"internalParameters": {"labels": {"pipelines.openshift.io/runtime": "generic"}},
			"resolvedDependencies": array.concat(
				[{"name": "inputs/result", "uri": "git+https://git.example/team/app.git", "digest": {"sha1": commit}}],
				[{"name": "pipelineTask", "uri": "u", "content": base64.encode(json.marshal(run))} | some run in runs],
			),
		},
		"runDetails": {
			"builder": {"id": "https://tekton.dev/chains/v2"},
			"metadata": {"finishedOn": "2026-01-01T00:00:00Z"},
		},
	},
}}

good_v02 := v02([clone, build, check])

good_v1 := v1([task_run(clone), task_run(build), task_run(check)])

# The list that trusts the tasks above.
trusted_tasks := {
	"oci://registry.example/catalog/task-git-clone:0.1": [{"ref": digest("1")}],
	"oci://registry.example/catalog/task-buildah:0.2": [{"ref": digest("2")}],
	"oci://registry.example/catalog/task-scan:0.3": [{"ref": digest("3")}],
}

# Patterns that trust them.
trusted_task_rules := {"allow": {"catalog": [{"pattern": "oci://registry.example/catalog/*"}]}}

# A task with another reference.
referring(record, ref) := json.patch(record, [{"op": "replace", "path": "/ref", "value": ref}])

# What `ec.oci.image_manifests` answers: versions out of the tags.
manifests(refs) := {ref: {"annotations": {"org.opencontainers.image.version": version}} |
	some ref in refs
	version := regex.find_all_string_submatch_n(`:([0-9.]+)@`, ref, 1)[0][1]
}
