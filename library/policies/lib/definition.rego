# METADATA
# title: Definitions
# description: Definitions of tasks that are judged on their own, before anything runs.
package lib.definition

import rego.v1

import data.lib.reference

# The input itself, or the tasks in the bundle that the input names.
tasks contains input if input.apiVersion

tasks contains ec.oci.blob_files(address, [name])[name] if {
	some layer in ec.oci.image_manifest(input.image.ref).layers
	layer.annotations["dev.tekton.image.kind"] == "task"
	name := layer.annotations["dev.tekton.image.name"]
	address := reference.beside(input.image.ref, layer.digest)
}

# `name/version`, for messages.
title(definition) := sprintf("%s/%s", [
	object.get(definition, ["metadata", "name"], "noname"),
	object.get(definition, ["metadata", "labels", "app.kubernetes.io/version"], "noversion"),
])

is_permitted(image, prefixes) if strings.any_prefix_match(image, prefixes)
