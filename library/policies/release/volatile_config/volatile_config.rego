# METADATA
# title: Volatile Configuration Warnings
# description: >-
#   Waivers (entries of `volatileConfig` that include or exclude rules for a time) are looked after: somebody hears of it when one begins,
#   ends, has ended, or never will.
package volatile_config

import rego.v1

import data.lib.outcome
import data.lib.waiver

# METADATA
# title: Volatile rule pending activation
# description: No waiver for this image waits for its day.
# custom:
#   short_name: pending_rule
#   failure_msg: "Volatile %s rule '%s' is pending activation (effective on: %s)"
#   solution: Nothing need be done. The waiver takes effect by itself.
#   collections: [minimal, redhat]
warn contains result if {
	some found in waiver.applicable
	waiver.state(found.entry) == "pending"
	result := outcome.of(rego.metadata.chain(), [found.type, found.entry.value, found.entry.effectiveOn], {})
}

# METADATA
# title: Volatile rule expiring soon
# description: No waiver for this image ends within the days that the rule data `volatile_config_warning_threshold_days` gives.
# custom:
#   short_name: expiring_rule
#   failure_msg: "Volatile %s rule '%s' expires in %d days (effective until: %s)"
#   solution: Remove what the waiver is for, or move `effectiveUntil`.
#   collections: [minimal, redhat]
warn contains result if {
	some found in waiver.applicable
	waiver.state(found.entry) == "expiring"
	values := [found.type, found.entry.value, waiver.days_left(found.entry), found.entry.effectiveUntil]
	result := outcome.of(rego.metadata.chain(), values, {})
}

# METADATA
# title: Volatile rule has no expiration
# description: Every waiver for this image has an end.
# custom:
#   short_name: no_expiration
#   failure_msg: "Volatile %s rule '%s' has no expiration date set"
#   solution: Add `effectiveUntil`, or, if it is meant to stay, move the entry to `config`.
#   collections: [minimal, redhat]
warn contains result if {
	some found in waiver.applicable
	waiver.state(found.entry) == "no_expiration"
	result := outcome.of(rego.metadata.chain(), [found.type, found.entry.value], {})
}

# METADATA
# title: Volatile rule has expired
# description: No waiver for this image has ended.
# custom:
#   short_name: expired_rule
#   failure_msg: "Volatile %s rule '%s' has expired (effective until: %s)"
#   solution: Remove the entry; it has no effect any more.
#   collections: [minimal, redhat]
warn contains result if {
	some found in waiver.applicable
	waiver.state(found.entry) == "expired"
	result := outcome.of(rego.metadata.chain(), [found.type, found.entry.value, found.entry.effectiveUntil], {})
}

# METADATA
# title: Volatile rule has invalid configuration
# description: The dates of every waiver for this image can be read.
# custom:
#   short_name: invalid_config
#   failure_msg: "Volatile %s rule '%s' has invalid date configuration (effectiveOn: %s, effectiveUntil: %s)"
#   solution: Write dates as RFC 3339 has them, such as 2026-12-31T00:00:00Z. A waiver with a date that cannot be read has no effect.
#   collections: [minimal, redhat]
warn contains result if {
	some found in waiver.applicable
	waiver.state(found.entry) == "invalid"
	dates := [object.get(found.entry, field, "") | some field in ["effectiveOn", "effectiveUntil"]]
	result := outcome.of(rego.metadata.chain(), array.concat([found.type, found.entry.value], dates), {})
}
