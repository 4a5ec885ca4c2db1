# METADATA
# title: CVE checks
# description: >-
#   The image was scanned, and what the scan found is bearable. Four lists of rule data say which severities (critical, high, medium, low,
#   unknown) stop a release and which are worth a warning, for vulnerabilities that have a fix and for those that have none. `cve_leeway`
#   gives days by severity, from the day a vulnerability became public, in which it is only warned of. Findings come from reports of Clair or
#   Trustify that the result REPORTS names, and from trusted statements of the type vulns that are attached to the image; of several from one
#   scanner the newest counts.
package cve

import rego.v1

import data.lib.blob
import data.lib.clock
import data.lib.outcome
import data.lib.provenance
import data.lib.reference
import data.lib.schema
import data.lib.settings
import data.lib.statement

# METADATA
# title: Non-blocking CVE check
# description: No vulnerability with a fix is of a severity in the rule data `warn_cve_security_levels`.
# custom:
#   short_name: cve_warnings
#   failure_msg: Found %q non-blocking vulnerability of %s security level
#   solution: Update the package; the scan's report names it and the version with the fix.
#   collections: [minimal, redhat]
#   depends_on:
#   - cve.cve_results_found
warn contains result if {
	some each in _fixed
	each.level in settings.get("warn_cve_security_levels")
	result := outcome.of(rego.metadata.chain(), [each.name, each.level], {"term": each.name})
}

# METADATA
# title: Non-blocking unpatched CVE check
# description: No vulnerability without a fix is of a severity in the rule data `warn_unpatched_cve_security_levels`.
# custom:
#   short_name: unpatched_cve_warnings
#   failure_msg: Found %q non-blocking unpatched vulnerability of %s security level
#   solution: Do without the package, or wait for a fix.
#   collections: [minimal, redhat]
#   depends_on:
#   - cve.cve_results_found
warn contains result if {
	some each in _open
	each.level in settings.get("warn_unpatched_cve_security_levels")
	result := outcome.of(rego.metadata.chain(), [each.name, each.level], {"term": each.name})
}

# METADATA
# title: Blocking CVE check
# description: >-
#   No vulnerability with a fix is of a severity in the rule data `restrict_cve_security_levels`, once its leeway has passed.
# custom:
#   short_name: cve_blockers
#   failure_msg: Found %q vulnerability of %s security level
#   solution: Update the package; the scan's report names it and the version with the fix.
#   collections: [minimal, redhat, redhat_security]
#   depends_on:
#   - cve.cve_results_found
deny contains result if {
	some each in _fixed
	each.level in settings.get("restrict_cve_security_levels")
	result := outcome.of(rego.metadata.chain(), [each.name, each.level], object.union({"term": each.name}, _from(each)))
}

# METADATA
# title: Blocking unpatched CVE check
# description: >-
#   No vulnerability without a fix is of a severity in the rule data `restrict_unpatched_cve_security_levels`, once its leeway has passed.
# custom:
#   short_name: unpatched_cve_blockers
#   failure_msg: Found %q unpatched vulnerability of %s security level
#   solution: Do without the package, or wait for a fix.
#   collections: [minimal, redhat, redhat_security]
#   depends_on:
#   - cve.cve_results_found
deny contains result if {
	some each in _open
	each.level in settings.get("restrict_unpatched_cve_security_levels")
	result := outcome.of(rego.metadata.chain(), [each.name, each.level], object.union({"term": each.name}, _from(each)))
}

# METADATA
# title: CVE scan results found
# description: There is a report of a scan. An index needs none; the images in it do.
# custom:
#   short_name: cve_results_found
#   failure_msg: CVE scan results were not found
#   solution: Add a task that scans the image and writes REPORTS, or scan it in a pipeline whose trusted tasks attach a statement.
#   collections: [minimal, redhat, redhat_security]
#   depends_on:
#   - attestation_type.known_attestation_type
deny contains result if {
	not _is_scanned
	not reference.is_index(input.image.ref)
	result := outcome.of(rego.metadata.chain(), [], {})
}

