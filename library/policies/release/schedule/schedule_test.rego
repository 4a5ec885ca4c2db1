package schedule_test

import rego.v1

import data.lib.fixtures
import data.schedule

# A Thursday.
_day := time.parse_rfc3339_ns("2026-12-24T12:00:00Z")

_results(settings) := results if {
	results := schedule.deny with data.rule_data as settings with data.config.policy.when_ns as _day
}

test_ordinary_day_passes if {
	_results({"pipeline_intention": "release"}) == set()
	_results({"pipeline_intention": "release", "disallowed_weekdays": ["friday"], "disallowed_dates": ["2026-12-25"]}) == set()
}

test_day_to_rest_is_told if {
	results := _results({"pipeline_intention": "production", "disallowed_weekdays": ["Thursday"], "disallowed_dates": ["2026-12-24"]})
	{result.msg | some result in results} == {
		"thursday is a disallowed weekday: thursday",
		"2026-12-24 is a disallowed date: 2026-12-24",
	}
}

test_nobody_is_held_up_who_does_not_release if {
	_results({"disallowed_weekdays": ["thursday"], "disallowed_dates": ["2026-12-24"]}) == set()
}

test_rule_data_is_checked if {
	results := _results({"disallowed_weekdays": ["funday"], "disallowed_dates": ["tomorrow"]})
	count(fixtures.said(results, "schedule.rule_data_provided")) == 2
}
