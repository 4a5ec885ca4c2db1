package lib.trust_test

import rego.v1

import data.lib.fixtures
import data.lib.task
import data.lib.trust

_day := time.parse_rfc3339_ns("2026-06-15T00:00:00Z")

_view(ref) := task.view(fixtures.task("p", ref, {}, []))

_scan(version) := _view(fixtures.bundle("scan", version, fixtures.digest("3")))

_in_git(path) := _view(fixtures.git(path, fixtures.commit))

test_nothing_is_trusted_without_data if {
	trust.system == "nothing"
	not trust.is_trusted(_scan("0.3"))
	trust.fix(_scan("0.3")).change == sprintf(
		"Nothing trusts oci://registry.example/catalog/task-scan:0.3@%s: have it listed in the trust data, or use a trusted task in pipeline task \"p\".",
		[fixtures.digest("3")],
	)
}

test_list_trusts_what_it_names if {
	trust.system == "list" with data.trusted_tasks as fixtures.trusted_tasks
	trust.is_trusted(_scan("0.3")) with data.trusted_tasks as fixtures.trusted_tasks
	not trust.is_trusted(_scan("0.4")) with data.trusted_tasks as fixtures.trusted_tasks
	trust.is_trusted(_scan("0.3")) with data.rule_data.trusted_tasks as fixtures.trusted_tasks
	untagged := {"name": "scan", "bundle": sprintf("registry.example/catalog/task-scan@%s", [fixtures.digest("3")])}
	trust.is_trusted(_view(untagged)) with data.trusted_tasks as fixtures.trusted_tasks
}

test_only_bundles_are_looked_up_under_every_version if {
	listed := {"git+https://h/r.git//t:1": [{"ref": "x"}]}
	trust.records_of("git+https://h/r.git//t") == [] with data.trusted_tasks as listed
}

_dated := {"oci://h/t:1": [
	{"ref": "sha256:old", "expires_on": "2026-06-01T00:00:00Z"},
	{"ref": "sha256:soon", "expires_on": "2026-07-01T00:00:00Z"},
	{"ref": "sha256:later", "expires_on": "2026-08-01T00:00:00Z"},
	{"ref": "sha256:new"},
]}

test_list_drops_what_has_expired if {
	refs := [entry.ref | some entry in trust.records_of("oci://h/t:1")] with data.trusted_tasks as _dated
		with data.config.policy.when_ns as _day
	refs == ["sha256:new", "sha256:later", "sha256:soon"]
}

test_expiry_is_told_outside_the_window if {
	view := _view({"name": "t", "bundle": "h/t:1@sha256:soon"})
	time.format(trust.expiry(view)) == "2026-07-01T00:00:00Z" with data.trusted_tasks as _dated
		with data.config.policy.when_ns as _day
	trust.expiry(view) > 0 with data.trusted_tasks as _dated
		with data.config.policy.when_ns as _day
		with data.rule_data.task_expiry_warning_days as 7
	not trust.expiry(view) with data.trusted_tasks as _dated
		with data.config.policy.when_ns as _day
		with data.rule_data.task_expiry_warning_days as 60
}

test_fix_names_the_newest_trusted_reference if {
	view := _view({"name": "t", "bundle": "h/t:1@sha256:old"})
	fix := trust.fix(view) with data.trusted_tasks as _dated with data.config.policy.when_ns as _day
	fix == {
		"task": "t",
		"pipeline_task": "p",
		"from": "oci://h/t:1@sha256:old",
		"to": "oci://h/t:1@sha256:new",
		"change": "In pipeline task \"p\", replace oci://h/t:1@sha256:old by oci://h/t:1@sha256:new.",
	}
}

test_fix_finds_the_task_under_another_key if {
	view := _view({"name": "t", "bundle": "elsewhere/t:0@sha256:x"})
	fix := trust.fix(view) with data.trusted_tasks as _dated with data.config.policy.when_ns as _day
	fix.to == "oci://h/t:1@sha256:new"
}

