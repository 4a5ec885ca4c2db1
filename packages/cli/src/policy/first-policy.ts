/** A policy configuration with one rule, to begin with. */
export const firstPolicyFiles: Readonly<Record<string, string>> = {
  'policy.yaml': `# Judge an image by it: assay validate image REFERENCE --policy policy.yaml --public-key cosign.pub
sources:
  - name: first
    policy:
      - ./policy
    # data: [./data]        # JSON and YAML that rules know as data.*
    # ruleData: {}          # small values, known to rules as data.rule_data__configuration__
    config:
      include: ["*"]
      exclude: []
`,
  'policy/provenance.rego': `package provenance

import rego.v1

# METADATA
# title: Built from git
# description: The provenance names the git commit that the image was built from.
# custom:
#   short_name: built_from_git
#   failure_msg: No attestation names a git commit
#   solution: Build the image with a pipeline whose results are CHAINS-GIT_URL and CHAINS-GIT_COMMIT.
deny contains result if {
	count(_commits) == 0
	result := {
		"code": "provenance.built_from_git",
		"msg": "No attestation names a git commit",
	}
}

# SLSA v0.2 lists what a build was made from as materials, v1 as resolved dependencies.
_commits contains commit if {
	some attestation in input.attestations
	some material in attestation.statement.predicate.materials
	commit := material.digest.sha1
}

_commits contains commit if {
	some attestation in input.attestations
	some dependency in attestation.statement.predicate.buildDefinition.resolvedDependencies
	some name in ["gitCommit", "sha1"]
	commit := dependency.digest[name]
}
`,
};
