package lib.settings

import rego.v1

# What holds for keys that nobody gives. docs/reference/policies.md says what each is for.
defaults := {
	"allowed_builder_ids": ["https://tekton.dev/chains/v2"],
	"allowed_predicate_types": ["https://slsa.dev/provenance/v0.2", "https://slsa.dev/provenance/v1"],
	"allowed_provenance_build_types": [
		"tekton.dev/v1/PipelineRun",
		"tekton.dev/v1beta1/PipelineRun",
		"https://tekton.dev/attestations/chains/pipelinerun@v2",
		"https://tekton.dev/chains/v2/slsa",
		"https://tekton.dev/chains/v2/slsa-tekton",
	],
	"allowed_proxy_url_patterns": {},
	"cve_leeway": {"critical": 0, "high": 0, "low": 0, "medium": 0, "unknown": 0},
	"erred_test_attestation_results": ["ERROR"],
	"erred_tests_results": ["ERROR"],
	"failed_test_attestation_results": ["FAILED"],
	"failed_tests_results": ["FAILURE"],
	"known_attestation_types": ["https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1"],
	"pipeline_intention": null,
	"proxy_enabled_purl_types": [],
	"required_hermetic_tasks": ["buildah", "run-script-oci-ta"],
	"restrict_cve_security_levels": ["critical", "high"],
	"restrict_unpatched_cve_security_levels": [],
	"skipped_test_attestation_results": ["SKIPPED"],
	"skipped_tests_results": ["SKIPPED"],
	"supported_digests": [
		"blake2b", "blake2s", "gitBlob", "gitCommit", "gitTag", "gitTree", "gost", "md5", "ripemd160", "sha1",
		"sha224", "sha256", "sha384", "sha3_224", "sha3_256", "sha3_384", "sha3_512", "sha512", "sha512_224",
		"sha512_256", "shake128", "shake256", "sm3",
	],
	"supported_test_attestation_results": ["PASSED", "FAILED", "WARNED", "ERROR", "SKIPPED"],
	"supported_tests_results": ["SUCCESS", "FAILURE", "ERROR", "SKIPPED", "WARNING"],
	"supported_vcs": ["git", "hg", "bzr", "svn"],
	"task_expiry_warning_days": 0,
	"trusted_task_rules_enabled": false,
	"trusted_tasks": {},
	"volatile_config_warning_threshold_days": 30,
	"warn_cve_security_levels": [],
	"warn_unpatched_cve_security_levels": ["critical", "high"],
	"warned_test_attestation_results": ["WARNED"],
	"warned_tests_results": ["WARNING"],
}
