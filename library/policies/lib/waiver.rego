# METADATA
# title: Waivers
# description: >-
#   Entries of `volatileConfig`: includes and excludes for a time, or for some images.
package lib.waiver

import rego.v1

import data.lib.clock
import data.lib.settings

# Entries that concern the image judged: `{type, entry}`.
applicable contains {"type": kind, "entry": entry} if {
	some source in input.policy_spec.sources
	some kind in ["include", "exclude"]
	some entry in source.volatileConfig[kind]
	_concerns(entry)
}

# `invalid`, `pending`, `expired`, `expiring`, `no_expiration`; undefined for one that is in effect and will be for long.
state(entry) := "invalid" if {
	some date in {_from(entry), _until(entry)}
	clock.is_invalid(date)
} else := "pending" if {
	clock.is_ahead(_from(entry))
} else := "no_expiration" if {
	_until(entry) == ""
} else := "expired" if {
	clock.is_over(_until(entry))
} else := "expiring" if {
	days_left(entry) <= settings.get("volatile_config_warning_threshold_days")
}

days_left(entry) := floor((clock.instant(_until(entry)) - clock.now) / ((24 * 3600) * 1000000000))

_from(entry) := object.get(entry, "effectiveOn", "")

_until(entry) := object.get(entry, "effectiveUntil", "")

_concerns(entry) if {
	every field in ["imageRef", "imageUrl", "imageDigest"] { object.get(entry, field, "") == "" }
	count(object.get(entry, "componentNames", [])) == 0
}

_concerns(entry) if {
	some field in ["imageRef", "imageDigest"]
	entry[field] == _image[1]
}

_concerns(entry) if {
	entry.imageUrl != ""
	repository := regex.replace(_image[0], `:[^:/]*$`, "")
	startswith(sprintf("%s/", [repository]), sprintf("%s/", [entry.imageUrl]))
}

_concerns(entry) if input.component_name in entry.componentNames

_image := split(input.image.ref, "@")
