"""Talks to OCI registries (distribution-spec 1.1): one connection a host, logins from docker's config.json."""

import base64
import hashlib
import http.client
import json
import os
import re
import ssl
import urllib.parse

MANIFEST_TYPES = ", ".join(
    [
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
)
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
MAX_MANIFEST = 4 * 1024 * 1024
CHUNK = 1024 * 1024


class RegistryError(Exception):
    """What a registry would not do, in words for the log."""

    def __init__(self, message, hint=None):
        super().__init__(message)
        self.hint = hint


def digest_of(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def is_local(host):
    name = host.rsplit(":", 1)[0]
    return name in ("localhost", "[::1]") or name.startswith("127.")


def read_logins():
    directory = os.environ.get("DOCKER_CONFIG") or os.path.join(os.environ.get("HOME", "/root"), ".docker")
    path = os.environ.get("AUTHFILE") or os.path.join(directory, "config.json")
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file).get("auths", {})
    except FileNotFoundError:
        return {}


class Repository:
    """One repository. Errors are RegistryError; what is not there is None where a caller may ask for it."""

    logins = None
    connections = {}

    def __init__(self, name):
        self.name = name
        self.host, _, self.path = name.partition("/")
        self.authorization = None
        if Repository.logins is None:
            Repository.logins = read_logins()

    # Requests

    def request(self, method, path, headers=None, body=None, wanted=(200,), what=""):
        """The response, read whole; asks for a token once when the registry wants one."""
        for attempt in range(2):
            response, content = self._send(method, path, headers or {}, body)
            if response.status != 401 or attempt == 1:
                break
            self.authorization = self._answer(response.headers.get("WWW-Authenticate", ""))
            if self.authorization is None:
                break
        if response.status in wanted:
            return response, content
        raise self._refusal(response.status, content, what or f"{method} {path}")

    def _send(self, method, path, headers, body):
        if self.authorization:
            headers = {**headers, "Authorization": self.authorization}
        for attempt in range(3):
            connection = self._connection()
            try:
                connection.request(method, path, body=body, headers=headers)
                response = connection.getresponse()
                return response, response.read()
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                Repository.connections.pop(self.host, None)
                if attempt == 2:
                    raise RegistryError(f"cannot reach {self.host}: {error}") from error
        raise AssertionError

    def _connection(self):
        connection = Repository.connections.get(self.host)
        if connection is None:
            if is_local(self.host):
                connection = http.client.HTTPConnection(self.host, timeout=300)
            else:
                context = ssl.create_default_context()
                connection = http.client.HTTPSConnection(self.host, timeout=300, context=context)
            Repository.connections[self.host] = connection
        return connection

    def _refusal(self, status, content, what):
        try:
            errors = json.loads(content)["errors"]
            words = ", ".join(f"{one.get('code', '')} {one.get('message', '')}".strip() for one in errors)
        except (ValueError, KeyError, TypeError, AttributeError):
            words = ""
        hint = None
        if status in (401, 403):
            hint = f"the ServiceAccount of this run may not do that in {self.name}, or has no login for {self.host}"
        return RegistryError(f"{self.host} answers {status} to {what}{': ' + words if words else ''}", hint)

    # Logins: the entry with the most specific repository wins.

    def _login(self):
        key = self.name
        while key:
            entry = Repository.logins.get(key)
            if entry is not None:
                return entry
            key = key.rpartition("/")[0]
        return {}

    def _answer(self, challenge):
        login = self._login()
        if login.get("registrytoken"):
            return "Bearer " + login["registrytoken"]
        basic = login.get("auth") or (
            base64.b64encode(f"{login['username']}:{login.get('password', '')}".encode()).decode()
            if login.get("username")
            else None
        )
        if not challenge.lower().startswith("bearer"):
            return "Basic " + basic if basic else None
        fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        return "Bearer " + self._token(fields, basic)

    def _token(self, fields, basic):
        realm = urllib.parse.urlsplit(fields.get("realm", ""))
        scope = f"repository:{self.path}:pull,push,delete"
        query = urllib.parse.urlencode({"service": fields.get("service", ""), "scope": scope})
        there = Repository(f"{realm.netloc}/{self.path}")
        there.authorization = "Basic " + basic if basic else None
        response, content = there._send("GET", f"{realm.path}?{query}", {}, None)
        if response.status != 200:
            raise self._refusal(response.status, content, f"give a token for {self.path}")
        answer = json.loads(content)
        return answer.get("token") or answer["access_token"]

    # Blobs

    def has_blob(self, digest):
        response, _ = self.request("HEAD", f"/v2/{self.path}/blobs/{digest}", wanted=(200, 404))
        return response.status == 200

    def mount_blob(self, digest, source):
        query = urllib.parse.urlencode({"mount": digest, "from": source.path})
        response, _ = self.request(
            "POST", f"/v2/{self.path}/blobs/uploads/?{query}", body=b"", wanted=(201, 202), what=f"mount {digest}"
        )
        return response.status == 201

    def fetch_blob(self, digest):
        _, content = self.request("GET", f"/v2/{self.path}/blobs/{digest}", what=f"give blob {digest}")
        if digest_of(content) != digest:
            raise RegistryError(f"{self.name}: blob {digest} has other content: {digest_of(content)}")
        return content

    def push_blob(self, content, digest):
        response, _ = self.request(
            "POST", f"/v2/{self.path}/blobs/uploads/", body=b"", wanted=(202,), what=f"take a blob for {self.path}"
        )
        place = urllib.parse.urlsplit(response.headers["Location"])
        query = "&".join(part for part in (place.query, urllib.parse.urlencode({"digest": digest})) if part)
        self.request(
            "PUT",
            f"{place.path}?{query}",
            headers={"Content-Type": "application/octet-stream"},
            body=content,
            wanted=(201,),
            what=f"take blob {digest} for {self.path}",
        )

    # Manifests

    def resolve(self, reference):
        """The digest behind a tag or digest, or None."""
        manifest = self.find_manifest(reference)
        return manifest and digest_of(manifest[0])

    def find_manifest(self, reference):
        """(bytes, media type), or None."""
        response, content = self.request(
            "GET",
            f"/v2/{self.path}/manifests/{reference}",
            headers={"Accept": MANIFEST_TYPES},
            wanted=(200, 404),
            what=f"give {self.path} at {reference}",
        )
        if response.status == 404:
            return None
        if len(content) > MAX_MANIFEST:
            raise RegistryError(f"{self.name}: the manifest at {reference} is too large")
        return content, response.headers.get("Content-Type", "").split(";")[0]

    def put_manifest(self, reference, content, media_type):
        response, _ = self.request(
            "PUT",
            f"/v2/{self.path}/manifests/{reference}",
            headers={"Content-Type": media_type},
            body=content,
            wanted=(201,),
            what=f"take {self.path} at {reference}",
        )
        subject = json.loads(content).get("subject")
        if subject and not response.headers.get("OCI-Subject"):
            self._list_referrer(subject["digest"], content, media_type)

    def delete_manifest(self, reference):
        self.request(
            "DELETE", f"/v2/{self.path}/manifests/{reference}", wanted=(202, 404), what=f"delete {reference}"
        )

    def _list_referrer(self, subject, content, media_type):
        """For registries without the referrers API: the index under the fallback tag (distribution-spec 1.1)."""
        tag = subject.replace(":", "-")
        present = self.find_manifest(tag)
        index = json.loads(present[0]) if present else {"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": []}
        digest = digest_of(content)
        if any(entry["digest"] == digest for entry in index["manifests"]):
            return
        manifest = json.loads(content)
        entry = {"mediaType": media_type, "digest": digest, "size": len(content)}
        kind = manifest.get("artifactType") or manifest.get("config", {}).get("mediaType")
        if kind:
            entry["artifactType"] = kind
        if manifest.get("annotations"):
            entry["annotations"] = manifest["annotations"]
        index["manifests"].append(entry)
        self.put_manifest(tag, json.dumps(index).encode(), INDEX_TYPE)
