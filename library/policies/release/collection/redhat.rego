# METADATA
# title: redhat
# description: What Red Hat asks of its products; the broadest collection, good for anybody's products too.
package collection.redhat

import rego.v1
