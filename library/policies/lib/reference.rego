# METADATA
# title: References of images
# description: Takes references apart and compares them.
package lib.reference

import rego.v1

# `{repo, tag, digest}`, with empty text for what is not there. Undefined for a text that names no repository on a host.
parse(text) := {"repo": parts[1], "tag": parts[2], "digest": parts[3]} if {
	regex.match(`^[A-Za-z0-9.-]+(:[0-9]+)?/`, trim_space(text))
	parts := regex.find_all_string_submatch_n(
		`^((?:[^@]*/)[^:@/]*)(?::([^:@/]*))?(?:@([^@]*))?(?:@.*)?$`,
		trim_space(text), 1,
	)[0]
}

# The reference of something else in the repository of an image.
beside(text, digest) := sprintf("%s@%s", [parse(text).repo, digest])

# Equal in all parts, or in repository and digest whatever the tags.
same(one, other) if parse(one) == parse(other)

same(one, other) if {
	parse(one).digest != ""
	object.remove(parse(one), ["tag"]) == object.remove(parse(other), ["tag"])
}

# An index lists images for several platforms.
is_index(text) if ec.oci.descriptor(text).mediaType in {
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
}
