# METADATA
# title: Results of rules
# description: >-
#   Builds what a rule reports from the rule's own annotations, so that code, message and dates are written down once.
package lib.outcome

import rego.v1

import data.lib.settings

# When a rule says nothing of its own, it has been in effect since this day.
always := "2022-01-01T00:00:00Z"

# The result of the rule whose metadata chain is given. `values` fill the `failure_msg`; `extra` is added as it is:
# `term`, `severity`, `effective_on`, `fix`.
of(chain, values, extra) := result if {
	custom := chain[0].annotations.custom
	result := object.union_n([
		{
			"code": sprintf("%s.%s", [_package(chain[0].path), custom.short_name]),
			"msg": sprintf(custom.failure_msg, values),
			"effective_on": _effective_on(chain),
		},
		_picked(custom, {"collections"}),
		extra,
	])
}

# The result of a rule that checks the format of data.
problem(chain, found) := of(chain, [found.message], {"severity": found.severity})

# Holds if the pipeline that asks has one of the intentions that the rule is for.
is_intended(chain) if settings.get("pipeline_intention") in chain[0].annotations.custom.pipeline_intention

# What an item of rule data says about the date from which its results count.
dated(item) := _picked(item, {"effective_on"})

# Evaluators differ in whether a path begins with `data`.
_package(path) := trim_prefix(concat(".", array.slice(path, 0, count(path) - 1)), "data.")

_picked(object_, keys) := {key: value | some key, value in object_; key in keys}

# The narrowest scope comes first in the chain.
_effective_on(chain) := array.concat(
	[entry.annotations.custom.effective_on |
		some entry in chain
		entry.annotations.scope in {"rule", "document", "package"}
	],
	[always],
)[0]
