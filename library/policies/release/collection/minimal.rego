# METADATA
# title: minimal
# description: What shows that builds are observed and signed as they should be, whatever is built.
package collection.minimal

import rego.v1
