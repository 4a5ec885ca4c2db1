package provenance_materials_test

import rego.v1

import data.lib.fixtures
import data.provenance_materials

test_good_build_passes if {
	provenance_materials.deny == set() with input.attestations as [fixtures.good_v02, fixtures.good_v1]
}

test_build_without_clone_is_told if {
	results := provenance_materials.deny with input.attestations as [fixtures.v02([fixtures.build])]
	fixtures.said(results, "provenance_materials.git_clone_task_found") == {"Task git-clone not found"}
}

test_clone_of_something_else_is_told if {
	other := fixtures.task("clone", {}, {}, [fixtures.text("url", "https://x/y"), fixtures.text("commit", "c")])
	results := provenance_materials.deny with input.attestations as [fixtures.v02([other])]
	fixtures.said(results, "provenance_materials.git_clone_source_matches_provenance") == {"Entry in materials for the git repo \"git+https://x/y.git\" and commit \"c\" not found"}
}
