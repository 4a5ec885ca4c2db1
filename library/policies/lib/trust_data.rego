package lib.trust

import rego.v1

import data.lib.clock
import data.lib.schema
import data.lib.settings

# Where the data that trust rests on is malformed: objects `{message, severity}`.
problems contains object.union(found, {"message": sprintf("trusted_tasks data has unexpected format: %s", [found.message])}) if {
	some found in schema.problems(listed, {
		"type": "object",
		"additionalProperties": {
			"type": "array",
			"minItems": 1,
			"items": schema.record(
				{"effective_on": _text, "expires_on": _text, "ref": _text},
				["ref"],
			),
		},
	})
}

problems contains _bad_date(sprintf("trusted_tasks.%s[%d].%s", [key, position, field]), entry[field]) if {
	some key, entries in listed
	some position, entry in entries
	some field in ["effective_on", "expires_on"]
	not clock.instant(entry[field])
}

problems contains object.union(found, {"message": sprintf("trusted_task_rules data has unexpected format: %s", [found.message])}) if {
	is_object(settings.get("trusted_task_rules"))
	some found in schema.problems(settings.get("trusted_task_rules"), {
		"type": "object",
		"properties": {"allow": _groups, "deny": _groups},
		"additionalProperties": false,
	})
}

problems contains _bad_date(sprintf("trusted_task_rules.%s.%s[%d].effective_on", [kind, group, position]), rule.effective_on) if {
	some source in _rule_sources
	some kind in ["allow", "deny"]
	some group, list in source[kind]
	some position, rule in list
	not clock.instant(rule.effective_on)
}

problems contains found if {
	some key, expected in {
		"task_expiry_warning_days": {"type": "integer", "minimum": 0},
		"trusted_task_rules_enabled": {"type": "boolean"},
	}
	some found in schema.problems({key: settings.get(key)}, {"type": "object", "properties": {key: expected}})
}

_bad_date(place, date) := {
	"message": sprintf("%s is not valid RFC3339 format: %q", [place, date]),
	"severity": "failure",
}

_text := {"type": "string"}

_groups := {
	"type": "object",
	"additionalProperties": {
		"type": "array",
		"items": {
			"type": "object",
			"properties": {
				"pattern": {"type": "string", "pattern": `^(oci://|git\+)`},
				"effective_on": _text,
				"message": _text,
				"versions": {"type": "array", "items": _text},
			},
			"required": ["pattern"],
		},
	},
}
