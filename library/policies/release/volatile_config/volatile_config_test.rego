package volatile_config_test

import rego.v1

import data.lib.fixtures
import data.volatile_config

_warnings(entry) := results if {
	results := volatile_config.warn with data.config.policy.when_ns as time.parse_rfc3339_ns("2026-06-15T00:00:00Z")
		with input.image.ref as fixtures.image
		with input.policy_spec as {"sources": [{"volatileConfig": {"exclude": [object.union({"value": "cve"}, entry)]}}]}
}

test_waiver_far_from_its_end_passes if _warnings({"effectiveUntil": "2026-12-01T00:00:00Z"}) == set()

test_what_is_said_of_waivers[code] if {
	some code, [entry, message] in {
		"volatile_config.pending_rule": [{"effectiveOn": "2026-07-01T00:00:00Z"}, "Volatile exclude rule 'cve' is pending activation (effective on: 2026-07-01T00:00:00Z)"],
		"volatile_config.expiring_rule": [{"effectiveUntil": "2026-06-30T00:00:00Z"}, "Volatile exclude rule 'cve' expires in 15 days (effective until: 2026-06-30T00:00:00Z)"],
		"volatile_config.no_expiration": [{}, "Volatile exclude rule 'cve' has no expiration date set"],
		"volatile_config.expired_rule": [{"effectiveUntil": "2026-06-01T00:00:00Z"}, "Volatile exclude rule 'cve' has expired (effective until: 2026-06-01T00:00:00Z)"],
		"volatile_config.invalid_config": [{"effectiveOn": "soon"}, "Volatile exclude rule 'cve' has invalid date configuration (effectiveOn: soon, effectiveUntil: )"],
	}
	{[result.code, result.msg] | some result in _warnings(entry)} == {[code, message]}
}
