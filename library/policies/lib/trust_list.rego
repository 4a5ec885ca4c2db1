package lib.trust

import rego.v1

import data.lib.clock
import data.lib.settings

# What the list says, as it was given: `{key: [{ref, effective_on?, expires_on?}]}`. `effective_on` must be a date, and is otherwise not
# looked at: it told when an entry was going to be required, never when it began to be trusted.
listed := object.union_n([source | some source in _list_sources; is_object(source)])

_list_sources[1] := data.trusted_tasks

_list_sources[2] := settings.get("trusted_tasks")

# Entries that have not expired: first those that never will, then the latest to expire.
records[key] := array.concat(lasting, [entry[1] | some entry in array.reverse(sort(expiring))]) if {
	some key, entries in listed
	lasting := [entry | some entry in entries; not "expires_on" in object.keys(entry)]
	expiring := [[clock.instant(entry.expires_on), entry] |
		some entry in entries
		clock.is_ahead(entry.expires_on)
	]
}

# The entries for the key of a reference. One of a bundle without a tag is looked up under every version.
records_of(key) := records[key] if {
	count(records[key]) > 0
} else := [entry |
	startswith(key, "oci://")
	some listed_key, entries in records
	regex.replace(listed_key, `:[0-9.]+$`, "") == key
	some entry in entries
]

# When the entry of a reference expires, if that is to be warned of. Upstream's window is kept: expiries later than
# `task_expiry_warning_days` from now, or every one if that is 0.
expiry(view) := at if {
	at := [clock.instant(entry.expires_on) |
		some entry in records[view.ref.key]
		entry.ref == view.ref.pinned_ref
	][0]
	at > _warn_after
}

_warn_after := time.add_date(clock.now, 0, 0, settings.get("task_expiry_warning_days")) if {
	settings.get("task_expiry_warning_days") > 0
} else := 0
