# METADATA
# title: Schedule related checks
# description: Today is a day on which one may release.
package schedule

import rego.v1

import data.lib.clock
import data.lib.outcome
import data.lib.schema
import data.lib.settings

# METADATA
# title: Weekday Restriction
# description: Today is none of the rule data `disallowed_weekdays`.
# custom:
#   short_name: weekday_restriction
#   pipeline_intention: [release, production]
#   failure_msg: '%s is a disallowed weekday: %s'
#   solution: Try again on another weekday.
#   collections: [redhat]
deny contains result if {
	outcome.is_intended(rego.metadata.chain())
	today := lower(time.weekday(clock.now))
	disallowed := {lower(day) | some day in settings.get("disallowed_weekdays")}
	today in disallowed
	result := outcome.of(rego.metadata.chain(), [today, concat(", ", disallowed)], {})
}

# METADATA
# title: Date Restriction
# description: Today is none of the rule data `disallowed_dates`. The day is that of UTC.
# custom:
#   short_name: date_restriction
#   pipeline_intention: [release, production]
#   failure_msg: '%s is a disallowed date: %s'
#   solution: Try again on another day.
#   collections: [redhat]
deny contains result if {
	outcome.is_intended(rego.metadata.chain())
	today := time.format([clock.now, "UTC", "2006-01-02"])
	today in settings.get("disallowed_dates")
	result := outcome.of(rego.metadata.chain(), [today, concat(", ", settings.get("disallowed_dates"))], {})
}

# METADATA
# title: Rule data provided
# description: The rule data of this package has the right form.
# custom:
#   short_name: rule_data_provided
#   failure_msg: '%s'
#   solution: Give `disallowed_weekdays` as English names of days, and `disallowed_dates` as dates like `2026-12-24`.
#   collections: [redhat, policy_data]
deny contains result if {
	some problem in _problems
	result := outcome.problem(rego.metadata.chain(), problem)
}

_problems contains problem if {
	weekdays := array.concat(_days, array.concat([lower(day) | some day in _days], [upper(day) | some day in _days]))
	some key, expected in {
		"disallowed_weekdays": schema.choices(weekdays),
		"disallowed_dates": schema.strings,
	}
	some problem in settings.problems(key, expected)
}

_problems contains {"message": message, "severity": "failure"} if {
	some position, date in settings.get("disallowed_dates")
	not time.parse_ns("2006-01-02", date)
	message := sprintf("Rule data disallowed_dates has unexpected format: %d: Invalid date %q", [position, date])
}

_days := ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
