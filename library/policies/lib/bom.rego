# METADATA
# title: Bills of materials
# description: >-
#   Finds the SBOMs of the image, CycloneDX and SPDX, and gives one view of the packages in them.
package lib.bom

import rego.v1

import data.lib.blob
import data.lib.provenance
import data.lib.reference
import data.lib.task

all := array.concat(cyclonedx, spdx)

cyclonedx := [document | some document in (_attested["https://cyclonedx.org/bom"] | {found |
	some found in _found
	found.bomFormat == "CycloneDX"
})]

spdx := [document | some document in (_attested["https://spdx.dev/Document"] | {found |
	some found in _found
	found.SPDXID == "SPDXRef-DOCUMENT"
})]

# Those that were signed.
_attested[type] := {attestation.statement.predicate |
	some attestation in input.attestations
	attestation.statement.predicateType == type
} if {
	some type in {"https://cyclonedx.org/bom", "https://spdx.dev/Document"}
}

# Those that the task which made the image says it stored.
_found contains blob.document(task.result(view, "SBOM_BLOB_URL")) if {
	some build in provenance.builds
	some view in provenance.build_tasks(build)
	task.result(view, "IMAGE_DIGEST") == reference.parse(input.image.ref).digest
}

# Those attached to the image: as a referrer whose blob is the SBOM, or under the tag that cosign used to give them.
_found contains blob.document(referrer.ref) if {
	some referrer in ec.oci.image_referrers(input.image.ref)
	referrer.artifactType in {"application/spdx+json", "application/vnd.cyclonedx+json"}
}

_found contains blob.attached(ref) if {
	some ref in ec.oci.image_tag_refs(input.image.ref)
	endswith(ref, ".sbom")
}

# The packages of a CycloneDX document: `{id, purls, properties, references, fetched, bundled}`. `id` is the purl or else
# the name.
cyclonedx_packages(document) := [view |
	some component in document.components
	properties := object.get(component, "properties", [])
	references := object.get(component, "externalReferences", [])
	view := {
		"id": object.get(component, "purl", object.get(component, "name", "")),
		"purls": {component.purl | component.purl},
		"properties": properties,
		"references": [object.union({"url": ""}, each) | some each in references],
		"fetched": count([each | some each in properties; each in _fetched_by]) > 0,
		"bundled": _npm_bundled in properties,
	}
]

# The packages of an SPDX document: the same fields, and `name`, `origin` (where it was fetched from) and `experiments`.
spdx_packages(document) := [view |
	some entry in document.packages
	references := object.get(entry, "externalRefs", [])
	annotations := object.get(entry, "annotations", [])
	purls := [each.referenceLocator | some each in references; each.referenceType == "purl"]
	properties := [json.unmarshal(each.comment) | some each in annotations; json.is_valid(each.comment)]
	view := {
		"id": array.concat(purls, [object.get(entry, "name", "")])[0],
		"name": object.get(entry, "name", ""),
		"purls": {purl | some purl in purls},
		"properties": properties,
		"references": [{"type": each.referenceType, "url": object.get(each, "referenceLocator", "")} |
			some each in references
		],
		"fetched": count([each |
			some each in annotations
			each.annotationType == "OTHER"
			regex.match(`cachi2|hermeto`, each.annotator)
		]) > 0,
		"bundled": _npm_bundled in properties,
		"origin": object.get(entry, "sourceInfo", ""),
		"experiments": {each.comment |
			some each in annotations
			each.annotator == "Tool: hermeto:backend"
			startswith(each.comment, "hermeto:backend:experimental:")
		},
	}
]

# The image that a purl of type `oci` addresses.
image_of(purl) := sprintf("%s@%s", [qualifier(parsed, "repository_url"), parsed.version]) if {
	parsed := ec.purl.parse(purl)
	parsed.type == "oci"
}

# The value of a qualifier of a parsed purl.
qualifier(parsed, key) := [each.value | some each in parsed.qualifiers; each.key == key][0]

# Properties that the tool which fetched a package left on it; its old name was cachi2.
_fetched_by := {{"name": sprintf("%s:found_by", [tool]), "value": tool} | some tool in {"cachi2", "hermeto"}}

_npm_bundled := {"name": "cdx:npm:package:bundled", "value": "true"}
