# METADATA
# title: slsa3
# description: What SLSA level 3 asks for.
package collection.slsa3

import rego.v1
