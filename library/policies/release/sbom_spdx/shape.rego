package sbom_spdx

import rego.v1

# What SPDX 2.3 prescribes for the parts that programs rely on, as a JSON schema.
shape := {
	"type": "object",
	"required": ["SPDXID", "creationInfo", "dataLicense", "name", "spdxVersion", "documentNamespace"],
	"properties": {
		"SPDXID": _text,
		"name": _text,
		"spdxVersion": _text,
		"dataLicense": _text,
		"documentNamespace": _text,
		"comment": _text,
		"creationInfo": _record(["created", "creators"], {"created": _text, "creators": _list(_text)}),
		"annotations": _annotations,
		"documentDescribes": _list(_text),
		"externalDocumentRefs": _list(_record(["checksum", "externalDocumentId", "spdxDocument"], {})),
		"hasExtractedLicensingInfos": _list(_record(["extractedText", "licenseId"], {})),
		"packages": _list(_record(["SPDXID", "downloadLocation", "name"], {
			"SPDXID": _text,
			"name": _text,
			"downloadLocation": _text,
			"versionInfo": _text,
			"sourceInfo": _text,
			"annotations": _annotations,
			"checksums": _checksums,
			"packageVerificationCode": _record(["packageVerificationCodeValue"], {"packageVerificationCodeValue": _text}),
			"externalRefs": _list(_record(
				["referenceCategory", "referenceLocator", "referenceType"],
				{"referenceCategory": {"enum": _categories}, "referenceLocator": _text, "referenceType": _text},
			)),
		})),
		"files": _list(_record(["SPDXID", "checksums", "fileName"], {"fileName": _text, "checksums": _checksums})),
		"relationships": _list(_record(
			["spdxElementId", "relatedSpdxElement", "relationshipType"],
			{"spdxElementId": _text, "relatedSpdxElement": _text, "relationshipType": _text},
		)),
	},
}

_annotations := _list(_record(
	["annotationDate", "annotationType", "annotator", "comment"],
	{"annotationDate": _text, "annotationType": {"enum": ["OTHER", "REVIEW"]}, "annotator": _text, "comment": _text},
))

# Both ways of writing are in use.
_categories := ["OTHER", "PERSISTENT-ID", "PERSISTENT_ID", "SECURITY", "PACKAGE-MANAGER", "PACKAGE_MANAGER"]

_checksums := _list(_record(["algorithm", "checksumValue"], {"algorithm": _text, "checksumValue": _text}))

_record(required, properties) := {"type": "object", "required": required, "properties": properties}

_list(items) := {"type": "array", "items": items}

_text := {"type": "string"}
