# METADATA
# title: SBOM CycloneDX
# description: The CycloneDX documents of the image are well formed, and their packages are allowed.
package sbom_cyclonedx

import rego.v1

import data.lib.bom
import data.lib.outcome

# METADATA
# title: Supported Version
# description: The document is of version 1.4, 1.5 or 1.6.
# custom:
#   short_name: cdx_supported_version
#   failure_msg: 'CycloneDX SBOM at index %d has unsupported or missing version: %s'
#   solution: Have the tool write one of these versions.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
deny contains result if {
	some position, document in bom.cyclonedx
	version := object.get(document, "specVersion", "missing")
	not version in {"1.4", "1.5", "1.6"}
	result := outcome.of(rego.metadata.chain(), [position, version], {})
}

# METADATA
# title: Valid 1.4
# description: A document of version 1.4 has the parts that the version prescribes, of the right types.
# custom:
#   short_name: valid_cdx_1_4
#   failure_msg: 'CycloneDX SBOM at index %d is not valid: %s'
#   solution: Look at the place that the message names; another version of the tool may write it correctly.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
deny contains result if {
	some values in _invalid("1.4")
	result := outcome.of(rego.metadata.chain(), values, {})
}

# METADATA
# title: Valid 1.5
# description: A document of version 1.5 has the parts that the version prescribes, of the right types.
# custom:
#   short_name: valid_cdx_1_5
#   failure_msg: 'CycloneDX SBOM at index %d is not valid: %s'
#   solution: Look at the place that the message names; another version of the tool may write it correctly.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
deny contains result if {
	some values in _invalid("1.5")
	result := outcome.of(rego.metadata.chain(), values, {})
}

# METADATA
# title: Valid 1.6
# description: A document of version 1.6 has the parts that the version prescribes, of the right types.
# custom:
#   short_name: valid_cdx_1_6
#   failure_msg: 'CycloneDX SBOM at index %d is not valid: %s'
#   solution: Look at the place that the message names; another version of the tool may write it correctly.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
deny contains result if {
	some values in _invalid("1.6")
	result := outcome.of(rego.metadata.chain(), values, {})
}

# METADATA
# title: Allowed
# description: No package is in the rule data `disallowed_packages`.
# custom:
#   short_name: allowed
#   failure_msg: "Package is not allowed: %s"
#   solution: Take another version of the package, or do without it.
#   collections: [redhat, redhat_rpms, redhat_security]
deny contains result if {
	some each in _packages
	some purl in bom.disallowed(each)
	result := outcome.of(rego.metadata.chain(), [purl], {})
}

# METADATA
# title: Disallowed package attributes
# description: >-
#   No package has a property of the rule data `disallowed_attributes`: `{name, value, effective_on, except_when: [{purl_qualifier,
#   patterns}]}`.
# custom:
#   short_name: disallowed_package_attributes
#   failure_msg: Package %s has the attribute %q set%s
#   solution: Build without what sets the property on the package.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
#   effective_on: 2024-07-31T00:00:00Z
deny contains result if {
	some each in _packages
	some attribute in bom.attributes(each)
	said := regex.replace(attribute.value, `(.+)`, ` to "$1"`)
	result := outcome.of(
		rego.metadata.chain(),
		[each.id, attribute.name, said],
		object.union({"term": each.id}, attribute.item),
	)
}

# METADATA
# title: Allowed package external references
# description: A reference of a type in the rule data `allowed_external_references` matches the pattern there.
# custom:
#   short_name: allowed_package_external_references
#   failure_msg: Package %s has reference %q of type %q which is not explicitly allowed%s
#   solution: Take the package from an allowed place.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some each in _packages
	some reference in bom.references(each, "allowed_external_references")
	not reference.matches
	said := regex.replace(reference.pattern, `(.+)`, ` by pattern "$1"`)
	result := outcome.of(rego.metadata.chain(), [each.id, reference.url, reference.type, said], {"term": each.id})
}

