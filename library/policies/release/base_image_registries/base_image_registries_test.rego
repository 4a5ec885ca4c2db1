package base_image_registries_test

import rego.v1

import data.base_image_registries
import data.lib.fixtures

_purl(repository, character) := sprintf("pkg:oci/x@%s?repository_url=%s", [fixtures.digest(character), repository])

_base := {"name": "konflux:container:is_base_image", "value": "true"}

_stage := {"name": "konflux:container:is_builder_image:for_stage", "value": "0"}

_cyclonedx := {"bomFormat": "CycloneDX", "formulation": [{"components": [
	{"type": "container", "purl": _purl("registry.example/base", "1"), "properties": [_base]},
	{"type": "container", "purl": _purl("docker.example/maker", "2"), "properties": [_stage]},
	{"type": "container", "purl": _purl("docker.example/other", "3"), "properties": [{"name": "x", "value": "0"}, {"name": "x", "value": "true"}, {"name": "konflux:container:is_builder_image:for_stage", "value": "\"0\""}]},
	{"type": "container", "purl": "pkg:npm/a@1?repository_url=docker.example/no", "properties": [_base]},
	{"type": "library", "purl": _purl("docker.example/no", "6"), "properties": [_base]},
]}]}

_spdx := {"SPDXID": "SPDXRef-DOCUMENT", "packages": [{
	"name": "base",
	"annotations": [{"comment": json.marshal(_base)}],
	"externalRefs": [{"referenceType": "purl", "referenceLocator": _purl("docker.example/base", "4")}],
}]}

_attested(type, document) := {"statement": {"predicateType": type, "predicate": document}}

_both := [_attested("https://cyclonedx.org/bom", _cyclonedx), _attested("https://spdx.dev/Document", _spdx)]

_results(prefixes, components) := results if {
	results := base_image_registries.deny with input.attestations as _both
		with input.snapshot.components as components
		with data.rule_data.allowed_registry_prefixes as prefixes
}

test_images_of_allowed_registries_and_of_the_snapshot_pass if {
	_results(["registry.example/", "docker.example/maker"], [{"containerImage": sprintf("r/base@%s", [fixtures.digest("4")])}]) == set()
}

test_images_of_other_registries_are_told if {
	results := _results(["registry.example/"], [])
	fixtures.said(results, "base_image_registries.base_image_permitted") == {
		sprintf("Base image \"docker.example/maker@%s\" is from a disallowed registry", [fixtures.digest("2")]),
		sprintf("Base image \"docker.example/base@%s\" is from a disallowed registry", [fixtures.digest("4")]),
	}
	fixtures.terms(results, "base_image_registries.base_image_permitted") == {"docker.example/maker", "docker.example/base"}
}

test_missing_bill_of_materials_and_list_are_told if {
	fixtures.codes(base_image_registries.deny) == {
		"base_image_registries.base_image_info_found",
		"base_image_registries.allowed_registries_provided",
	}
}
