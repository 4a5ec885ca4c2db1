package lib.bom

import rego.v1

import data.lib.outcome
import data.lib.schema
import data.lib.settings

# What the packages of CycloneDX and SPDX documents are asked alike. Each gives values for a message.

# Purls that the rule data `disallowed_packages` forbids.
disallowed(view) := {purl |
	some purl in view.purls
	parsed := ec.purl.parse(purl)
	some forbidden in settings.get("disallowed_packages")
	other := ec.purl.parse(forbidden.purl)
	every part in ["type", "namespace", "name"] { parsed[part] == other[part] }
	_is_in_range(parsed.version, forbidden)
	not parsed.subpath in {each.subpath | some each in forbidden.exceptions}
}

# Properties that the rule data `disallowed_attributes` forbids: `{name, value, item}`, with the item of rule data.
attributes(view) := {{"name": property.name, "value": value, "item": outcome.dated(forbidden)} |
	some property in view.properties
	value := object.get(property, "value", "")
	some forbidden in settings.get("disallowed_attributes")
	property.name == forbidden.name
	value == object.get(forbidden, "value", "")
	not _is_excepted(view, forbidden)
}

# References of the type of a rule data item, with the item's pattern, and whether they match it.
references(view, key) := {{"url": each.url, "type": each.type, "pattern": pattern, "matches": regex.match(pattern, each.url)} |
	some each in view.references
	some item in settings.get(key)
	each.type == item.type
	pattern := object.get(item, "url", "")
}

# Patterns that the rule data `allowed_package_sources` has for a type of package.
source_patterns(type) := [pattern |
	some item in settings.get("allowed_package_sources")
	item.type == type
	some pattern in item.patterns
]

matches_any(text, patterns) if {
	some pattern in patterns
	regex.match(pattern, text)
}

# Purls, parsed, of a fetched package that must have come through a proxy: its type is in the rule data `proxy_enabled_purl_types`, and it comes
# from a registry of packages.
must_be_proxied(view) := {{"purl": purl, "type": parsed.type} |
	view.fetched
	not view.bundled
	some purl in view.purls
	parsed := ec.purl.parse(purl)
	parsed.type in settings.get("proxy_enabled_purl_types")
	count({each.key | some each in parsed.qualifiers} & {"download_url", "vcs_url"}) == 0
	not _is_own_go_module(parsed)
}

is_allowed_proxy(type, url) if matches_any(url, object.get(settings.get("allowed_proxy_url_patterns"), type, []))

# Either the module that is built, or the standard library.
_is_own_go_module(parsed) if {
	parsed.type == "golang"
	parsed.version in {null, ""}
}

_is_excepted(view, forbidden) if {
	some purl in view.purls
	parsed := ec.purl.parse(purl)
	some exception in forbidden.except_when
	matches_any(qualifier(parsed, exception.purl_qualifier), exception.patterns)
}

_is_in_range(version, range) if {
	range.format in {"semver", "semverv"}
	bounds := {bound: limit | some bound in ["min", "max"]; limit := object.get(range, bound, ""); limit != ""}
	count(bounds) > 0
	every bound, limit in bounds {
		semver.compare(_plain(version), _plain(limit)) in {"min": {0, 1}, "max": {0, -1}}[bound]
	}
}

_plain(version) := trim_prefix(version, "v")

# Where rule data about packages is malformed.
problems contains found if {
	some key, expected in {
		"disallowed_packages": schema.list_of(object.union(
			schema.record(
				{
					"purl": _text,
					"format": {"enum": ["semver", "semverv"]},
					"min": _text,
					"max": _text,
					"exceptions": schema.list_of({"type": "object", "properties": {"subpath": _text}}),
				},
				[],
			),
			{"anyOf": [{"required": ["purl", "format", "min"]}, {"required": ["purl", "format", "max"]}]},
		)),
		"disallowed_attributes": schema.list_of(schema.record(
			{
				"name": _text,
				"value": _text,
				"effective_on": {"type": "string", "format": "date-time"},
				"except_when": {"type": "array", "items": schema.record(
					{"purl_qualifier": _text, "patterns": _patterns},
					["purl_qualifier", "patterns"],
				)},
			},
			["name"],
		)),
		"allowed_external_references": schema.list_of(schema.record({"type": _text, "url": _text}, ["type", "url"])),
		"disallowed_external_references": schema.list_of(schema.record({"type": _text, "url": _text}, ["type", "url"])),
		"allowed_package_sources": {
			"type": "array",
			"items": schema.record({"type": _text, "patterns": _patterns}, ["type", "patterns"]),
		},
		"proxy_enabled_purl_types": schema.strings,
		"allowed_proxy_url_patterns": {"type": "object", "additionalProperties": schema.strings},
	}
	some found in settings.problems(key, expected)
}

problems contains _failure("Item at index %d in disallowed_packages does not have a valid PURL: %q", [position, item.purl]) if {
	some position, item in settings.get("disallowed_packages")
	not ec.purl.parse(item.purl)
}

problems contains _failure(
	"Item at index %d in disallowed_packages does not have a valid %s semver value: %q",
	[position, bound, version],
) if {
	some position, item in settings.get("disallowed_packages")
	item.format in {"semver", "semverv"}
	some bound in ["min", "max"]
	version := _plain(object.get(item, bound, ""))
	version != ""
	not semver.is_valid(version)
}

problems contains _failure(
	"Item at index %d in disallowed_attributes has an invalid regular expression in except_when: %q",
	[position, pattern],
) if {
	some position, item in settings.get("disallowed_attributes")
	some exception in item.except_when
	some pattern in exception.patterns
	not regex.is_valid(pattern)
}

problems contains _failure("%q is not a valid regular expression for PURL type %q", [pattern, type]) if {
	some type, patterns in settings.get("allowed_proxy_url_patterns")
	some pattern in patterns
	not regex.is_valid(pattern)
}

_failure(text, values) := {"message": sprintf(text, values), "severity": "failure"}

_text := {"type": "string"}

_patterns := {"type": "array", "items": {"type": "string", "format": "regex"}}
