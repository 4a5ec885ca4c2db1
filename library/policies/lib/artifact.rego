# METADATA
# title: Trusted artifacts
# description: >-
#   Follows the artifacts that tasks hand on, from the tasks that matter back to everything that had a part in their input.
package lib.artifact

import rego.v1

import data.lib.provenance
import data.lib.task

# What a task was given: values of params `*_ARTIFACT` that address a blob by digest.
inputs(view) := {address |
	some name, value in view.params
	endswith(name, "_ARTIFACT")
	some address in task.texts(value)
	_is_address(address)
}

# What a task made.
outputs(view) := {address |
	some result in view.results
	endswith(result.name, "_ARTIFACT")
	some address in task.texts(result.value)
	_is_address(address)
}

# Holds if any task of any build takes or makes one.
are_used if {
	some view in provenance.all_tasks
	count(inputs(view) | outputs(view)) > 0
}

# Every hand-over in a build: `{producer, consumer, artifact}`, by the names of pipeline tasks.
edges(attestation) := {{"producer": producer.pipeline_task, "consumer": consumer.pipeline_task, "artifact": address} |
	views := provenance.tasks(attestation)
	some consumer in views
	some address in inputs(consumer)
	some producer in views
	address in outputs(producer)
}

# Everything that had a part in what a pipeline task used, itself included.
chain(attestation, pipeline_task) := graph.reachable(
	{view.pipeline_task: {edge.producer |
		some edge in edges(attestation)
		edge.consumer == view.pipeline_task
	} |
		some view in provenance.tasks(attestation)
	},
	{pipeline_task},
)

# What a task was given that nothing in its build made.
foreign(attestation, view) := inputs(view) - union({outputs(other) | some other in provenance.tasks(attestation)})

_is_address(value) if regex.match(`oci:.*@sha256:[0-9a-f]{64}`, value)
