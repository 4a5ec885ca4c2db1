"""check-archive ARCHIVE DESTINATION: refuses a tar that would write outside the directory it is unpacked into.

The archive is untrusted: whoever made it chose the names, kinds and link targets in it.
"""
import os
import sys
import tarfile


def leaves(path):
    """Whether a path, taken as relative to the destination, points out of it."""
    return os.path.isabs(path) or os.path.normpath(path).split(os.sep)[0] == os.pardir


def reason_to_refuse(member, links, destination):
    if os.path.isabs(member.name) or os.pardir in member.name.split("/"):
        return "its name leaves the destination"
    if member.issym():
        if os.path.isabs(member.linkname):
            return "it links to the absolute path %s" % member.linkname
        if leaves(os.path.join(os.path.dirname(member.name), member.linkname)):
            return "it links out of the destination, to %s" % member.linkname
    elif member.islnk():
        if leaves(member.linkname) or os.pardir in member.linkname.split("/"):
            return "it is a hard link out of the destination, to %s" % member.linkname
    elif not (member.isfile() or member.isdir()):
        return "it is neither a file, a directory nor a link"
    name = os.path.normpath(member.name)
    parent = os.path.dirname(name)
    while parent:
        if parent in links or os.path.islink(os.path.join(destination, parent)):
            return "it would be written through the symbolic link %s" % parent
        parent = os.path.dirname(parent)
    if member.isdir() and (name in links or os.path.islink(os.path.join(destination, name))):
        return "it would replace a symbolic link by a directory"
    if member.issym():
        links.add(name)
    return None


def main(archive, destination):
    links = set()
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            reason = reason_to_refuse(member, links, destination)
            if reason is not None:
                sys.exit("error: the archive's entry %r is refused: %s" % (member.name, reason))


try:
    main(*sys.argv[1:])
except (tarfile.TarError, OSError, EOFError) as error:
    sys.exit("error: the archive cannot be read: %s" % error)
