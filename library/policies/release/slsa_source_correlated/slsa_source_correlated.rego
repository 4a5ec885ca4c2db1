# METADATA
# title: SLSA - Verification model - Source
# description: The image was built from the source that its owner expects.
package slsa_source_correlated

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.schema
import data.lib.settings

# METADATA
# title: Source code reference provided
# description: The image comes with the source that it is expected to be built from.
# custom:
#   short_name: source_code_reference_provided
#   failure_msg: Expected source code reference was not provided for verification
#   solution: Give the component of the Snapshot a `source.git` with `url` and `revision`.
#   collections: [minimal, slsa3, redhat, redhat_rpms, redhat_security]
deny contains result if {
	count(object.get(input, ["image", "source"], {})) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Source reference
# description: >-
#   The provenance names at least one source in a version control system of the rule data `supported_vcs`, with a digest of a kind in
#   `supported_digests`.
# custom:
#   short_name: attested_source_code_reference
#   failure_msg: The attested material contains no source code reference
#   solution: Have the task that clones write the results CHAINS-GIT_URL and CHAINS-GIT_COMMIT, and pass them on as results of the pipeline.
#   collections: [minimal, slsa3, redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	count(_attested) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Expected source code reference
# description: The expected source is among those of the provenance.
# custom:
#   short_name: expected_source_code_reference
#   failure_msg: The expected source code reference %q is not attested
#   solution: >-
#     Compare the revision that the Snapshot expects with the one that was built (the result's term). Expect a commit, never a branch or
#     tag.
#   collections: [minimal, slsa3, redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some system, source in input.image.source
	uri := sprintf("%s+%s", [system, object.get(source, "url", "")])
	revision := object.get(source, "revision", "")
	count(_ways_to_write(uri, revision) & _attested) == 0
	some attested in _attested
	result := outcome.of(rego.metadata.chain(), [sprintf("%s@%s", [uri, revision])], {"term": attested})
}

# METADATA
# title: Rule data provided
# description: The rule data `supported_vcs` and `supported_digests` are lists of distinct texts.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: Give both keys as lists of texts, or leave them out.
#   collections: [minimal, slsa3, redhat, redhat_rpms, policy_data, redhat_security]
deny contains result if {
	some key in ["supported_vcs", "supported_digests"]
	some problem in settings.problems(key, schema.strings)
	result := outcome.problem(rego.metadata.chain(), problem)
}

# `<uri>@<algorithm>:<digest>` of every source that the provenance names.
_attested contains sprintf("%s@%s:%s", [material.uri, algorithm, digest]) if {
	some claim in provenance.claims
	some material in provenance.materials(claim)
	strings.any_prefix_match(material.uri, {sprintf("%s+", [system]) | some system in settings.get("supported_vcs")})
	some algorithm, digest in material.digest
	algorithm in settings.get("supported_digests")
}

# Builders differ in a trailing slash and in `.git`, which may even be doubled.
_ways_to_write(uri, revision) := {sprintf("%s@%s:%s", [written, algorithm, revision]) |
	bare := trim_suffix(uri, "/")
	some written in {uri, bare, trim_suffix(uri, ".git"), sprintf("%s.git", [uri]), sprintf("%s.git", [bare])}
	some algorithm in {"sha1", "gitCommit"}
}
