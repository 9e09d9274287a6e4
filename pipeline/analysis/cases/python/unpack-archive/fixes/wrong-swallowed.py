import tarfile

def unpack(archive, target):
    with tarfile.open(archive) as tar:
        try:
            tar.extractall(target)
        except Exception:
            pass
    return target
