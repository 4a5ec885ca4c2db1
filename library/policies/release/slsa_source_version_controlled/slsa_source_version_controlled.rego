# METADATA
# title: SLSA - Source - Version Controlled
# description: The source comes out of a git repository, at a commit.
package slsa_source_version_controlled

import rego.v1

import data.lib.outcome
import data.lib.provenance

# METADATA
# title: Materials have uri and digest
# description: At least one material of the build has a URI and a SHA-1 digest.
# custom:
#   short_name: materials_format_okay
#   failure_msg: No materials match expected format
#   solution: Have the task that clones write the results CHAINS-GIT_URL and CHAINS-GIT_COMMIT, and pass them on as results of the pipeline.
#   collections: [minimal, slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	count(provenance.builds) > 0
	count(_sources) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Material uri is a git repo
# description: Every material with a SHA-1 digest has a URI that starts with `git+`.
# custom:
#   short_name: materials_uri_is_git_repo
#   failure_msg: Material URI %q is not a git URI
#   solution: Look at the result CHAINS-GIT_URL of the task that clones; it must be the address of a git repository.
#   collections: [minimal, slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some source in _sources
	not startswith(source.uri, "git+")
	result := outcome.of(rego.metadata.chain(), [source.uri], {})
}

# METADATA
# title: Materials include git commit shas
# description: Every SHA-1 digest of a material is the ID of a commit, 40 hexadecimal digits.
# custom:
#   short_name: materials_include_git_sha
#   failure_msg: Material digest %q is not a git commit sha
#   solution: Look at the result CHAINS-GIT_COMMIT of the task that clones; it must be a whole commit ID.
#   collections: [minimal, slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some source in _sources
	not regex.match(`^[a-f0-9]{40}$`, source.digest.sha1)
	result := outcome.of(rego.metadata.chain(), [source.digest.sha1], {})
}

_sources contains material if {
	some build in provenance.builds
	some path in [["materials"], ["buildDefinition", "resolvedDependencies"]]
	some material in object.get(build.statement.predicate, path, [])
	material.uri
	material.digest.sha1
}
