package quay_expiration_test

import rego.v1

import data.lib.fixtures
import data.quay_expiration

_results(intention, labels) := results if {
	results := quay_expiration.deny with input.image.config.Labels as labels
		with data.rule_data.pipeline_intention as intention
}

test_lasting_image_passes if _results("release", {"a": "b"}) == set()

test_image_that_expires_is_told_on_release if {
	fixtures.codes(_results("release", {"quay.expires-after": "5d"})) == {"quay_expiration.expires_label"}
	_results(null, {"quay.expires-after": "5d"}) == set()
}
