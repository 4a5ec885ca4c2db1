# METADATA
# title: Provenance Materials
# description: What a task cloned is what the provenance says the build was made of.
package provenance_materials

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.task

# METADATA
# title: Git clone task found
# description: Some task reports a repository and a commit, by the results `url` and `commit`.
# custom:
#   short_name: git_clone_task_found
#   failure_msg: Task git-clone not found
#   solution: Start the pipeline with a task like git-clone-oci-ta, which writes the results `url` and `commit`.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	count(_clones(build)) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Git clone source matches materials provenance
# description: Every repository and commit that a task reports is a material of the build.
# custom:
#   short_name: git_clone_source_matches_provenance
#   failure_msg: Entry in materials for the git repo %q and commit %q not found
#   solution: Make CHAINS-GIT_URL and CHAINS-GIT_COMMIT of this task results of the pipeline, or have the observer inspect tasks.
#   collections: [minimal, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - provenance_materials.git_clone_task_found
deny contains result if {
	some build in provenance.builds
	some clone in _clones(build)
	not _is_material(build, clone)
	result := outcome.of(rego.metadata.chain(), [clone.uri, clone.commit], {})
}

_clones(build) := {{"uri": task.git_uri(url), "commit": commit} |
	some view in provenance.tasks(build)
	url := task.result(view, "url")
	url != ""
	commit := task.result(view, "commit")
	commit != ""
}

_is_material(build, clone) if {
	some material in provenance.materials(build)
	material.uri == clone.uri
	material.digest.sha1 == clone.commit
}
