# METADATA
# title: Attached statements
# description: >-
#   In-toto statements that hang on the image, found through the registry's list of referrers. Anybody who may push can attach one, so a
#   statement counts only if signed provenance about that very statement says that trusted tasks alone made it. Of several about one
#   test the newest counts, by the time at which its provenance says the run ended.
package lib.statement

import rego.v1

import data.lib.blob
import data.lib.provenance
import data.lib.trust

outcome_type := "https://in-toto.io/attestation/test-result/v0.1"

vulnerability_types := {"https://in-toto.io/attestation/vulns/v0.1", "https://in-toto.io/attestation/vulns/v0.2"}

# `{statement, name, at}` of every statement that counts as made by trusted tasks; `at` is 0 when the run's end is not known.
trusted contains {"statement": document, "name": name_of(document), "at": max(times | {0})} if {
	some referrer in _referrers
	runs := trusted_runs[referrer.digest]
	times := {provenance.finished_at(run) | some run in runs}
	document := _document(referrer)
	document._type in {"https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"}
}

# Of the trusted statements of one type, those that no newer one about the same test, and of as many images, replaces. A statement without a name stands for
# itself alone.
newest(types) := {one.statement |
	some one in trusted
	one.statement.predicateType in types
	not _is_replaced(one)
}

_is_replaced(one) if {
	one.name != ""
	some other in trusted
	other.statement.predicateType == one.statement.predicateType
	other.name == one.name
	count(_subjects(one) - _subjects(other)) == 0
	other.at > one.at
	one.at > 0
}

_subjects(one) := {digest | some subject in one.statement.subject; some digest in provenance.digests(subject)}

# What a statement is about: the name of the test, or the scanner's address.
name_of(document) := name if {
	name := document.predicate.configuration[0].name
} else := object.get(document, ["predicate", "scanner", "uri"], "")

# Signed provenance, by the digest of the statement that it is about, of runs in which every task is trusted.
trusted_runs[referrer.digest] := runs if {
	some referrer in _referrers
	answer := ec.sigstore.verify_attestation(referrer.ref, _sigstore)
	answer.success == true
	runs := [attestation |
		some attestation in answer.attestations
		some subject in attestation.statement.subject
		referrer.digest in provenance.digests(subject)
		views := provenance.tasks(attestation)
		count(views) > 0
		count(trust.untrusted(views)) == 0
	]
	count(runs) > 0
}

_referrers contains referrer if {
	some referrer in ec.oci.image_referrers(input.image.ref)
	some prefix in {"application/vnd.in-toto+json", "application/vnd.dev.sigstore.bundle"}
	startswith(referrer.artifactType, prefix)
}

# As it is, or in the envelope of a bundle; the bundle's own signature is not asked about, since the provenance answers for the content.
_document(referrer) := json.unmarshal(base64.decode(payload)) if {
	payload := blob.attached(referrer.ref).dsseEnvelope.payload
} else := blob.attached(referrer.ref)

# Without options of the evaluator nothing may pass by accident.
default _sigstore := {
	"certificate_identity": "",
	"certificate_identity_regexp": "",
	"certificate_oidc_issuer": "",
	"certificate_oidc_issuer_regexp": "",
	"ignore_rekor": false,
	"public_key": "",
	"rekor_url": "",
}

_sigstore := data.config.default_sigstore_opts
