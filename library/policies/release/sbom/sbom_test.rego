package sbom_test

import rego.v1

import data.lib.bom
import data.lib.fixtures
import data.sbom

_cyclonedx := {"bomFormat": "CycloneDX"}

_spdx := {"SPDXID": "SPDXRef-DOCUMENT"}

_blobs(ref) := json.marshal({"sha256:1": _cyclonedx, "sha256:2": _spdx, "sha256:3": _cyclonedx}[split(ref, "@")[1]])

test_attested_document_is_found if {
	attested := {"statement": {"predicateType": "https://spdx.dev/Document", "predicate": _spdx}}
	sbom.deny == set() with input.attestations as [attested] with input.image.ref as fixtures.image
}

test_document_that_the_build_names_is_found if {
	build := object.union(fixtures.build, {"results": array.concat(
		fixtures.build_results,
		[fixtures.text("SBOM_BLOB_URL", "registry.example/team/app@sha256:1")],
	)})
	sbom.deny == set() with input.attestations as [fixtures.v02([build])]
		with input.image.ref as fixtures.image
		with ec.oci.blob as _blobs
}

test_attached_document_is_found if {
	sbom.deny == set() with input.image.ref as fixtures.image
		with ec.oci.image_referrers as [{"artifactType": "application/spdx+json", "ref": "registry.example/team/app@sha256:2"}]
		with ec.oci.blob as _blobs
	count(bom.cyclonedx) == 0 with input.image.ref as fixtures.image
		with ec.oci.image_referrers as [{"artifactType": "application/spdx+json", "ref": "registry.example/team/app@sha256:2"}]
		with ec.oci.blob as _blobs
	results := sbom.deny with input.image.ref as fixtures.image
		with ec.oci.image_referrers as [{"artifactType": "text/plain", "ref": "registry.example/team/app@sha256:2"}]
		with ec.oci.blob as _blobs
	fixtures.codes(results) == {"sbom.found"}
}

test_document_under_a_tag_is_found if {
	sbom.deny == set() with input.image.ref as fixtures.image
		with ec.oci.image_tag_refs as ["registry.example/team/app:sha256-a.sig", "registry.example/team/app:sha256-a.sbom"]
		with ec.oci.image_manifest as {"layers": [{"digest": "sha256:3"}]}
		with ec.oci.blob as _blobs
	[count(bom.cyclonedx), count(bom.spdx)] == [1, 0] with input.image.ref as fixtures.image
		with ec.oci.image_tag_refs as ["registry.example/team/app:sha256-a.sbom"]
		with ec.oci.image_manifest as {"layers": [{"digest": "sha256:3"}]}
		with ec.oci.blob as _blobs
}

test_image_without_a_document_is_told if {
	results := sbom.deny with input.image.ref as fixtures.image with input.attestations as [fixtures.good_v02]
	fixtures.said(results, "sbom.found") == {"No SBOM attestations found"}
	listing := object.union(fixtures.build, {"results": array.concat(fixtures.build_results, [fixtures.text("IMAGES", "h/a@sha256:1")])})
	sbom.deny == set() with input.image.ref as fixtures.image with input.attestations as [fixtures.v02([listing])]
}

test_rule_data_is_checked if {
	results := sbom.deny with data.rule_data as {
		"disallowed_packages": [
			{"purl": "nothing", "format": "semver", "min": "1.x"},
			{"purl": "pkg:npm/a", "format": "semverv", "min": "v1.0.0"},
			{"purl": "pkg:npm/a", "format": "calver", "max": "spring"},
		],
		"disallowed_attributes": [{"name": "a", "except_when": [{"purl_qualifier": "q", "patterns": ["("]}]}],
		"allowed_proxy_url_patterns": {"npm": ["("]},
		"proxy_enabled_purl_types": [1],
	}
	fixtures.said(results, "sbom.disallowed_packages_provided") == {
		"Rule data disallowed_packages has unexpected format: 2.format: 2.format must be one of the following: \"semver\", \"semverv\"",
		"Item at index 0 in disallowed_packages does not have a valid PURL: \"nothing\"",
		"Item at index 0 in disallowed_packages does not have a valid min semver value: \"1.x\"",
		"Item at index 0 in disallowed_attributes has an invalid regular expression in except_when: \"(\"",
		"Rule data disallowed_attributes has unexpected format: 0.except_when.0.patterns.0: Does not match format 'regex'",
		"\"(\" is not a valid regular expression for PURL type \"npm\"",
		"Rule data proxy_enabled_purl_types has unexpected format: 0: Invalid type. Expected: string, given: integer",
	}
}
