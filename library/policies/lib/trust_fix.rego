package lib.trust

import rego.v1

# What to change so that a task is trusted: `{task, pipeline_task, from, change}`, where known with `to` (the newest trusted
# reference) or `allowed` (patterns that would trust it).
fix(view) := object.union_n([_place(view), {"to": to}, {"change": sprintf(
	"In pipeline task %q, replace %s by %s.",
	[view.pipeline_task, view.ref.text, to],
)}]) if {
	system != "rules"
	to := newest(view.ref)
} else := object.union_n([_place(view), {"allowed": patterns}, {"change": sprintf(
	"In pipeline task %q, replace %s by a version that no rule denies (%s).",
	[view.pipeline_task, view.ref.text, concat(", ", _described(denying(view.ref)))],
)}]) if {
	system == "rules"
	count(denying(view.ref)) > 0
	patterns := _described(_effective("allow"))
} else := object.union_n([_place(view), {"allowed": patterns}, {"change": sprintf(
	"In pipeline task %q, replace %s by a task that matches one of: %s.",
	[view.pipeline_task, view.ref.text, concat(", ", patterns)],
)}]) if {
	system == "rules"
	patterns := _described(_effective("allow"))
	count(patterns) > 0
} else := object.union(_place(view), {"change": sprintf(
	"Nothing trusts %s: have it listed in the trust data, or use a trusted task in pipeline task %q.",
	[view.ref.text, view.pipeline_task],
)})

# The newest trusted reference of the same task: under the same key, else in the last of the keys that end in the same name.
newest(ref) := sprintf("%s@%s", [ref.key, records_of(ref.key)[0].ref]) if {
	count(records_of(ref.key)) > 0
} else := sprintf("%s@%s", [last, records[last][0].ref]) if {
	last := max([key | some key, entries in records; count(entries) > 0; _base(key) == _base(ref.key)])
}

_place(view) := {"task": view.name, "pipeline_task": view.pipeline_task, "from": view.ref.text}

# The last part of a key, without a version.
_base(key) := regex.replace(regex.replace(key, `:[^:/]*$`, ""), `^.*/`, "")

_described(list) := [trim_space(sprintf("%s %s", [rule.pattern, concat(" ", object.get(rule, "versions", []))])) |
	some rule in list
]
