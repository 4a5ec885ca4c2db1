# METADATA
# title: policy_data
# description: Only that the rule data is well formed. Good for looking at a configuration before it is used.
package collection.policy_data

import rego.v1
