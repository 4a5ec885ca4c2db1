# METADATA
# title: Rule data
# description: >-
#   What a policy can be told without changing it. A key given in a policy source's `ruleData` wins over one of
#   `data.rule_data_custom`, that over `data.rule_data`, and that over the defaults here.
package lib.settings

import rego.v1

import data.lib.schema

# The value of a key, whole: values of several places are not merged. An empty list for a key that nobody gave.
get(key) := _layers[min(ranks)][key] if {
	ranks := {rank | some rank, layer in _layers; key in object.keys(layer)}
} else := []

_layers[1] := data.rule_data__configuration__

_layers[2] := data.rule_data_custom

_layers[3] := data.rule_data

_layers[4] := defaults

# Where the value of a key does not fit a JSON schema.
problems(key, expected) := {problem |
	some found in schema.problems(get(key), expected)
	problem := object.union(found, {"message": sprintf("Rule data %s has unexpected format: %s", [key, found.message])})
}
