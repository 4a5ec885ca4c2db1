# METADATA
# title: Tasks
# description: >-
#   One view of a task, whether it was read from SLSA v0.2 (a task of `buildConfig`), from SLSA v1 (a TaskRun in
#   `resolvedDependencies`) or from a Pipeline. Every field is always there:
#   `pipeline_task`, `name`, `names`, `ref`, `params`, `results`, `images`, `labels`, `annotations`, `steps`, `outcomes`.
package lib.task

import rego.v1

# The view of a task as it is recorded. Undefined for what is not a task (a custom task).
view(record) := found if {
	found := view_of_any(record)
	found.ref.kind == "task"
}

# The view of whatever a pipeline runs. Records are untrusted: what is malformed is taken for missing, and a reference that is malformed
# for one that nobody can trust, so that no record is lost.
view_of_any(record) := {
	"pipeline_task": pipeline_task,
	"name": ref.name,
	"names": names(ref.name, params),
	"ref": ref,
	"params": params,
	"results": results,
	"images": images(results),
	"labels": labels,
	"annotations": _first_object(record, [["metadata", "annotations"], ["invocation", "environment", "annotations"]]),
	"steps": _first_list(record, [["steps"], ["status", "taskSpec", "steps"]]),
	"outcomes": outcomes(record),
} if {
	labels := _first_object(record, [["metadata", "labels"], ["invocation", "environment", "labels"]])
	ref := reference(_task_ref(record), labels)
	params := _params(record)
	results := _first_list(record, [["status", "results"], ["results"]])
	pipeline_task := [name |
		some name in [
			object.get(record, "name", ""),
			object.get(labels, "tekton.dev/pipelineTask", ""),
			object.get(record, ["metadata", "name"], ""),
			ref.name,
		]
		is_string(name)
		name != ""
	][0]
}

# The text of a task's result, without space around it; empty text when there is none.
result(view_, name) := concat("", [trim_space(found.value) |
	some found in view_.results
	found.name == name
	is_string(found.value)
])

# What requirements may call a task: its name, and `name[param=value]` for each of its params.
names(name, params) := {plain} | {sprintf("%s[%s=%s]", [plain, key, value]) |
	some key, value in params
} if {
	# A name cannot bring params of its own.
	plain := split(name, "[")[0]
}

# Images that results claim: `{url, digest}` for each.
images(results) := (paired | listed) | outputs if {
	paired := {{"url": trim_space(one.value), "digest": trim_space(other.value)} |
		some [first, second] in [["IMAGE_URL", "IMAGE_DIGEST"], ["ARTIFACT_URI", "ARTIFACT_DIGEST"]]
		some one in results
		endswith(one.name, first)
		some other in results
		other.name == concat("", [trim_suffix(one.name, first), second])
		trim_space(one.value) != ""
		trim_space(other.value) != ""
	}
	listed := {{"url": parts[0], "digest": parts[1]} |
		some one in results
		endswith(one.name, "IMAGES")
		some text in regex.split(`[,\n]`, one.value)
		parts := split(trim_space(text), "@")
		count(parts) == 2
	}
	outputs := {{"url": trim_space(one.value.uri), "digest": trim_space(one.value.digest)} |
		some one in results
		endswith(one.name, "ARTIFACT_OUTPUTS")
	}
}

# How it ended: `Succeeded`, `Failed`, what SLSA v0.2 wrote, or `MISSING`.
outcomes(record) := {record.status} if {
	is_string(record.status)
} else := found if {
	found := {word |
		some condition in record.status.conditions
		condition.type == "Succeeded"
		word := {"True": "Succeeded", "False": "Failed"}[condition.status]
	}
	count(found) > 0
} else := {"MISSING"}

# Texts of a param or result that may be text, a list or an object.
texts(value) := {value} if is_string(value)

texts(value) := {text | some text in value} if not is_string(value)

_task_ref(record) := ref if {
	ref := _given_refs(record)[0]
	is_object(ref)
} else := _unreadable if {
	count(_given_refs(record)) > 0
} else := {}

_unreadable := {"name": nameless}

_given_refs(record) := [ref |
	some path in [["ref"], ["taskRef"], ["spec", "taskRef"]]
	ref := object.get(record, path, "absent")
	ref != "absent"
]

_params(record) := {param.name: param.value | some param in listed} if {
	listed := _first_list(record, [["spec", "params"], ["params"]])
	count(listed) > 0
} else := _first_object(record, [["invocation", "parameters"]])

_first_list(record, paths) := values[0] if {
	values := [value | some path in paths; value := object.get(record, path, null); is_array(value)]
	count(values) > 0
} else := []

_first_object(record, paths) := values[0] if {
	values := [value | some path in paths; value := object.get(record, path, null); is_object(value)]
	count(values) > 0
} else := {}
