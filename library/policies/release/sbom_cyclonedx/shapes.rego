package sbom_cyclonedx

import rego.v1

# What each version of CycloneDX prescribes for the parts that programs rely on, as a JSON schema. Parts that nothing here reads may have any
# content.
shapes := {
	"1.4": _document("1.4", set(), _types, ["bomFormat", "specVersion", "version"]),
	"1.5": _document("1.5", _since_1_5, _types | _types_1_5, ["bomFormat", "specVersion"]),
	"1.6": _document("1.6", _since_1_5 | {"declarations", "definitions"}, ((_types | _types_1_5) | {"cryptographic-asset"}), ["bomFormat", "specVersion"]),
}

_types := {"application", "framework", "library", "container", "operating-system", "device", "firmware", "file"}

_types_1_5 := {"platform", "device-driver", "machine-learning-model", "data"}

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
			"metadata": {"type": "object"},
			"components": _list(_component(types)),
			"services": _list({"type": "object", "required": ["name"], "properties": {"name": _text}}),
			"externalReferences": _list(_reference),
			"dependencies": _list({
				"type": "object",
				"required": ["ref"],
				"properties": {"ref": _text, "dependsOn": _list(_text)},
			}),
			"compositions": _list({"type": "object", "required": ["aggregate"]}),
			"vulnerabilities": _list({"type": "object"}),
			"properties": _list(_property),
			"signature": {},
		},
	),
}

# A component may hold others; two levels are looked at.
_component(types) := object.union(_flat_component(types), {"properties": {"components": _list(_flat_component(types))}})

_flat_component(types) := {
	"type": "object",
	"required": ["type", "name"],
	"properties": {
		"type": {"enum": [type | some type in types]},
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

_list(items) := {"type": "array", "items": items}

_text := {"type": "string"}
