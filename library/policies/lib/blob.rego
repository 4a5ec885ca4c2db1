# METADATA
# title: Documents in a registry
package lib.blob

import rego.v1

import data.lib.reference

# The JSON document of a blob, by digest.
document(ref) := json.unmarshal(ec.oci.blob(ref))

# The JSON document that is the first layer of a manifest.
attached(ref) := document(reference.beside(ref, ec.oci.image_manifest(ref).layers[0].digest))
