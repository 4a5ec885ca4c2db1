# METADATA
# title: Trust in tasks
# description: >-
#   Says whether a task may take part in a build, and why not. Patterns (`trusted_task_rules`) decide alone where they are
#   given and switched on; otherwise the list of references (`trusted_tasks`) does.
package lib.trust

import rego.v1

import data.lib.settings

# What decides: `rules`, `list`, or `nothing`.
system := "rules" if {
	settings.get("trusted_task_rules_enabled") != false
	count(rules.allow) + count(rules.deny) > 0
} else := "list" if {
	count(records) > 0
} else := "nothing"

is_trusted(view) if {
	system == "rules"
	count(allowing(view.ref)) > 0
	count(denying(view.ref)) == 0
}

is_trusted(view) if {
	system == "list"
	some record in records_of(view.ref.key)
	record.ref == view.ref.pinned_ref
}

# The views of those that are not trusted.
untrusted(views) := {view | some view in views; not is_trusted(view)}

# Why patterns do not trust a task: `{type, patterns, messages}`.
reason(view) := {
	"type": "deny_rule",
	"patterns": [rule.pattern | some rule in denying(view.ref)],
	"messages": [rule.message | some rule in denying(view.ref)],
} if {
	count(denying(view.ref)) > 0
} else := {"type": "no_effective_rules", "patterns": [], "messages": []} if {
	count(rules.allow) > 0
	count(_effective("allow")) == 0
} else := {"type": "not_allowed", "patterns": [], "messages": []}
