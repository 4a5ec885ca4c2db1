# METADATA
# title: Required tasks
# description: >-
#   Which tasks a build or a pipeline must have, and from when. `data["pipeline-required-tasks"]` has lists by kind of build,
#   `data["required-tasks"]` one for all others. An entry of a list is `{effective_on, tasks}`; instead of `tasks` it may say
#   `required_in_build` and `required`.
package lib.requirement

import rego.v1

import data.lib.clock
import data.lib.provenance
import data.lib.schema
import data.lib.task

# The lists that are meant for one kind of build, together; undefined when there are none.
lists_for(selectors) := lists if {
	lists := [entries |
		some selector in selectors
		entries := data["pipeline-required-tasks"][selector]
		count(entries) > 0
	]
	count(lists) > 0
}

default is_default_missing := false

is_default_missing if count(data["required-tasks"]) == 0

# What is required of a build with such selectors, now and by the newest entry: `{tasks, elsewhere, dates}`. `tasks` must be in the build
# itself; `elsewhere` may be in any trusted run about the image. `dates` says from when.
now(selectors) := _merged([entry | some entries in _lists(selectors); entry := clock.current(entries)])

latest(selectors) := _merged([entry | some entries in _lists(selectors); entry := clock.newest(entries)])

_lists(selectors) := lists_for(selectors) if {
	lists_for(selectors)
} else := [data["required-tasks"]] if {
	data["required-tasks"]
} else := []

_merged(entries) := {"tasks": in_build, "elsewhere": elsewhere, "dates": dates} if {
	in_build := {_sorted(needed) |
		some entry in entries
		some field in ["tasks", "required_in_build"]
		some needed in entry[field]
	}
	elsewhere := {_sorted(needed) | some entry in entries; some needed in entry.required}
	dates := {needed: min(from) |
		some needed in (in_build | elsewhere)
		from := [entry.effective_on |
			some entry in entries
			some field in ["tasks", "required_in_build", "required"]
			some other in entry[field]
			_sorted(other) == needed
		]
	}
}

# Those that none of the names fulfils. A list means any one of its tasks.
missing(required, names) := {needed |
	some needed in required
	count({each | some each in task.texts(needed)} & names) == 0
}

# Every name that appears in requirements, alternatives too.
names_in(required) := {name | some needed in required; some name in task.texts(needed)}

# The kinds of build that an attestation stands for: what its build tasks are labelled as, else what its run is labelled as. The build task
# of a catalog of operators is the one for all images, so there the label of the image decides.
selectors_of(attestation) := kinds if {
	not _is_catalog
	kinds := {kind |
		some view in provenance.build_tasks(attestation)
		kind := view.labels["build.appstudio.redhat.com/build_type"]
	}
	count(kinds) > 0
} else := {kind} if {
	predicate := attestation.statement.predicate
	kind := predicate.buildDefinition.internalParameters.labels[_runtime]
} else := {kind} if {
	kind := attestation.statement.predicate.invocation.environment.labels[_runtime]
} else := {"fbc"} if {
	_is_catalog
} else := set()

# The kinds that a pipeline's definition is labelled with.
selectors_of_pipeline(pipeline) := {kind | kind := pipeline.metadata.labels[_runtime]}

# `Task "a"`, or `One of "a", "b" tasks`.
described(needed, kind) := sprintf(`%s %q`, [kind, needed]) if is_string(needed)

described(needed, _) := sprintf(`One of "%s" tasks`, [concat(`", "`, needed)]) if is_array(needed)

# Where the data is malformed.
problems contains object.union(found, {"message": sprintf("Data %s has unexpected format: %s", [name, found.message])}) if {
	some name, expected in {
		"required-tasks": _list,
		"pipeline-required-tasks": {"type": "object", "additionalProperties": _list},
	}
	some found in schema.problems(_given[name], expected)
}

problems contains _bad_date(sprintf("required-tasks[%d]", [position]), entry.effective_on) if {
	some position, entry in data["required-tasks"]
	not clock.instant(entry.effective_on)
}

problems contains _bad_date(sprintf("pipeline-required-tasks.%s[%d]", [kind, position]), entry.effective_on) if {
	some kind, entries in data["pipeline-required-tasks"]
	some position, entry in entries
	not clock.instant(entry.effective_on)
}

_given["required-tasks"] := data["required-tasks"]

_given["pipeline-required-tasks"] := data["pipeline-required-tasks"]

_bad_date(place, date) := {
	"message": sprintf("%s.effective_on is not valid RFC3339 format: %q", [place, date]),
	"severity": "failure",
}

_sorted(needed) := sort(needed) if is_array(needed)

_sorted(needed) := needed if is_string(needed)

_is_catalog if input.image.config.Labels["operators.operatorframework.io.index.configs.v1"]

_runtime := "pipelines.openshift.io/runtime"

_names := object.union(
	schema.list_of({"oneOf": [
		{"type": "string"},
		object.union(schema.some_strings, {}),
	]}),
	{"minItems": 1},
)

_list := schema.list_of({
	"type": "object",
	"properties": {
		"effective_on": {"type": "string"},
		"tasks": _names,
		"required": _names,
		"required_in_build": _names,
	},
	"required": ["effective_on"],
	"anyOf": [{"required": ["tasks"]}, {"required": ["required"]}, {"required": ["required_in_build"]}],
})
