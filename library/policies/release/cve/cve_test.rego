package cve_test

import rego.v1

import data.cve
import data.lib.fixtures
import data.lib.statement

_manifest(ref) := {"layers": [
	{"mediaType": "application/vnd.redhat.clair-report+json", "digest": "sha256:clair"},
	{"mediaType": "application/vnd.redhat.tpa-report+json", "digest": "sha256:tpa"},
	{"mediaType": "text/plain", "digest": "sha256:other"},
]} if {
	endswith(ref, "@sha256:reports")
}

_blob(ref) := json.marshal({"sha256:clair": _clair, "sha256:tpa": _tpa}[split(ref, "@")[1]])

_clair := {"vulnerabilities": {
	"1": {"name": "CVE-1", "normalized_severity": "Critical", "fixed_in_version": "2", "issued": "2026-01-01T00:00:00Z"},
	"2": {"name": "CVE-2", "normalized_severity": "High", "issued": "some day"},
	"3": {"id": "CVE-3", "fixed_in_version": ""},
	"4": {"name": "CVE-4", "normalized_severity": "Low", "fixed_in_version": "1"},
}}

_tpa := {"providers": {"p": {"sources": {"s": {"dependencies": [{
	"issues": [{"id": "CVE-5", "severity": "HIGH"}],
	"transitive": [{"issues": [{"id": "CVE-6", "severity": "MEDIUM"}]}],
}]}}}}}

_build := fixtures.v02([fixtures.build, fixtures.task("scan", {}, {}, [fixtures.text(
	"REPORTS",
	json.marshal({fixtures.digest("a"): "sha256:reports"}),
)])])

_results(settings) := {[result.code, result.term, result.effective_on] |
	some result in found
} if {
	found := cve.deny | cve.warn with input.image.ref as fixtures.image
		with input.attestations as [_build]
		with data.rule_data as settings
		with ec.oci.image_manifest as _manifest
		with ec.oci.blob as _blob
}

_always := "2022-01-01T00:00:00Z"

test_levels_decide if {
	_results({}) == {
		["cve.cve_blockers", "CVE-1", "2026-01-01T00:00:00Z"],
		["cve.cve_blockers", "CVE-5", _always],
		["cve.unpatched_cve_warnings", "CVE-2", _always],
	}
	_results({
		"restrict_cve_security_levels": [],
		"warn_cve_security_levels": ["medium", "low"],
		"restrict_unpatched_cve_security_levels": ["unknown", "high"],
		"warn_unpatched_cve_security_levels": [],
	}) == {
		["cve.cve_warnings", "CVE-4", _always],
		["cve.cve_warnings", "CVE-6", _always],
		["cve.unpatched_cve_blockers", "CVE-2", "some day"],
		["cve.unpatched_cve_blockers", "CVE-3", _always],
	}
}

test_leeway_moves_the_date if {
	["cve.cve_blockers", "CVE-1", "2026-01-11T00:00:00Z"] in _results({"cve_leeway": {"critical": 10}})
}

test_messages if {
	results := cve.deny with input.image.ref as fixtures.image
		with input.attestations as [_build]
		with ec.oci.image_manifest as _manifest
		with ec.oci.blob as _blob
	"Found \"CVE-1\" vulnerability of critical security level" in fixtures.said(results, "cve.cve_blockers")
}

test_image_that_was_not_scanned_is_told if {
	results := cve.deny with input.image.ref as fixtures.image with input.attestations as [fixtures.good_v02]
	fixtures.said(results, "cve.cve_results_found") == {"CVE scan results were not found"}
	cve.deny == set() with input.image.ref as fixtures.image
		with ec.oci.descriptor as {"mediaType": "application/vnd.oci.image.index.v1+json"}
}

_attached := {
	"statement": {
		"predicateType": "https://in-toto.io/attestation/vulns/v0.2",
		"subject": [{"digest": {"sha256": fixtures.bare("a")}}],
		"predicate": {"scanner": {"uri": "pkg:scanner", "result": [
			{"id": "CVE-A", "severity": [{"method": "CVSS_V3", "score": "5.0"}, {"method": "nvd", "score": "9.8"}], "annotations": [{"fixed_in_version": "2"}]},
			{"id": "CVE-B", "severity": [{"method": "nvd", "score": 7.5}]},
			{"id": "CVE-C", "severity": [{"method": "vendor", "score": "Low"}]},
			{"id": "CVE-D", "severity": []},
			{"id": "CVE-E", "severity": [{"method": "nvd", "score": "0.1"}]},
		]}},
	},
	"name": "pkg:scanner", "at": 1,
}

test_attached_scan_counts if {
	results := cve.deny | cve.warn with input.image.ref as fixtures.image
		with statement.trusted as {_attached}
		with data.rule_data.warn_unpatched_cve_security_levels as ["high", "low", "unknown"]
	{[result.code, result.msg] | some result in results} == {
		["cve.cve_blockers", "Found \"CVE-A\" vulnerability of critical security level"],
		["cve.unpatched_cve_warnings", "Found \"CVE-B\" non-blocking unpatched vulnerability of high security level"],
		["cve.unpatched_cve_warnings", "Found \"CVE-C\" non-blocking unpatched vulnerability of low security level"],
		["cve.unpatched_cve_warnings", "Found \"CVE-D\" non-blocking unpatched vulnerability of unknown security level"],
		["cve.unpatched_cve_warnings", "Found \"CVE-E\" non-blocking unpatched vulnerability of low security level"],
	}
}

test_report_that_reports_nothing_is_none if {
	results := cve.deny with input.image.ref as fixtures.image
		with input.attestations as [_build]
		with ec.oci.image_manifest as _manifest
		with ec.oci.blob as "{}"
	fixtures.codes(results) == {"cve.cve_results_found"}
}

test_attached_scan_of_another_image_does_not_count if {
	other := json.patch(_attached, [{"op": "replace", "path": "/statement/subject/0/digest/sha256", "value": "b"}])
	results := cve.deny with input.image.ref as fixtures.image with statement.trusted as {other}
	fixtures.codes(results) == {"cve.cve_results_found"}
}

test_rule_data_is_checked if {
	results := cve.deny with data.rule_data as {"warn_cve_security_levels": ["awful"], "cve_leeway": {"high": -1}}
	count(fixtures.said(results, "cve.rule_data_provided")) == 2
}
