# METADATA
# title: Labels
# description: >-
#   The image has the labels that it should have. A catalog of operators, known by its label
#   `operators.operatorframework.io.index.configs.v1`, has lists of its own, whose keys begin with `fbc_`.
package labels

import rego.v1

import data.lib.blob
import data.lib.outcome
import data.lib.reference
import data.lib.schema
import data.lib.settings

# METADATA
# title: Optional labels
# description: The image has the labels of the rule data `optional_labels` (`fbc_optional_labels`).
# custom:
#   short_name: optional_labels
#   failure_msg: 'The optional %q label is missing. Label description: %s'
#   solution: Set the label where the image is built.
#   collections: [redhat]
warn contains result if {
	some item in _items("optional_labels")
	not item.name in object.keys(_labels)
	result := outcome.of(
		rego.metadata.chain(),
		[item.name, item.description],
		object.union({"term": item.name}, outcome.dated(item)),
	)
}

# METADATA
# title: Inaccessible image manifest
# description: The manifest of the image can be read.
# custom:
#   short_name: inaccessible_manifest
#   failure_msg: Manifest of the image %q is inaccessible
#   solution: Check the credentials for the registry.
#   collections: [redhat, redhat_security]
deny contains result if {
	_manifest == null
	result := outcome.of(rego.metadata.chain(), [input.image.ref], {})
}

# METADATA
# title: Inaccessible image config
# description: The config of the image can be read.
# custom:
#   short_name: inaccessible_config
#   failure_msg: Image config of the image %q is inaccessible
#   solution: Check the credentials for the registry.
#   collections: [redhat]
deny contains result if {
	_manifest != null
	_config(input.image.ref, _manifest) == null
	result := outcome.of(rego.metadata.chain(), [input.image.ref], {})
}

# METADATA
# title: Deprecated labels
# description: The image has no label of the rule data `deprecated_labels`.
# custom:
#   short_name: deprecated_labels
#   failure_msg: The %q label is deprecated, replace with %q
#   solution: Rename the label where the image is built.
#   collections: [redhat]
deny contains result if {
	some item in settings.get("deprecated_labels")
	item.name in object.keys(_labels)
	result := outcome.of(
		rego.metadata.chain(),
		[item.name, item.replacement],
		object.union({"term": item.name}, outcome.dated(item)),
	)
}

# METADATA
# title: Required labels
# description: >-
#   The image has the labels of the rule data `required_labels` (`fbc_required_labels`), and each has one of the `values` that are listed
#   with it, if any are.
# custom:
#   short_name: required_labels
#   failure_msg: '%s'
#   solution: Set the label where the image is built.
#   collections: [redhat, redhat_security]
deny contains result if {
	some item in _items("required_labels")
	said := _complaint(item)
	result := outcome.of(rego.metadata.chain(), [said], object.union({"term": item.name}, outcome.dated(item)))
}

# METADATA
# title: Disallowed inherited labels
# description: >-
#   Labels of the rule data `disallowed_inherited_labels` (`fbc_disallowed_inherited_labels`) have another value than in the image that
#   this one was built on.
# custom:
#   short_name: disallowed_inherited_labels
#   failure_msg: The %q label should not be inherited from the parent image
#   solution: Set the label to a value of the image's own.
#   collections: [redhat]
deny contains result if {
	some item in _items("disallowed_inherited_labels")
	inherited := _config(_parent, _manifest_of(_parent)).config.Labels
	_labels[item.name] == inherited[item.name]
	result := outcome.of(
		rego.metadata.chain(),
		[item.name],
		object.union({"term": item.name}, outcome.dated(item)),
	)
}

# METADATA
# title: Rule data provided
# description: The rule data of this package has the right form.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: Give every item a `name`, and besides it what the kind of list needs - `description`, or `replacement`.
#   collections: [redhat, policy_data, redhat_security]
deny contains result if {
	some key, expected in {
		"required_labels": _item({"description": _text, "values": _texts}, ["description"]),
		"fbc_required_labels": _item({"description": _text, "values": _texts}, ["description"]),
		"optional_labels": _item({"description": _text}, ["description"]),
		"fbc_optional_labels": _item({"description": _text}, ["description"]),
		"disallowed_inherited_labels": _item({}, []),
		"optional_disallowed_inherited_labels": _item({}, []),
		"fbc_disallowed_inherited_labels": _item({}, []),
		"deprecated_labels": _item({"replacement": _text}, ["replacement"]),
	}
	some problem in settings.problems(key, expected)
	result := outcome.problem(rego.metadata.chain(), problem)
}

# METADATA
# title: Inaccessible parent image manifest
# description: The manifest of the image that this one was built on can be read.
# custom:
#   short_name: inaccessible_parent_manifest
#   failure_msg: Manifest of the image %q, parent of image %q is inaccessible
#   solution: Check the credentials for the registry, and that the image is still there.
#   collections: [redhat, redhat_security]
deny contains result if {
	_manifest_of(_parent) == null
	result := outcome.of(rego.metadata.chain(), [_parent, input.image.ref], {})
}

# METADATA
# title: Inaccessible parent image config
# description: The config of the image that this one was built on can be read.
# custom:
#   short_name: inaccessible_parent_config
#   failure_msg: Image config of the image %q, parent of image %q is inaccessible
#   solution: Check the credentials for the registry, and that the image is still there.
#   collections: [redhat]
deny contains result if {
	_manifest_of(_parent) != null
	_config(_parent, _manifest_of(_parent)) == null
	result := outcome.of(rego.metadata.chain(), [_parent, input.image.ref], {})
}

_manifest := _manifest_of(input.image.ref)

# Null for what cannot be had.
_manifest_of(ref) := manifest if {
	manifest := ec.oci.image_manifest(ref)
} else := null

_config(ref, manifest) := config if {
	config := blob.document(reference.beside(ref, manifest.config.digest))
} else := null

# Undefined where the config cannot be read: then there is nothing to say about labels.
_labels := object.union({}, object.get(config, ["config", "Labels"], {})) if {
	config := _config(input.image.ref, _manifest)
	config != null
}

_is_catalog if _labels["operators.operatorframework.io.index.configs.v1"]

# Items of a list of rule data, once the labels are known.
_items(key) := settings.get(key) if {
	_labels
	not _is_catalog
}

_items(key) := settings.get(sprintf("fbc_%s", [key])) if _is_catalog

# What is wrong with a required label.
_complaint(item) := sprintf("The required %q label is missing. Label description: %s", [item.name, item.description]) if {
	not item.name in object.keys(_labels)
} else := sprintf("The %q label has an unexpected %q value. Must be one of: %s", [item.name, value, allowed]) if {
	count(item.values) > 0
	value := _labels[item.name]
	not value in item.values
	allowed := concat(", ", {each | some each in item.values})
}

# The image that this one was built on, by digest; the name may carry another, the one of an index.
_parent := sprintf("%s@%s", [split(name, "@")[0], digest]) if {
	name := _manifest.annotations["org.opencontainers.image.base.name"]
	digest := _manifest.annotations["org.opencontainers.image.base.digest"]
	not "" in {name, digest}
}

_text := {"type": "string"}

_texts := {"type": "array", "items": _text}

_item(more, required) := schema.list_of(schema.record(
	object.union({"name": _text, "effective_on": _text}, more),
	array.concat(["name"], required),
))