# METADATA
# title: Disallowed package external references
# description: No reference is of a type in the rule data `disallowed_external_references` and matches the pattern there.
# custom:
#   short_name: disallowed_package_external_references
#   failure_msg: Package %s has reference %q of type %q which is disallowed%s
#   solution: Take the package from another place.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
#   effective_on: 2024-07-31T00:00:00Z
deny contains result if {
	some each in _packages
	some reference in bom.references(each, "disallowed_external_references")
	reference.matches
	said := regex.replace(reference.pattern, `(.+)`, ` by pattern "$1"`)
	result := outcome.of(rego.metadata.chain(), [each.id, reference.url, reference.type, said], {"term": each.id})
}

# METADATA
# title: Allowed package sources
# description: >-
#   A package that was fetched before the build, with a reference of type `distribution`, comes from a place that the rule data
#   `allowed_package_sources` allows for its type. Without that data no place is allowed.
# custom:
#   short_name: allowed_package_sources
#   failure_msg: Package %s fetched by Hermeto was sourced from %q which is not allowed
#   solution: Fetch the package from an allowed place, or allow the place.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
#   effective_on: 2024-12-15T00:00:00Z
deny contains result if {
	some each in _packages
	each.fetched
	some reference in each.references
	reference.type == "distribution"
	some purl in each.purls
	not bom.matches_any(reference.url, bom.source_patterns(ec.purl.parse(purl).type))
	result := outcome.of(rego.metadata.chain(), [purl, reference.url], {"term": purl})
}

# METADATA
# title: Allowed proxy URLs
# description: >-
#   A package of a type in the rule data `proxy_enabled_purl_types` that was fetched from a registry came through a proxy that
#   `allowed_proxy_url_patterns` allows for its type.
# custom:
#   short_name: allowed_proxy_urls
#   failure_msg: Package %s has proxy URL %q which does not match any allowed pattern for PURL type %q
#   solution: Fetch the package through an allowed proxy, or allow the proxy.
#   collections: [redhat, policy_data, redhat_security]
#   effective_on: 2026-06-01T00:00:00Z
deny contains result if {
	some each in _packages
	some found in bom.must_be_proxied(each)
	some url in _proxies(each)
	not bom.is_allowed_proxy(found.type, url)
	result := outcome.of(rego.metadata.chain(), [found.purl, url, found.type], {"term": found.purl})
}

# METADATA
# title: Proxy metadata required
# description: >-
#   A package of a type in the rule data `proxy_enabled_purl_types` that was fetched from a registry says through which proxy it came: by a
#   reference of type `distribution` with the comment `proxy URL`.
# custom:
#   short_name: proxy_metadata_required
#   failure_msg: Package %s is missing proxy metadata (no externalReference of type "distribution" with comment "proxy URL")
#   solution: Fetch packages with a version of the tool that writes down the proxy.
#   collections: [redhat, policy_data, redhat_security]
#   effective_on: 2026-05-13T00:00:00Z
deny contains result if {
	some each in _packages
	some found in bom.must_be_proxied(each)
	count(_proxies(each)) == 0
	result := outcome.of(rego.metadata.chain(), [found.purl], {"term": found.purl})
}

# METADATA
# title: Experimental Hermeto backend
# description: No package was fetched by a part of the fetching tool that is still an experiment; annotations tell.
# custom:
#   short_name: experimental_hermeto_backend
#   failure_msg: Package %s was fetched using experimental Hermeto backend %q
#   solution: Fetch the package by another package manager, or have the rule excluded for a time.
#   collections: [minimal, redhat, redhat_rpms]
#   effective_on: 2026-08-01T00:00:00Z
deny contains result if {
	some document in bom.cyclonedx
	some annotation in document.annotations
	startswith(annotation.text, "hermeto:backend:experimental:")
	some component in document.components
	component["bom-ref"] in annotation.subjects
	id := object.get(component, "purl", component.name)
	result := outcome.of(rego.metadata.chain(), [id, annotation.text], {"term": id})
}

_packages contains each if {
	some document in bom.cyclonedx
	some each in bom.cyclonedx_packages(document)
}

_proxies(each) := {reference.url |
	some reference in each.references
	reference.type == "distribution"
	reference.comment == "proxy URL"
}

_invalid(version) := {[position, error.error] |
	some position, document in bom.cyclonedx
	document.specVersion == version
	some error in json.match_schema(document, shapes[version])[1]
}
