# METADATA
# title: SPDX SBOM
# description: The SPDX documents of the image are well formed, and their packages are allowed.
package sbom_spdx

import rego.v1

import data.lib.bom
import data.lib.outcome
import data.lib.reference

# METADATA
# title: Valid
# description: The document has the parts that SPDX 2.3 prescribes, of the right types.
# custom:
#   short_name: valid
#   failure_msg: 'SPDX SBOM at index %d is not valid: %s'
#   solution: Look at the place that the message names; another version of the tool may write it correctly.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
deny contains result if {
	some position, document in bom.spdx
	some error in json.match_schema(document, shape)[1]
	result := outcome.of(rego.metadata.chain(), [position, error.error], {})
}

# METADATA
# title: Contains packages
# description: The document lists packages.
# custom:
#   short_name: contains_packages
#   failure_msg: The list of packages is empty
#   solution: Have the tool look at the image itself.
#   collections: [redhat_security]
deny contains result if {
	some document in bom.spdx
	count(document.packages) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
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
# title: Allowed package external references
# description: A reference of a type in the rule data `allowed_external_references` matches the pattern there.
# custom:
#   short_name: allowed_package_external_references
#   failure_msg: Package %s has reference %q of type %q which is not explicitly allowed%s
#   solution: Take the package from an allowed place.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some each in _packages
	some found in bom.references(each, "allowed_external_references")
	not found.matches
	said := regex.replace(found.pattern, `(.+)`, ` by pattern "$1"`)
	result := outcome.of(rego.metadata.chain(), [each.name, found.url, found.type, said], {})
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
	some found in bom.references(each, "disallowed_external_references")
	found.matches
	said := regex.replace(found.pattern, `(.+)`, ` by pattern "$1"`)
	result := outcome.of(rego.metadata.chain(), [each.name, found.url, found.type, said], {})
}

# METADATA
# title: Contains files
# description: The document lists files.
# custom:
#   short_name: contains_files
#   failure_msg: The list of files is empty
#   solution: Have the tool list the files of packages too.
#   collections: [redhat_security]
deny contains result if {
	some document in bom.spdx
	count(document.files) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Matches image
# description: The document's name is a reference of the image judged.
# custom:
#   short_name: matches_image
#   failure_msg: Image digest in the SBOM, %q, is not as expected, %q
#   solution: Find out how the SBOM of another image came to this one.
#   collections: [redhat_security]
deny contains result if {
	some document in bom.spdx
	named := reference.parse(document.name).digest
	expected := reference.parse(input.image.ref).digest
	named != expected
	result := outcome.of(rego.metadata.chain(), [named, expected], {})
}

# METADATA
# title: Allowed package sources
# description: >-
#   A package that was fetched before the build, with a qualifier `download_url`, comes from a place that the rule data
#   `allowed_package_sources` allows for its type. Without that data no place is allowed.
# custom:
#   short_name: allowed_package_sources
#   failure_msg: Package %s fetched by Hermeto was sourced from %q which is not allowed
#   solution: Fetch the package from an allowed place, or allow the place.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
#   effective_on: 2025-02-17T00:00:00Z
deny contains result if {
	some each in _packages
	each.fetched
	some purl in each.purls
	parsed := ec.purl.parse(purl)
	url := bom.qualifier(parsed, "download_url")
	not bom.matches_any(url, bom.source_patterns(parsed.type))
	result := outcome.of(rego.metadata.chain(), [purl, url], {"term": purl})
}

# METADATA
# title: Disallowed package attributes
# description: >-
#   No package has an annotation with a property of the rule data `disallowed_attributes`: `{name, value, effective_on, except_when:
#   [{purl_qualifier, patterns}]}`.
# custom:
#   short_name: disallowed_package_attributes
#   failure_msg: Package %s has the attribute %q set%s
#   solution: Build without what sets the property on the package.
#   collections: [redhat, redhat_rpms, policy_data, redhat_security]
#   effective_on: 2025-02-04T00:00:00Z
deny contains result if {
	some each in _packages
	some attribute in bom.attributes(each)
	said := regex.replace(attribute.value, `(.+)`, ` to "$1"`)
	some id in {found.url | some found in each.references}
	result := outcome.of(
		rego.metadata.chain(),
		[id, attribute.name, said],
		object.union({"term": id}, attribute.item),
	)
}

# METADATA
# title: Allowed proxy URLs
# description: >-
#   A package of a type in the rule data `proxy_enabled_purl_types` that was fetched from a registry came through proxies (`sourceInfo`, with
#   semicolons between them) that `allowed_proxy_url_patterns` allows for its type.
# custom:
#   short_name: allowed_proxy_urls
#   failure_msg: Package %s has proxy URL %q which does not match any allowed pattern for PURL type %q
#   solution: Fetch the package through an allowed proxy, or allow the proxy.
#   collections: [redhat, policy_data, redhat_security]
#   effective_on: 2026-06-01T00:00:00Z
deny contains result if {
	some each in _packages
	some found in bom.must_be_proxied(each)
	some url in split(each.origin, ";")
	url != ""
	not bom.is_allowed_proxy(found.type, url)
	result := outcome.of(rego.metadata.chain(), [found.purl, url, found.type], {"term": found.purl})
}

# METADATA
# title: Proxy metadata required
# description: >-
#   A package of a type in the rule data `proxy_enabled_purl_types` that was fetched from a registry says in `sourceInfo` through which proxy it
#   came.
# custom:
#   short_name: proxy_metadata_required
#   failure_msg: Package %s is missing proxy metadata (sourceInfo is empty or missing)
#   solution: Fetch packages with a version of the tool that writes down the proxy.
#   collections: [redhat, policy_data, redhat_security]
#   effective_on: 2026-05-13T00:00:00Z
deny contains result if {
	some each in _packages
	some found in bom.must_be_proxied(each)
	each.origin == ""
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
	some each in _packages
	some experiment in each.experiments
	result := outcome.of(rego.metadata.chain(), [each.id, experiment], {"term": each.id})
}

_packages contains each if {
	some document in bom.spdx
	some each in bom.spdx_packages(document)
}
