package sbom_cyclonedx_test

import rego.v1

import data.lib.fixtures
import data.sbom_cyclonedx

_hermeto := {"name": "hermeto:found_by", "value": "hermeto"}

_component(purl, more) := object.union({"type": "library", "name": "n", "purl": purl, "bom-ref": "1"}, more)

_document(version, components) := {
	"bomFormat": "CycloneDX",
	"specVersion": version,
	"version": 1,
	"metadata": {},
	"components": components,
}

_results(document, settings) := results if {
	results := sbom_cyclonedx.deny with input.attestations as [{"statement": {"predicateType": "https://cyclonedx.org/bom", "predicate": document}}]
		with data.rule_data as settings
}

_of(component, settings) := _results(_document("1.6", [component]), settings)

test_sound_document_passes[version] if {
	some version in ["1.4", "1.5", "1.6"]
	nested := _component("pkg:npm/a@1.0.0", {"components": [{"type": "file", "name": "f"}]})
	_results(_document(version, [nested]), {}) == set()
}

test_other_version_is_told if {
	results := _results(_document("1.3", []), {})
	fixtures.said(results, "sbom_cyclonedx.cdx_supported_version") == {"CycloneDX SBOM at index 0 has unsupported or missing version: 1.3"}
}

test_malformed_document_is_told[version] if {
	some version, code in {"1.4": "valid_cdx_1_4", "1.5": "valid_cdx_1_5", "1.6": "valid_cdx_1_6"}
	results := _results(_document(version, "none"), {})
	fixtures.said(results, sprintf("sbom_cyclonedx.%s", [code])) == {"CycloneDX SBOM at index 0 is not valid: components: Invalid type. Expected: array, given: string"}
}

test_components_differ_and_have_names if {
	twice := _component("pkg:npm/a@1", {})
	fixtures.said(_results(_document("1.6", [twice, twice]), {}), "sbom_cyclonedx.valid_cdx_1_6") == {"CycloneDX SBOM at index 0 is not valid: components: array items[0,1] must be unique"}
	nameless := object.union(_document("1.6", []), {"metadata": {"component": {"type": "container"}}})
	fixtures.said(_results(nameless, {}), "sbom_cyclonedx.valid_cdx_1_6") == {"CycloneDX SBOM at index 0 is not valid: metadata.component: name is required"}
}

test_versions_differ_in_what_they_allow if {
	document := _document("1.4", [{"type": "cryptographic-asset", "name": "n"}])
	count(_results(object.union(document, {"annotations": []}), {})) == 2
	count(_results(object.union(document, {"specVersion": "1.6", "annotations": []}), {})) == 0
}

_forbidden(item) := {"disallowed_packages": [object.union({"purl": "pkg:golang/k8s.io/client-go", "format": "semverv"}, item)]}

test_forbidden_package_is_told[name] if {
	some name, [item, expected] in {
		"at least": [{"min": "v1.0.0"}, true],
		"at most": [{"max": "v2.0.0"}, true],
		"between": [{"min": "v1.0.0", "max": "v2.0.0"}, true],
		"below": [{"min": "v2.0.0"}, false],
		"above": [{"max": "v1.0.0"}, false],
		"no bounds": [{}, false],
		"excepted": [{"min": "v1.0.0", "exceptions": [{"subpath": "good"}]}, false],
	}
	purl := "pkg:golang/k8s.io/client-go@v1.5.0#good"
	_of(_component("pkg:golang/k8s.io/api@v1.5.0", {}), _forbidden(item)) == set()
	said := fixtures.said(_of(_component(purl, {}), _forbidden(item)), "sbom_cyclonedx.allowed")
	said == {sprintf("Package is not allowed: %s", [purl]) | expected}
}

test_forbidden_attribute_is_told_unless_excepted if {
	component := _component("pkg:npm/a@1?from=proxy.example", {"properties": [{"name": "p", "value": "v"}]})
	item := {"name": "p", "value": "v", "effective_on": "2030-01-01T00:00:00Z"}
	some result in _of(component, {"disallowed_attributes": [item]})
	result.msg == "Package pkg:npm/a@1?from=proxy.example has the attribute \"p\" set to \"v\""
	result.effective_on == "2030-01-01T00:00:00Z"
	excepted := object.union(item, {"except_when": [{"purl_qualifier": "from", "patterns": ["proxy"]}]})
	_of(component, {"disallowed_attributes": [excepted]}) == set()
}