# METADATA
# title: Rule data provided
# description: The rule data of this package has the right form.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: Give `*_security_levels` as lists of severities, and `cve_leeway` as an object of whole days by severity.
#   collections: [minimal, redhat, policy_data, redhat_security]
deny contains result if {
	levels := schema.choices(_levels)
	days := {level: {"type": "integer", "minimum": 0} | some level in _levels}
	some key, expected in {
		"restrict_cve_security_levels": levels,
		"warn_cve_security_levels": levels,
		"restrict_unpatched_cve_security_levels": levels,
		"warn_unpatched_cve_security_levels": levels,
		"cve_leeway": schema.record(days, []),
	}
	some problem in settings.problems(key, expected)
	result := outcome.problem(rego.metadata.chain(), problem)
}

_levels := ["critical", "high", "medium", "low", "unknown"]

_is_scanned if {
	some report in _reports
	count({"vulnerabilities", "providers"} & object.keys(report)) > 0
}

_is_scanned if count(_statements) > 0

_fixed := {each | some each in _findings; each.is_fixed}

_open := {each | some each in _findings; not each.is_fixed}

# `{name, level, is_fixed, issued}`, as Clair reports it.
_findings contains {
	"name": _name(each),
	"level": lower(object.get(each, "normalized_severity", "unknown")),
	"is_fixed": object.get(each, "fixed_in_version", "") != "",
	"issued": object.get(each, "issued", ""),
} if {
	some report in _reports
	some each in report.vulnerabilities
}

# As Trustify reports it: it does not know of fixes, so all are held to have one.
_findings contains {
	"name": _name(each),
	"level": lower(object.get(each, "severity", "unknown")),
	"is_fixed": true,
	"issued": "",
} if {
	some report in _reports
	some provider in report.providers
	some source in provider.sources
	some direct in source.dependencies
	some dependency in array.concat([direct], object.get(direct, "transitive", []))
	some each in dependency.issues
}

# As statements have it: the worst of several severities counts, and an annotation tells of a fix.
_findings contains {
	"name": each.id,
	"level": _levels[min({position | some score in each.severity; position := _position(score.score)} | {4})],
	"is_fixed": count([fix | some note in each.annotations; fix := note.fixed_in_version; fix != ""]) > 0,
	"issued": "",
} if {
	some document in _statements
	some each in document.predicate.scanner.result
}

# Where a severity, in words or as a CVSS score, stands in the list of levels.
_position(score) := position if {
	some position, level in _levels
	lower(score) == level
} else := 0 if {
	to_number(score) >= 9
} else := 1 if {
	to_number(score) >= 7
} else := 2 if {
	to_number(score) >= 4
} else := 3 if {
	to_number(score) > 0
}

_name(each) := object.get(each, "name", object.get(each, "id", "UNKNOWN"))

# Reports that a task of the build attached to the image: the result REPORTS maps digests of images to digests of manifests.
_reports contains blob.document(reference.beside(input.image.ref, layer.digest)) if {
	some result in provenance.results("REPORTS")
	digest := result.value[reference.parse(input.image.ref).digest]
	some layer in ec.oci.image_manifest(reference.beside(input.image.ref, digest)).layers
	layer.mediaType in {"application/vnd.redhat.clair-report+json", "application/vnd.redhat.tpa-report+json"}
}

_statements := {document |
	some document in statement.newest(statement.vulnerability_types)
	some subject in document.subject
	reference.parse(input.image.ref).digest in provenance.digests(subject)
}

# The day from which a finding stops a release, when it is known since when it is public.
_from(each) := {"effective_on": time.format([due, "UTC", "2006-01-02T15:04:05Z07:00"])} if {
	due := time.add_date(clock.instant(each.issued), 0, 0, settings.get("cve_leeway")[each.level])
} else := {"effective_on": each.issued} if {
	each.issued != ""
} else := {}
