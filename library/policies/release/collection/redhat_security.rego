# METADATA
# title: redhat_security
# description: The part of redhat that security rests on.
package collection.redhat_security

import rego.v1