_with_rules(rules) := {"trusted_task_rules": rules, "trusted_task_rules_enabled": true}

test_patterns_decide_alone_when_they_are_on if {
	trust.system == "rules" with data.trusted_task_rules as fixtures.trusted_task_rules
		with data.rule_data.trusted_task_rules_enabled as true
	trust.system == "nothing" with data.trusted_task_rules as fixtures.trusted_task_rules
	trust.is_trusted(_scan("9")) with data.rule_data as _with_rules(fixtures.trusted_task_rules)
		with ec.oci.image_manifests as fixtures.manifests
	not trust.is_trusted(_in_git("a.yaml")) with data.rule_data as _with_rules(fixtures.trusted_task_rules)
}

test_list_has_no_say_beside_patterns if {
	rules := {"allow": {"a": [{"pattern": "git+*"}]}}
	not trust.is_trusted(_scan("0.3")) with data.rule_data as _with_rules(rules) with data.trusted_tasks as fixtures.trusted_tasks
	fix := trust.fix(_scan("0.4")) with data.rule_data as _with_rules(rules) with data.trusted_tasks as fixtures.trusted_tasks
	not "to" in object.keys(fix)
}

test_pattern_without_wildcard_is_for_all_tags if {
	rules := {"allow": {"a": [{"pattern": "oci://registry.example/catalog/task-scan"}]}}
	trust.is_trusted(_scan("0.3")) with data.rule_data as _with_rules(rules)
	not trust.is_trusted(_view({"name": "x", "bundle": "registry.example/catalog/task-scanner:1@sha256:d"})) with data.rule_data as _with_rules(rules)
}

_versions(versions) := {"allow": {"a": [{"pattern": "*", "versions": versions}]}}

test_versions_must_all_hold_to_allow[name] if {
	some name, [versions, expected] in {
		"between": [[">=0.3", "<1"], true],
		"v prefix": [[">=v0.3.0"], true],
		"exactly the limit": [["<=0.3.0"], true],
		"too new": [["<0.3"], false],
		"too old": [[">0.3"], false],
		"no operator": [["0.3"], false],
		"no number": [[">=x"], false],
	}
	rules := _versions(versions)
	allowed := count(trust.allowing(_scan("0.3").ref)) > 0 with data.rule_data as _with_rules(rules)
		with ec.oci.image_manifests as fixtures.manifests
	allowed == expected
}

test_version_comes_from_a_path_too if {
	trust.version_of(_in_git("task/scan/0.3/scan.yaml").ref) == "0.3.0"
	not trust.version_of(_in_git("tasks/scan/0.3/scan.yaml").ref)
	not trust.version_of(_in_git("task/scan/latest/scan.yaml").ref)
	not trust.version_of(_in_git("task/scan/0.3").ref)
}

test_version_of_bundles_comes_from_their_manifests if {
	trust.version_of(_scan("0.3").ref) == "0.3.0" with ec.oci.image_manifests as fixtures.manifests
	not trust.version_of(_scan("0.3").ref)

	# Bundles of the build, and of a pipeline judged, are asked for at once.
	trust.version_of(_scan("0.3").ref) == "0.3.0" with ec.oci.image_manifests as fixtures.manifests
		with input.attestations as [fixtures.good_v02]
	definition := {"name": "p", "taskRef": fixtures.bundle("scan", "0.3", fixtures.digest("3"))}
	trust.version_of(_scan("0.3").ref) == "0.3.0" with ec.oci.image_manifests as fixtures.manifests
		with input.spec.tasks as [definition]
}

_denial := {
	"allow": {"a": [{"pattern": "*"}]},
	"deny": {"old": [{"pattern": "*/task-scan*", "versions": ["<0.3"], "message": "Too old."}]},
}

