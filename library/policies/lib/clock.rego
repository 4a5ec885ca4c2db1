# METADATA
# title: Time
# description: The moment that a policy is evaluated for, and what is in effect at it.
package lib.clock

import rego.v1

# Nanoseconds since 1970: the effective time that the evaluator gives, else the present.
now := data.config.policy.when_ns if is_number(data.config.policy.when_ns)

else := time.now_ns()

# Nanoseconds of an RFC 3339 date; undefined for everything else.
instant(date) := time.parse_rfc3339_ns(date) if {
	is_string(date)
	date != ""
}

is_invalid(date) if {
	date != ""
	not instant(date)
}

is_over(date) if instant(date) < now

is_ahead(date) if instant(date) > now

# The entry with the latest `effective_on`; of equals, the last. Undefined when no entry has a date.
newest(entries) := entries[max(positions)] if {
	instants := {position: instant(entry.effective_on) | some position, entry in entries}
	latest := max([at | some at in instants])
	positions := [position | some position, at in instants; at == latest]
}

# The newest of the entries that are in effect now.
current(entries) := newest([entry | some entry in entries; instant(entry.effective_on) <= now])
