# METADATA
# title: SLSA - Build - Scripted Build
# description: >-
#   Everything that the build did is written down as steps of tasks, and the image judged is what a task of that build reports to have
#   made.
package slsa_build_scripted_build

import rego.v1

import data.lib.outcome
import data.lib.provenance
import data.lib.reference
import data.lib.trust

# METADATA
# title: Build task contains steps
# description: The tasks that made images have steps in the provenance.
# custom:
#   short_name: build_script_used
#   failure_msg: Build task %q does not contain any steps
#   solution: Use a build task with steps, and a format of provenance that records them.
#   collections: [slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	some view in provenance.build_tasks(build)
	count(view.steps) == 0
	result := outcome.of(rego.metadata.chain(), [view.pipeline_task], {})
}

# METADATA
# title: Build task set image digest and url task results
# description: Some task reports an image, by the results IMAGE_URL and IMAGE_DIGEST or others of that meaning.
# custom:
#   short_name: build_task_image_results_found
#   failure_msg: Build task not found
#   solution: Have the task that pushes the image write the results IMAGE_URL and IMAGE_DIGEST.
#   collections: [slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	count(provenance.build_tasks(build)) == 0
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Provenance subject matches build task image result
# description: Every subject of the provenance is an image that a build task reports.
# custom:
#   short_name: subject_build_task_matches
#   failure_msg: The attestation subject, %q, does not match any of the images built
#   solution: >-
#     Let the subjects come from the results of build tasks alone. Look for a task that reports an image under another name.
#   collections: [slsa3, redhat, redhat_rpms, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some build in provenance.builds
	count(provenance.build_tasks(build)) > 0
	some subject in build.statement.subject
	some digest in provenance.digests(subject)
	named := sprintf("%s@%s", [subject.name, digest])
	not _is_built(build, named)
	result := outcome.of(rego.metadata.chain(), [named], {})
}

# METADATA
# title: Image built by trusted Task
# description: A trusted task reports the digest of the image judged.
# custom:
#   short_name: image_built_by_trusted_task
#   failure_msg: 'Image %q not built by a trusted task: %s'
#   solution: Use a trusted task to build the image; `fix` of the result names the task and what to put in its place.
#   collections: [redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	some complaint in _complaints
	result := outcome.of(rego.metadata.chain(), [input.image.ref, complaint.said], complaint.extra)
}

_complaints contains {"said": "No Pipeline Tasks built the image", "extra": {}} if count(_builders) == 0

_complaints contains {"said": said, "extra": {"fix": fixes[0]}} if {
	rogues := trust.untrusted(_builders)
	said := sprintf("Build Task(s) %q are not trusted", [concat(",", {view.name | some view in rogues})])
	fixes := [trust.fix(view) | some view in rogues]
}

# Tasks that report the image judged.
_builders contains view if {
	digest := reference.parse(input.image.ref).digest
	some build in provenance.builds
	some view in provenance.build_tasks(build)
	some image in view.images
	image.digest == digest
}

_is_built(build, named) if {
	some view in provenance.build_tasks(build)
	some image in view.images
	reference.same(sprintf("%s@%s", [image.url, image.digest]), named)
}
