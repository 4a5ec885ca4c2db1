package annotations_test

import rego.v1

import data.annotations
import data.lib.fixtures

_expiring(date) := {"apiVersion": "tekton.dev/v1", "metadata": {"annotations": {"build.appstudio.redhat.com/expires-on": date}}}

test_date_passes if annotations.deny == set() with input as _expiring("2026-12-31T00:00:00Z")

test_something_else_is_told if {
	fixtures.said(annotations.deny, "annotations.expires_on_format") == {"Expires on time is not in RFC3339 format: \"soon\""} with input as _expiring("soon")
}
