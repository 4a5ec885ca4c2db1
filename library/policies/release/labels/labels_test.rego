package labels_test

import rego.v1

import data.labels
import data.lib.fixtures

_parent := sprintf("registry.example/base@%s", [fixtures.digest("b")])

_configs := {
	fixtures.digest("c"): {"config": {"Labels": {"name": "app", "vendor": "Acme", "summary": "s", "INSTALL": "x"}}},
	fixtures.digest("d"): {"config": {"Labels": {"summary": "s"}}},
	fixtures.digest("e"): {"config": {"Labels": {"operators.operatorframework.io.index.configs.v1": "/c"}}},
}

_manifest(config, annotations) := {"config": {"digest": config}, "annotations": annotations}

_on_base := {
	"org.opencontainers.image.base.name": "registry.example/base@sha256:index",
	"org.opencontainers.image.base.digest": fixtures.digest("b"),
}

_manifests(ref) := {
	fixtures.image: _manifest(fixtures.digest("c"), _on_base),
	_parent: _manifest(fixtures.digest("d"), {}),
	"h/catalog@x": _manifest(fixtures.digest("e"), {}),
	"h/no-config@x": _manifest(fixtures.digest("0"), {}),
	"h/no-parent@x": _manifest(fixtures.digest("c"), object.union(_on_base, {"org.opencontainers.image.base.name": "registry.example/gone"})),
	"h/no-parent-config@x": _manifest(fixtures.digest("c"), object.union(_on_base, {"org.opencontainers.image.base.name": "registry.example/empty"})),
	sprintf("registry.example/empty@%s", [fixtures.digest("b")]): _manifest(fixtures.digest("0"), {}),
}[ref]

_blob(ref) := json.marshal(_configs[split(ref, "@")[1]])

_results(ref, settings) := results if {
	results := labels.deny | labels.warn with input.image.ref as ref
		with data.rule_data as settings
		with ec.oci.image_manifest as _manifests
		with ec.oci.blob as _blob
}

_item(name) := {"name": name, "description": "Why.", "effective_on": "2030-01-01T00:00:00Z"}

test_image_with_its_labels_passes if {
	_results(fixtures.image, {
		"required_labels": [object.union(_item("vendor"), {"values": ["Acme"]}), object.union(_item("name"), {"values": []})],
		"optional_labels": [_item("summary")],
		"deprecated_labels": [{"name": "Name", "replacement": "name"}],
		"disallowed_inherited_labels": [{"name": "name"}],
		"fbc_required_labels": [_item("never")],
	}) == set()
}

test_labels_that_are_not_right_are_told if {
	results := _results(fixtures.image, {
		"required_labels": [object.union(_item("vendor"), {"values": ["Initech", "Globex"]}), _item("release")],
		"optional_labels": [_item("maintainer")],
		"deprecated_labels": [{"name": "INSTALL", "replacement": "install"}],
		"disallowed_inherited_labels": [{"name": "summary"}],
	})
	{[result.msg, result.effective_on] | some result in results} == {
		["The \"vendor\" label has an unexpected \"Acme\" value. Must be one of: Globex, Initech", "2030-01-01T00:00:00Z"],
		["The required \"release\" label is missing. Label description: Why.", "2030-01-01T00:00:00Z"],
		["The optional \"maintainer\" label is missing. Label description: Why.", "2030-01-01T00:00:00Z"],
		["The \"INSTALL\" label is deprecated, replace with \"install\"", "2022-01-01T00:00:00Z"],
		["The \"summary\" label should not be inherited from the parent image", "2022-01-01T00:00:00Z"],
	}
}

test_catalog_has_lists_of_its_own if {
	results := _results("h/catalog@x", {"required_labels": [_item("never")], "fbc_required_labels": [_item("build-date")]})
	fixtures.terms(results, "labels.required_labels") == {"build-date"}
}

test_what_cannot_be_read_is_told[ref] if {
	some ref, expected in {
		"h/gone@x": {"labels.inaccessible_manifest"},
		"h/no-config@x": {"labels.inaccessible_config"},
		"h/no-parent@x": {"labels.inaccessible_parent_manifest"},
		"h/no-parent-config@x": {"labels.inaccessible_parent_config"},
	}
	fixtures.codes(_results(ref, {"required_labels": [_item("name")]})) == expected
}

test_rule_data_is_checked if {
	results := _results(fixtures.image, {"required_labels": [{"name": "vendor"}], "deprecated_labels": [{"name": "x"}]})
	count(fixtures.said(results, "labels.rule_data_provided")) == 2
}
