package sbom_cyclonedx

import rego.v1

# What each version of CycloneDX prescribes for the parts that programs rely on, as a JSON schema. Parts that nothing here reads may have any
# content.
shapes := {
	"1.4": _document("1.4", set(), _types_1_4, ["bomFormat", "specVersion", "version"]),
	"1.5": _document("1.5", _since_1_5, _types_1_5, ["bomFormat", "specVersion"]),
	"1.6": _document("1.6", _since_1_5 | {"declarations", "definitions"}, _types_1_6, ["bomFormat", "specVersion"]),
}

_types_1_4 := ["application", "framework", "library", "container", "operating-system", "device", "firmware", "file"]

_types_1_5 := [
	"application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver",
	"firmware", "file", "machine-learning-model", "data",
]

_types_1_6 := array.concat(_types_1_5, ["cryptographic-asset"])

_since_1_5 := {"annotations", "formulation"}

_document(version, more, types, required) := {
	"type": "object",
	"required": required,
	"additionalProperties": false,
	"properties": object.union(
		{part: {} | some part in more},
		{
			"$schema": _text,
			"bomFormat": {"enum": ["CycloneDX"]},
			"specVersion": {"enum": [version]},
			"serialNumber": {
				"type": "string",
				"pattern": "^urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
			},
			"version": {"type": "integer", "minimum": 1},
			"metadata": {"type": "object", "properties": {"component": _component(types), "properties": _list(_property)}},
			"components": _distinct(_component(types)),
			"services": _distinct({"type": "object", "required": ["name"], "properties": {"name": _text}}),
			"externalReferences": _list(_reference),
			"dependencies": _distinct({
				"type": "object",
				"required": ["ref"],
				"properties": {"ref": _text, "dependsOn": _distinct(_text)},
			}),
			"compositions": _distinct({"type": "object", "required": ["aggregate"]}),
			"vulnerabilities": _distinct({"type": "object"}),
			"properties": _list(_property),
			"signature": {},
		},
	),
}

# A component may hold others; two levels are looked at.
_component(types) := object.union(_flat_component(types), {"properties": {"components": _distinct(_flat_component(types))}})

_flat_component(types) := {
	"type": "object",
	"required": ["type", "name"],
	"properties": {
		"type": {"enum": types},
		"name": _text,
		"version": _text,
		"group": _text,
		"bom-ref": _text,
		"purl": _text,
		"cpe": _text,
		"mime-type": _text,
		"hashes": _list({
			"type": "object",
			"required": ["alg", "content"],
			"properties": {"alg": _text, "content": {"type": "string", "pattern": "^[a-fA-F0-9]{32,128}$"}},
		}),
		"licenses": {"type": "array"},
		"externalReferences": _list(_reference),
		"properties": _list(_property),
	},
}

_reference := {
	"type": "object",
	"required": ["url", "type"],
	"properties": {"url": _text, "type": _text, "comment": _text},
}

_property := {"type": "object", "properties": {"name": _text, "value": _text}}

_distinct(items) := {"type": "array", "items": items, "uniqueItems": true}

_list(items) := {"type": "array", "items": items}

_text := {"type": "string"}
