package sbom_spdx_test

import rego.v1

import data.lib.fixtures
import data.sbom_spdx

_comment(annotator, text) := {
	"annotationDate": "2026-01-01T00:00:00Z",
	"annotationType": "OTHER",
	"annotator": annotator,
	"comment": text,
}

_hermeto := _comment("Tool: hermeto", "{}")

_reference(type, text) := {"referenceCategory": "OTHER", "referenceType": type, "referenceLocator": text}

_package(purl, more) := object.union(
	{"SPDXID": "SPDXRef-1", "name": "a", "downloadLocation": "NOASSERTION", "externalRefs": [_reference("purl", purl)]},
	more,
)

_document(packages) := {
	"SPDXID": "SPDXRef-DOCUMENT",
	"spdxVersion": "SPDX-2.3",
	"dataLicense": "CC0-1.0",
	"documentNamespace": "https://spdx.example/1",
	"name": fixtures.image,
	"creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: x"]},
	"packages": packages,
	"files": [{"SPDXID": "SPDXRef-2", "fileName": "f", "checksums": []}],
}

_results(document, settings) := results if {
	results := sbom_spdx.deny with input.attestations as [{"statement": {"predicateType": "https://spdx.dev/Document", "predicate": document}}]
		with input.image.ref as fixtures.image
		with data.rule_data as settings
}

_of(package_, settings) := _results(_document([package_]), settings)

test_sound_document_passes if _of(_package("pkg:npm/a@1", {}), {}) == set()

test_document_that_is_not_right_is_told if {
	document := object.union(_document([]), {"files": [], "name": sprintf("r/other@%s", [fixtures.digest("b")])})
	{result.msg | some result in _results(document, {})} == {
		"The list of packages is empty",
		"The list of files is empty",
		sprintf("Image digest in the SBOM, %q, is not as expected, %q", [fixtures.digest("b"), fixtures.digest("a")]),
	}
	fixtures.codes(_results(json.remove(_document([]), ["/packages", "/creationInfo"]), {})) == {"sbom_spdx.valid"}
}

test_forbidden_package_is_told if {
	settings := {"disallowed_packages": [{"purl": "pkg:npm/a", "format": "semver", "min": "1.0.0"}]}
	fixtures.said(_of(_package("pkg:npm/a@1.0.0", {}), settings), "sbom_spdx.allowed") == {"Package is not allowed: pkg:npm/a@1.0.0"}
}

test_references_are_held_to_lists if {
	package_ := _package("pkg:npm/a@1", {})
	fixtures.codes(_of(package_, {"allowed_external_references": [{"type": "purl", "url": "pkg:pypi"}]})) == {"sbom_spdx.allowed_package_external_references"}
	_of(package_, {"disallowed_external_references": [{"type": "purl", "url": "pkg:pypi"}]}) == set()
	fixtures.codes(_of(package_, {"disallowed_external_references": [{"type": "purl", "url": "pkg:npm"}]})) == {"sbom_spdx.disallowed_package_external_references"}
}

test_sources_of_fetched_packages_are_held_to_a_list if {
	package_ := _package("pkg:npm/a@1?download_url=https://a.example/x", {"annotations": [_hermeto]})
	fixtures.codes(_of(package_, {})) == {"sbom_spdx.allowed_package_sources"}
	_of(package_, {"allowed_package_sources": [{"type": "npm", "patterns": ["a.example"]}]}) == set()
}

test_forbidden_attribute_is_told if {
	package_ := _package("pkg:npm/a@1", {"annotations": [_comment("Tool: x", json.marshal({"name": "p", "value": "v"}))]})
	fixtures.said(_of(package_, {"disallowed_attributes": [{"name": "p", "value": "v"}]}), "sbom_spdx.disallowed_package_attributes") == {"Package pkg:npm/a@1 has the attribute \"p\" set to \"v\""}
}

test_packages_come_through_allowed_proxies if {
	settings := {"proxy_enabled_purl_types": ["npm"], "allowed_proxy_url_patterns": {"npm": ["a.example"]}}
	package_ := _package("pkg:npm/a@1", {"annotations": [_hermeto], "sourceInfo": "https://a.example/;https://b.example/;"})
	fixtures.said(_of(package_, settings), "sbom_spdx.allowed_proxy_urls") == {"Package pkg:npm/a@1 has proxy URL \"https://b.example/\" which does not match any allowed pattern for PURL type \"npm\""}
	fixtures.codes(_of(_package("pkg:npm/a@1", {"annotations": [_hermeto]}), settings)) == {"sbom_spdx.proxy_metadata_required"}
}

test_experiments_are_told if {
	package_ := _package("pkg:npm/a@1", {"annotations": [_comment("Tool: hermeto:backend", "hermeto:backend:experimental:x")]})
	fixtures.codes(_of(package_, {})) == {"sbom_spdx.experimental_hermeto_backend"}
}