_referring(type, more) := _component("pkg:npm/a@1", {"externalReferences": [object.union({"type": type, "url": "https://a.example/x"}, more)]})

test_references_are_held_to_lists if {
	allowing := {"allowed_external_references": [{"type": "website", "url": "b.example"}]}
	fixtures.said(_of(_referring("website", {}), allowing), "sbom_cyclonedx.allowed_package_external_references") == {"Package pkg:npm/a@1 has reference \"https://a.example/x\" of type \"website\" which is not explicitly allowed by pattern \"b.example\""}
	forbidding := {"disallowed_external_references": [{"type": "website", "url": "a.example"}]}
	fixtures.said(_of(_referring("website", {}), forbidding), "sbom_cyclonedx.disallowed_package_external_references") == {"Package pkg:npm/a@1 has reference \"https://a.example/x\" of type \"website\" which is disallowed by pattern \"a.example\""}
	_of(_referring("other", {}), object.union(allowing, forbidding)) == set()
	_of(_referring("website", {}), {
		"allowed_external_references": [{"type": "website", "url": "a.example"}],
		"disallowed_external_references": [{"type": "website", "url": "b.example"}],
	}) == set()
}

test_sources_of_fetched_packages_are_held_to_a_list if {
	component := object.union(_referring("distribution", {}), {"properties": [_hermeto]})
	_of(component, {"allowed_package_sources": [{"type": "npm", "patterns": ["a.example"]}]}) == set()
	_of(object.union(_referring("website", {}), {"properties": [_hermeto]}), {}) == set()
	fixtures.said(_of(component, {}), "sbom_cyclonedx.allowed_package_sources") == {"Package pkg:npm/a@1 fetched by Hermeto was sourced from \"https://a.example/x\" which is not allowed"}
}

_proxied := {
	"proxy_enabled_purl_types": ["npm", "golang"],
	"allowed_proxy_url_patterns": {"npm": ["b.example"]},
	"allowed_package_sources": [{"type": "npm", "patterns": [".*"]}],
}

test_packages_come_through_allowed_proxies if {
	component := object.union(_referring("distribution", {"comment": "proxy URL"}), {"properties": [_hermeto]})
	fixtures.said(_of(component, _proxied), "sbom_cyclonedx.allowed_proxy_urls") == {"Package pkg:npm/a@1 has proxy URL \"https://a.example/x\" which does not match any allowed pattern for PURL type \"npm\""}
	_of(component, object.union(_proxied, {"allowed_proxy_url_patterns": {"npm": ["a.example"]}})) == set()
}

test_packages_without_a_proxy_are_told_unless_they_need_none if {
	fixtures.terms(_of(_component("pkg:npm/a@1", {"properties": [_hermeto]}), _proxied), "sbom_cyclonedx.proxy_metadata_required") == {"pkg:npm/a@1"}
	count(_of(_component("pkg:npm/a", {"properties": [_hermeto]}), _proxied)) == 1
	mistaken := object.union(_referring("website", {"comment": "proxy URL"}), {"properties": [_hermeto]})
	fixtures.codes(_of(mistaken, _proxied)) == {"sbom_cyclonedx.proxy_metadata_required"}
	every component in [
		_component("pkg:npm/a@1", {}),
		_component("pkg:pypi/a@1", {"properties": [_hermeto]}),
		_component("pkg:npm/a@1?vcs_url=x", {"properties": [_hermeto]}),
		_component("pkg:golang/a", {"properties": [_hermeto]}),
		_component("pkg:npm/a@1", {"properties": [_hermeto, {"name": "cdx:npm:package:bundled", "value": "true"}]}),
	] {
		_of(component, _proxied) == set()
	}
}

test_experiments_are_told if {
	document := object.union(
		_document("1.6", [_component("pkg:npm/a@1", {})]),
		{"annotations": [{"text": "hermeto:backend:experimental:x", "subjects": ["1"]}, {"text": "other", "subjects": ["1"]}]},
	)
	fixtures.said(_results(document, {}), "sbom_cyclonedx.experimental_hermeto_backend") == {"Package pkg:npm/a@1 was fetched using experimental Hermeto backend \"hermeto:backend:experimental:x\""}
}