test_deny_wins_and_one_version_is_enough if {
	not trust.is_trusted(_scan("0.2")) with data.rule_data as _with_rules(_denial)
		with ec.oci.image_manifests as fixtures.manifests
	trust.is_trusted(_scan("0.3")) with data.rule_data as _with_rules(_denial)
		with ec.oci.image_manifests as fixtures.manifests

	# A version that nobody knows is denied.
	not trust.is_trusted(_scan("0.3")) with data.rule_data as _with_rules(_denial)
	everything := {"allow": {"a": [{"pattern": "*"}]}, "deny": {"b": [{"pattern": "git+*"}]}}
	not trust.is_trusted(_in_git("a.yaml")) with data.rule_data as _with_rules(everything)
}

test_reason_and_fix_of_a_denial if {
	view := _scan("0.2")
	trust.reason(view) == {"type": "deny_rule", "patterns": ["*/task-scan*"], "messages": ["Too old."]} with data.rule_data as _with_rules(_denial)
		with ec.oci.image_manifests as fixtures.manifests
	fix := trust.fix(view) with data.rule_data as _with_rules(_denial) with ec.oci.image_manifests as fixtures.manifests
	endswith(fix.change, "by a version that no rule denies (*/task-scan* <0.3).")
	fix.allowed == ["*"]
}

test_reason_and_fix_of_what_no_pattern_allows if {
	view := _in_git("a.yaml")
	trust.reason(view).type == "not_allowed" with data.rule_data as _with_rules(fixtures.trusted_task_rules)
	fix := trust.fix(view) with data.rule_data as _with_rules(fixtures.trusted_task_rules)
	endswith(fix.change, "by a task that matches one of: oci://registry.example/catalog/*.")
}

test_rules_that_take_effect_later if {
	later := {"pattern": "*", "effective_on": "2026-07-01T00:00:00Z"}
	rules := {"allow": {"a": [later, {"pattern": "*", "effective_on": "soon"}]}, "deny": {"d": [later]}}
	trust.reason(_scan("0.3")).type == "no_effective_rules" with data.rule_data as _with_rules(rules)
		with data.config.policy.when_ns as _day
	count(trust.denying_later(_scan("0.3").ref)) == 1 with data.rule_data as _with_rules(rules)
		with data.config.policy.when_ns as _day
}

test_deny_rules_alone_trust_nothing_and_say_so if {
	rules := {"deny": {"d": [{"pattern": "git+*"}]}, "allow": {}}
	trust.reason(_scan("0.3")).type == "not_allowed" with data.rule_data as _with_rules(rules)
	startswith(trust.fix(_scan("0.3")).change, "Nothing trusts oci://") with data.rule_data as _with_rules(rules)
}

test_malformed_data_is_told if {
	said := {problem.message | some problem in trust.problems} with data.trusted_tasks as {
		"a": [{"effective_on": "x", "expires_on": "y"}],
		"b": [{"ref": "r", "more": 1, "effective_on": "2026-01-01T00:00:00Z"}],
	}
		with data.rule_data as {
			"trusted_task_rules": {"allow": {"g": [{"pattern": "http://x", "effective_on": "z"}]}},
			"trusted_task_rules_enabled": "yes",
			"task_expiry_warning_days": -1,
		}
	said == {
		"trusted_tasks data has unexpected format: a.0: ref is required",
		"trusted_tasks data has unexpected format: b.0: Additional property more is not allowed",
		"trusted_tasks.a[0].effective_on is not valid RFC3339 format: \"x\"",
		"trusted_tasks.a[0].expires_on is not valid RFC3339 format: \"y\"",
		"trusted_task_rules data has unexpected format: allow.g.0.pattern: Does not match pattern '^(oci://|git\\+)'",
		"trusted_task_rules.allow.g[0].effective_on is not valid RFC3339 format: \"z\"",
		"trusted_task_rules_enabled: Invalid type. Expected: boolean, given: string",
		"task_expiry_warning_days: Must be greater than or equal to 0",
	}
}
