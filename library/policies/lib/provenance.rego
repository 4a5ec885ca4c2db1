# METADATA
# title: Provenance
# description: >-
#   Chooses the statements that say how the image was built, and reads what SLSA v0.2 and v1 call by different names. What
#   statements say comes from whoever signed them: believe the builder, not the build.
package lib.provenance

import rego.v1

import data.lib.clock
import data.lib.settings
import data.lib.task

v02 := "https://slsa.dev/provenance/v0.2"

v1 := "https://slsa.dev/provenance/v1"

# All that claim to be SLSA provenance.
claims := [attestation |
	some attestation in input.attestations
	attestation.statement.predicateType in {v02, v1}
]

# The provenance of PipelineRuns that is judged: of each version the newest. Several without a time of completion cannot be put in
# order, so then there is none.
builds := array.concat(_newest(_runs_v02), _newest(_runs_v1))

# The provenance of all PipelineRuns, old ones too.
runs := array.concat(_runs_v02, _runs_v1)

_runs_v02 := [attestation |
	some attestation in input.attestations
	attestation.statement.predicate.buildType in settings.get("allowed_provenance_build_types")
]

_runs_v1 := [attestation |
	some attestation in input.attestations
	attestation.statement.predicateType == v1
	attestation.statement.predicate.buildDefinition.buildType in settings.get("allowed_provenance_build_types")
	not _is_task_run(attestation)
]

# A run that names neither a pipeline nor defines one.
_is_task_run(attestation) if {
	spec := attestation.statement.predicate.buildDefinition.externalParameters.runSpec
	count({"pipelineRef", "pipelineSpec"} & object.keys(spec)) == 0
}

_newest(attestations) := attestations if count(attestations) == 1

_newest(attestations) := [attestation |
	every each in attestations { finished(each) }
	latest := max([finished(each) | some each in attestations])
	some attestation in attestations
	finished(attestation) == latest
] if {
	count(attestations) != 1
}

# When the build ended, as the statement writes it.
finished(attestation) := date if {
	date := attestation.statement.predicate.metadata.buildFinishedOn
} else := date if {
	date := attestation.statement.predicate.runDetails.metadata.buildFinishedOn
} else := attestation.statement.predicate.runDetails.metadata.finishedOn

# When the build ended, in nanoseconds.
finished_at(attestation) := clock.instant(finished(attestation))

builder(attestation) := id if {
	id := attestation.statement.predicate.builder.id
} else := attestation.statement.predicate.runDetails.builder.id

# Everything that went into a build.
materials(attestation) := list if {
	attestation.statement.predicateType == v1
	list := attestation.statement.predicate.buildDefinition.resolvedDependencies
} else := list if {
	attestation.statement.predicateType == v02
	list := attestation.statement.predicate.materials
} else := []

digests(subject) := {sprintf("%s:%s", [algorithm, value]) | some algorithm, value in subject.digest}

# The tasks of one PipelineRun, as views (`lib.task`).
tasks(attestation) := [view |
	some record in _records(attestation.statement)
	view := task.view(record)
]

_records(statement) := statement.predicate.buildConfig.tasks if statement.predicateType == v02

# Whole TaskRuns, which the build type `slsa-tekton` records.
_records(statement) := [json.unmarshal(base64.decode(dependency.content)) |
	some dependency in statement.predicate.buildDefinition.resolvedDependencies
	dependency.name == "pipelineTask"
	dependency.content
] if {
	statement.predicateType == v1
}

# The tasks of all builds, each once.
all_tasks := [view | some view in {view | some build in builds; some view in tasks(build)}]

# Tasks of a build that say they made an image.
build_tasks(attestation) := [view | some view in tasks(attestation); count(view.images) > 0]

# Results of one name in all builds: `{name, bundle, value}`, with the value as JSON where it is JSON.
results(name) := [object.union(_origin(view), {"value": _decoded(result.value)}) |
	some build in builds
	some view in tasks(build)
	some result in view.results
	result.name == name
]

_origin(view) := {key: value |
	some key, value in {"name": view.name, "bundle": view.ref.bundle, "pipeline_task": view.pipeline_task}
	value != ""
}

_decoded(text) := json.unmarshal(text) if json.is_valid(text)

_decoded(text) := text if not json.is_valid(text)

# Holds if the image judged is an index: a build says that it made the image out of others.
is_index if {
	some build in builds
	some view in build_tasks(build)
	task.result(view, "IMAGES") != ""
	task.result(view, "IMAGE_DIGEST") == split(input.image.ref, "@")[1]
}
