# METADATA
# title: redhat_rpms
# description: The part of redhat that makes sense for packages of rpm.
package collection.redhat_rpms

import rego.v1
