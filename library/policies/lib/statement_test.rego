package lib.statement_test

import rego.v1

import data.lib.fixtures
import data.lib.statement

_about(referrer, finished, tasks) := json.patch(fixtures.v02(tasks), [
	{"op": "replace", "path": "/statement/subject", "value": [{"name": "s", "digest": {"sha256": referrer}}]},
	{"op": "replace", "path": "/statement/predicate/metadata/buildFinishedOn", "value": finished},
])

# What one attached statement is: its blob, and the signed provenance about it.
documents := {
	"old": _test("unit", "FAILED"),
	"new": _test("unit", "PASSED"),
	"other": _test("lint", "WARNED"),
	"rogue": _test("unit", "FAILED"),
	"undated": _test("slow", "FAILED"),
	"bundled": _test("bundled", "PASSED"),
	"odd": {"_type": "x"},
	"forged": _test("forged", "PASSED"),
	"unsigned": _test("unsigned", "PASSED"),
	"astray": object.union(_test("lint", "PASSED"), {"subject": [{"digest": {"sha256": fixtures.bare("b")}}]}),
	"mistaken": _test("mistaken", "PASSED"),
}

_test(name, result) := {
	"_type": "https://in-toto.io/Statement/v1",
	"predicateType": statement.outcome_type,
	"subject": [{"digest": {"sha256": fixtures.bare("a")}}],
	"predicate": {"result": result, "configuration": [{"name": name}]},
}

_rogue := fixtures.task("t", {"name": "mine"}, {}, [])

_provenance := {
	"old": _about("old", "2026-01-01T00:00:00Z", [fixtures.check]),
	"new": _about("new", "2026-01-02T00:00:00Z", [fixtures.check]),
	"other": _about("other", "2026-01-01T00:00:00Z", [fixtures.check]),
	"rogue": _about("rogue", "2026-01-03T00:00:00Z", [fixtures.check, _rogue]),
	"undated": _about("undated", "never", [fixtures.check]),
	"bundled": _about("bundled", "2026-01-01T00:00:00Z", [fixtures.check]),
	"astray": _about("astray", "2026-01-09T00:00:00Z", [fixtures.check]),
	"forged": _about("forged", "2026-01-01T00:00:00Z", [fixtures.check]),
	"odd": _about("odd", "2026-01-01T00:00:00Z", [fixtures.check]),
	"mistaken": _about("another", "2026-01-01T00:00:00Z", [fixtures.check]),
}

referrers(_) := [{
	"ref": sprintf("registry.example/team/app@sha256:%s", [id]),
	"digest": sprintf("sha256:%s", [id]),
	"artifactType": {
		true: "application/vnd.dev.sigstore.bundle.v0.3+json",
		false: "application/vnd.in-toto+json",
	}[id == "bundled"],
} |
	some id, _ in documents
]

verify(ref, _) := {"success": _id(ref) != "forged", "attestations": [_provenance[_id(ref)]]} if {
	_provenance[_id(ref)]
} else := {"success": false, "attestations": []}

manifest(ref) := {"layers": [{"digest": sprintf("sha256:%s", [_id(ref)])}]}

blob(ref) := json.marshal({"dsseEnvelope": {"payload": base64.encode(json.marshal(documents.bundled))}}) if {
	_id(ref) == "bundled"
} else := json.marshal(documents[_id(ref)])

_id(ref) := split(ref, "@sha256:")[1]

_names(statements) := {sprintf("%s %s", [statement.name_of(one), one.predicate.result]) | some one in statements}

test_trusted_newest_statements_count if {
	found := statement.newest({statement.outcome_type}) with input.image.ref as fixtures.image
		with data.trusted_tasks as fixtures.trusted_tasks
		with ec.oci.image_referrers as referrers
		with ec.oci.image_manifest as manifest
		with ec.oci.blob as blob
		with ec.sigstore.verify_attestation as verify
	_names(found) == {"unit PASSED", "lint WARNED", "lint PASSED", "slow FAILED", "bundled PASSED"}
}

test_nothing_counts_when_no_task_is_trusted if {
	found := statement.newest({statement.outcome_type}) with input.image.ref as fixtures.image
		with ec.oci.image_referrers as referrers
		with ec.oci.image_manifest as manifest
		with ec.oci.blob as blob
		with ec.sigstore.verify_attestation as verify
	found == set()
}

test_names_of_statements if {
	statement.name_of({"predicate": {"scanner": {"uri": "pkg:trivy"}}}) == "pkg:trivy"
	statement.name_of({}) == ""
}

test_signatures_are_checked_as_the_evaluator_says if {
	statement._sigstore.ignore_rekor == false
	statement._sigstore.public_key == "k" with data.config.default_sigstore_opts as {"public_key": "k"}
}
