# METADATA
# title: Formats of data
# description: Tells where a document does not fit a JSON schema, and how bad that is.
package lib.schema

import rego.v1

strings := {
	"$schema": _draft,
	"type": "array",
	"items": {"type": "string"},
	"uniqueItems": true,
}

some_strings := object.union(strings, {"minItems": 1})

# A list of distinct items of the schema given.
list_of(items) := {"$schema": _draft, "type": "array", "items": items, "uniqueItems": true}

# A list of distinct values out of a few.
choices(values) := list_of({"enum": values})

# An object with exactly the properties given, of which some are required.
record(properties, required) := {
	"type": "object",
	"properties": properties,
	"additionalProperties": false,
	"required": required,
}

# Objects `{message, severity}`: an unknown property is worth a warning, everything else is a failure.
problems(document, expected) := {problem |
	some error in json.match_schema(_comparable(document), expected)[1]
	problem := {"message": error.error, "severity": _severity(error)}
} if {
	document != null
} else := {{"message": "Provided empty document for schema validation", "severity": "failure"}}

_draft := "http://json-schema.org/draft-07/schema#"

# A list must be given as text.
_comparable(document) := json.marshal(document) if is_array(document)

_comparable(document) := document if not is_array(document)

_severity(error) := "warning" if startswith(error.desc, "Additional property")

else := "failure"
